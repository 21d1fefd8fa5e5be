//! Counts and sums of some alerts, their exits also less their day's mean: what a candidate keeps, or drops, beside random thinning.

use std::ops::{Add, Sub};

use super::part::Part;
use crate::statistics::proportion::{Proportion, TwoByTwo};

/// Counts and sums of some alerts. Exits are in percent; what is unknown is in no sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Centred {
    /// How many alerts.
    pub alerts: u32,
    /// Of how many the exit is known.
    pub exits: u32,
    /// Exits of 100 % or more.
    pub winners: u32,
    /// Of how many it is known whether they pumped.
    pub pumps_known: u32,
    /// Pumps.
    pub pumps: u32,
    /// Of how many it is known whether they were rugs.
    pub rugs_known: u32,
    /// Rugs.
    pub rugs: u32,
    /// Sum of the exits.
    pub exit_sum: f64,
    /// Sum of the exits, each capped at +400 %.
    pub capped_sum: f64,
    /// Sum of the capped exits less their day's mean: what they are worth above random thinning.
    pub centred_sum: f64,
    /// Sum of the squares of those.
    pub centred_squares: f64,
    /// Sum of the rug labels less their day's rate.
    pub centred_rugs: f64,
}

impl Centred {
    /// Of all cases of a part.
    #[must_use]
    pub fn of(part: &Part) -> Self {
        let mut sums = Growing::default();
        (0..part.len()).for_each(|place| part.add_to(&mut sums, place));
        sums.into()
    }

    /// The mean of the capped exits, in percent.
    #[must_use]
    pub fn mean_capped(&self) -> Option<f64> {
        (self.exits > 0).then(|| self.capped_sum / f64::from(self.exits))
    }

    /// The mean of the exits, in percent.
    #[must_use]
    pub fn mean_exit(&self) -> Option<f64> {
        (self.exits > 0).then(|| self.exit_sum / f64::from(self.exits))
    }

    /// Rugs of those of which it is known.
    #[must_use]
    pub fn rug_rate(&self) -> Proportion {
        Proportion::new(self.rugs.into(), self.rugs_known.into()).unwrap_or_default()
    }

    /// Pumps of those of which it is known.
    #[must_use]
    pub fn pump_rate(&self) -> Proportion {
        Proportion::new(self.pumps.into(), self.pumps_known.into()).unwrap_or_default()
    }

    /// The rugs of these beside those of others.
    #[must_use]
    pub fn rugs_against(&self, other: &Self) -> TwoByTwo {
        TwoByTwo { with: self.rug_rate(), without: other.rug_rate() }
    }

    /// The pumps of these beside those of others.
    #[must_use]
    pub fn pumps_against(&self, other: &Self) -> TwoByTwo {
        TwoByTwo { with: self.pump_rate(), without: other.pump_rate() }
    }
}

/// The same as it grows: counts two in a number and sums side by side, so that an alert is added in few steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Growing {
    counts: PackedCounts,
    sums: [f64; 5],
}

/// Alerts and exits, winners and known pumps, pumps and known rugs, rugs: of each two the first in the lower half.
pub type PackedCounts = [u64; 4];

impl Growing {
    /// Adds counts, and the sums in the order in which [`Centred`] has them.
    #[inline]
    pub fn add(&mut self, counts: &PackedCounts, sums: [f64; 5]) {
        self.counts.iter_mut().zip(counts).for_each(|(all, one)| *all += one);
        self.sums.iter_mut().zip(sums).for_each(|(all, one)| *all += one);
    }
}

impl From<Growing> for Centred {
    fn from(Growing { counts, sums }: Growing) -> Self {
        let halves = counts.map(|both| [both as u32, (both >> 32) as u32]);
        let [[alerts, exits], [winners, pumps_known], [pumps, rugs_known], [rugs, _]] = halves;
        let [exit_sum, capped_sum, centred_sum, centred_squares, centred_rugs] = sums;
        Self {
            alerts,
            exits,
            winners,
            pumps_known,
            pumps,
            rugs_known,
            rugs,
            exit_sum,
            capped_sum,
            centred_sum,
            centred_squares,
            centred_rugs,
        }
    }
}

impl Add for Centred {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            alerts: self.alerts + other.alerts,
            exits: self.exits + other.exits,
            winners: self.winners + other.winners,
            pumps_known: self.pumps_known + other.pumps_known,
            pumps: self.pumps + other.pumps,
            rugs_known: self.rugs_known + other.rugs_known,
            rugs: self.rugs + other.rugs,
            exit_sum: self.exit_sum + other.exit_sum,
            capped_sum: self.capped_sum + other.capped_sum,
            centred_sum: self.centred_sum + other.centred_sum,
            centred_squares: self.centred_squares + other.centred_squares,
            centred_rugs: self.centred_rugs + other.centred_rugs,
        }
    }
}

/// What is left of all when a part of them is taken away.
impl Sub for Centred {
    type Output = Self;

    fn sub(self, part: Self) -> Self {
        Self {
            alerts: self.alerts.saturating_sub(part.alerts),
            exits: self.exits.saturating_sub(part.exits),
            winners: self.winners.saturating_sub(part.winners),
            pumps_known: self.pumps_known.saturating_sub(part.pumps_known),
            pumps: self.pumps.saturating_sub(part.pumps),
            rugs_known: self.rugs_known.saturating_sub(part.rugs_known),
            rugs: self.rugs.saturating_sub(part.rugs),
            exit_sum: self.exit_sum - part.exit_sum,
            capped_sum: self.capped_sum - part.capped_sum,
            centred_sum: self.centred_sum - part.centred_sum,
            centred_squares: self.centred_squares - part.centred_squares,
            centred_rugs: self.centred_rugs - part.centred_rugs,
        }
    }
}
