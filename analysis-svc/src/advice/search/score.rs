//! How good a candidate is: how much more of the objective it has than random thinning of the same size on the same days, by
//! the lower end of a one-sided 95 % interval, so that a large cut does not win by the width of its noise.

use super::centred::Centred;
use crate::advice::objective::{Kind, Objective};

/// The normal quantile of a one-sided 95 % interval.
const ONE_SIDED_95: f64 = 1.644_853_626_951_472_2;

/// What candidates are measured by.
#[derive(Clone, Copy, Debug)]
pub struct Yardstick {
    /// What is wanted, within which bounds.
    pub objective: Objective,
    /// USD per alert.
    pub stake_usd: f64,
    /// Over how many days the alerts lie.
    pub days: f64,
}

impl Yardstick {
    /// The lower end of what keeping `kept` of `all` has above random thinning, in units of the objective. `None` where it
    /// has nothing above it, does not better the objective, or is out of bounds.
    #[must_use]
    pub fn score(&self, all: &Centred, kept: &Centred) -> Option<f64> {
        let (advantage, t) = self.advantage(all, kept)?;
        let serves =
            advantage > 0.0 && t > 0.0 && self.is_within_bounds(kept) && self.value(kept)? > self.value(all)?;
        serves.then(|| advantage * (1.0 - ONE_SIDED_95 / t))
    }

    /// The objective itself: the more the better.
    #[must_use]
    pub fn value(&self, sums: &Centred) -> Option<f64> {
        let per_alert = || Some(sums.mean_capped()? * self.stake_usd / 100.0);
        match self.objective.kind {
            Kind::NetPerDay => Some(per_alert()? * self.per_day(sums)),
            Kind::NetPerAlert => per_alert(),
            Kind::RugRate => Some(-sums.rug_rate().rate()?),
        }
    }

    /// What it has above random thinning, and that over its standard error.
    fn advantage(&self, all: &Centred, kept: &Centred) -> Option<(f64, f64)> {
        let dropped = *all - *kept;
        if self.objective.kind == Kind::RugRate {
            let share = |sums: &Centred| sums.rug_rate().rate().zip(Some(f64::from(sums.rugs_known)));
            let ((kept_rate, kept_known), (dropped_rate, dropped_known)) = (share(kept)?, share(&dropped)?);
            let spread =
                kept_rate * (1.0 - kept_rate) / kept_known + dropped_rate * (1.0 - dropped_rate) / dropped_known;
            let difference = -kept.centred_rugs * (1.0 / kept_known + 1.0 / dropped_known);
            return (spread > 0.0).then(|| (-kept.centred_rugs / kept_known, difference / spread.sqrt()));
        }
        let t = studentised(kept, &dropped)?;
        let per_alert = kept.centred_sum / f64::from(kept.exits) * self.stake_usd / 100.0;
        Some((if self.objective.kind == Kind::NetPerDay { per_alert * self.per_day(kept) } else { per_alert }, t))
    }

    fn is_within_bounds(&self, kept: &Centred) -> bool {
        let Objective { max_rug_rate, min_alerts_per_day, .. } = self.objective;
        max_rug_rate.is_none_or(|most| kept.rug_rate().rate().is_none_or(|rate| rate <= most))
            && min_alerts_per_day.is_none_or(|least| self.per_day(kept) >= least)
    }

    fn per_day(&self, sums: &Centred) -> f64 {
        f64::from(sums.alerts) / self.days.max(1.0)
    }
}

/// The difference of the means, kept − dropped, each exit less its day's mean, over its standard error.
#[must_use]
pub fn studentised(kept: &Centred, dropped: &Centred) -> Option<f64> {
    let mean_and_error = |sums: &Centred| {
        let n = f64::from(sums.exits);
        let mean = sums.centred_sum / n;
        (mean, (sums.centred_squares / n - mean * mean).max(0.0) / (n - 1.0))
    };
    if kept.exits < 2 || dropped.exits < 2 {
        return None;
    }
    let ((kept, kept_error), (dropped, dropped_error)) = (mean_and_error(kept), mean_and_error(dropped));
    let spread = kept_error + dropped_error;
    (spread > 0.0).then(|| (kept - dropped) / spread.sqrt())
}
