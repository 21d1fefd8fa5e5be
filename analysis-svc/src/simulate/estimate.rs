//! How the alerts under a config did, with intervals where that is estimated and not counted.

use super::shadow::Admitted;
use crate::gates::{ConfigOutcome, Tally, Thinning};
use crate::statistics::confidence::{Confidence, Interval};
use crate::statistics::proportion::Proportion;
use crate::statistics::wilson;

/// From sums to money per day.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// What is staked on an alert, in USD.
    pub stake_usd: f64,
    /// Over how many days.
    pub days: f64,
}

/// How the alerts under a config did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The counts, rates and money.
    pub outcome: ConfigOutcome,
    /// The share of pumps with its interval.
    pub pumps: Option<Interval>,
    /// The share of rugs with its interval.
    pub rugs: Option<Interval>,
    /// Of `alerts_per_day`; `None` where they were counted.
    pub alerts_per_day: Option<Interval>,
    /// Of the capped net per day; `None` where it was counted.
    pub capped_net_per_day_usd: Option<Interval>,
}

impl Estimate {
    /// What was counted.
    #[must_use]
    pub fn exact(tally: &Tally, scale: Scale) -> Self {
        Self::of(&Thinning::from(tally), 1.0, scale)
    }

    /// What a random cut is expected to leave; the interval is that of 95 % of random cuts.
    #[must_use]
    pub fn random(thinning: &Thinning, scale: Scale) -> Self {
        let mut estimate = Self::of(thinning, 1.0, scale);
        estimate.capped_net_per_day_usd = estimate.around_net(thinning, thinning.capped_deviation_pct, scale);
        estimate
    }

    /// What was counted together with what shadow alerts stand for; the intervals are those of the sampling (95 %).
    #[must_use]
    pub fn weighted(exact: &Tally, admitted: &Admitted, scale: Scale) -> Self {
        let sums = Thinning::from(exact) + admitted.sums;
        // Kish (1965): so many equally weighted alerts tell as much about a rate.
        let weights = f64::from(exact.alerts) + admitted.weight;
        let squares = f64::from(exact.alerts) + admitted.squared_weight;
        let effective = if squares > 0.0 { (weights / squares).min(1.0) } else { 1.0 };
        let mut estimate = Self::of(&sums, effective, scale);
        estimate.capped_net_per_day_usd = estimate.around_net(&sums, admitted.capped_variance.sqrt(), scale);
        let per_day = estimate.outcome.alerts_per_day;
        let half = Confidence::NINETY_FIVE.z() * admitted.alerts_variance.sqrt() / scale.days;
        estimate.alerts_per_day = Some(Interval { low: (per_day - half).max(0.0), high: per_day + half });
        estimate
    }

    /// `effective`: how many independent alerts each one that is counted is worth.
    fn of(sums: &Thinning, effective: f64, scale: Scale) -> Self {
        let outcome = ConfigOutcome::expected(sums, scale.stake_usd, scale.days);
        let interval = |rate: Proportion| {
            let whole = |count: u64| (count as f64 * effective).round() as u64;
            let counted = Proportion::new(whole(rate.events()), whole(rate.total()).max(whole(rate.events())))?;
            let around = wilson::interval(counted, Confidence::NINETY_FIVE)?;
            // Rounding must not leave the rate outside its own interval.
            let rate = rate.rate()?;
            Some(Interval { low: around.low.min(rate), high: around.high.max(rate) })
        };
        Self {
            pumps: interval(outcome.pumps),
            rugs: interval(outcome.rugs),
            alerts_per_day: None,
            capped_net_per_day_usd: None,
            outcome,
        }
    }

    /// 1.96 standard deviations of the sum of capped returns around the net per day.
    fn around_net(&self, sums: &Thinning, deviation_pct: f64, scale: Scale) -> Option<Interval> {
        let net = self.outcome.capped_net_per_day_usd?;
        // Alerts without a known exit count with the mean of the others, in the spread as in the sum.
        let all = sums.alerts / sums.exits;
        let half = Confidence::NINETY_FIVE.z() * deviation_pct * all * scale.stake_usd / 100.0 / scale.days;
        Some(Interval { low: net - half, high: net + half })
    }
}
