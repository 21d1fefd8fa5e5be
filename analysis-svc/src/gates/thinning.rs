//! How a random choice would do that keeps as many alerts of each UTC day: in a falling market every cut "saves", and a
//! change must beat this one.
//!
//! Of the n_d alerts of day d, k_d are kept. A choice at random (without replacement) is expected to keep the share k_d/n_d of
//! whatever the day's alerts add up to, and its sum of returns has the variance Σ_d k_d (1 − k_d/n_d) s_d², with s_d² the
//! sample variance within the day (Cochran 1977, *Sampling Techniques*, 2.5): no draws are needed.

use std::ops::{Add, Mul, Range};

use super::replay::Counted;
use super::tally::Tally;
use crate::dataset::Bitmap;

/// A set of alerts by UTC day.
#[derive(Clone, Debug)]
pub struct ByDay {
    days: Vec<Day>,
}

#[derive(Clone, Debug)]
struct Day {
    rows: Range<usize>,
    tally: Tally,
    /// s_d² of the capped returns, in percent squared; 0 of fewer than two.
    variance: f64,
}

/// What a random choice is expected to keep. Counts are expectations, and need not be whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thinning {
    /// How many alerts it keeps: as many as the choice that it is compared with.
    pub alerts: f64,
    /// The pumps among them, and of how many that is known.
    pub pumps: (f64, f64),
    /// The rugs among them, and of how many that is known.
    pub rugs: (f64, f64),
    /// Of how many the exit is known.
    pub exits: f64,
    /// The winners among them.
    pub winners: f64,
    /// The sum of the net returns, in percent.
    pub net_pct: f64,
    /// The same with every return capped.
    pub capped_pct: f64,
    /// The standard deviation of the sum of the capped returns from one random choice to another, in percent.
    pub capped_deviation_pct: f64,
}

impl ByDay {
    pub(super) fn of(days: impl IntoIterator<Item = (Range<usize>, Counted)>) -> Self {
        let days = days.into_iter().map(|(rows, Counted { tally, variance })| Day { rows, tally, variance });
        Self { days: days.filter(|day| day.tally.alerts > 0).collect() }
    }

    /// All of them.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.days.iter().map(|day| day.tally).sum()
    }

    /// What a random choice is expected to do that keeps as many of each day as `kept`, a part of these alerts.
    #[must_use]
    pub fn thinned_to(&self, kept: &Bitmap) -> Thinning {
        let mut expected = Thinning::default();
        let mut variance = 0.0;
        for day in &self.days {
            let of_day = kept.count_within(day.rows.clone());
            let share = f64::from(of_day) / f64::from(day.tally.alerts);
            expected.plus(&day.tally, share);
            variance += f64::from(of_day) * (1.0 - share) * day.variance;
        }
        expected.capped_deviation_pct = variance.max(0.0).sqrt();
        expected
    }
}

impl Thinning {
    fn plus(&mut self, day: &Tally, share: f64) {
        let part = |count: u32| share * f64::from(count);
        self.alerts += part(day.alerts);
        self.pumps = (self.pumps.0 + part(day.pumps), self.pumps.1 + part(day.pump_known));
        self.rugs = (self.rugs.0 + part(day.rugs), self.rugs.1 + part(day.rug_known));
        self.exits += part(day.exits);
        self.winners += part(day.winners);
        self.net_pct += share * day.net.pct();
        self.capped_pct += share * day.capped.pct();
    }
}

/// What was counted, for what is only expected to be added to it.
impl From<&Tally> for Thinning {
    fn from(tally: &Tally) -> Self {
        let mut counted = Self::default();
        counted.plus(tally, 1.0);
        counted
    }
}

/// The expectations add up; the deviations are those of sums that have nothing to do with one another.
impl Add for Thinning {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            alerts: self.alerts + other.alerts,
            pumps: (self.pumps.0 + other.pumps.0, self.pumps.1 + other.pumps.1),
            rugs: (self.rugs.0 + other.rugs.0, self.rugs.1 + other.rugs.1),
            exits: self.exits + other.exits,
            winners: self.winners + other.winners,
            net_pct: self.net_pct + other.net_pct,
            capped_pct: self.capped_pct + other.capped_pct,
            capped_deviation_pct: self.capped_deviation_pct.hypot(other.capped_deviation_pct),
        }
    }
}

/// So many times as much.
impl Mul<f64> for Thinning {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self {
            alerts: self.alerts * times,
            pumps: (self.pumps.0 * times, self.pumps.1 * times),
            rugs: (self.rugs.0 * times, self.rugs.1 * times),
            exits: self.exits * times,
            winners: self.winners * times,
            net_pct: self.net_pct * times,
            capped_pct: self.capped_pct * times,
            capped_deviation_pct: self.capped_deviation_pct * times.abs(),
        }
    }
}
