//! How a set of alerts did, in whole numbers.

use std::iter;
use std::ops::{Add, AddAssign, Sub};

use super::sum::Sum;
use crate::statistics::proportion::Proportion;

/// Counts and sums over a set of matured alerts. Whole numbers: the tally of two parts is the sum of theirs, and the tally
/// of what is left is the difference, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many alerts.
    pub alerts: u32,
    /// The pumps among them.
    pub pumps: u32,
    /// Of how many that is known.
    pub pump_known: u32,
    /// The rugs among them.
    pub rugs: u32,
    /// Of how many that is known.
    pub rug_known: u32,
    /// Of how many the simulated exit is known.
    pub exits: u32,
    /// The exits of [`super::replay::WINNER_PCT`] or more.
    pub winners: u32,
    /// The sum of the net returns of the exits.
    pub net: Sum,
    /// The same with every return capped at [`super::replay::CAP_PCT`]: what decisions look at.
    pub capped: Sum,
}

impl Tally {
    /// The pumps, of those of which it is known.
    #[must_use]
    pub fn pump_rate(&self) -> Proportion {
        Proportion::new(self.pumps.into(), self.pump_known.into()).unwrap_or_default()
    }

    /// The rugs, of those of which it is known.
    #[must_use]
    pub fn rug_rate(&self) -> Proportion {
        Proportion::new(self.rugs.into(), self.rug_known.into()).unwrap_or_default()
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            alerts: self.alerts + other.alerts,
            pumps: self.pumps + other.pumps,
            pump_known: self.pump_known + other.pump_known,
            rugs: self.rugs + other.rugs,
            rug_known: self.rug_known + other.rug_known,
            exits: self.exits + other.exits,
            winners: self.winners + other.winners,
            net: self.net + other.net,
            capped: self.capped + other.capped,
        }
    }
}

/// Of a set less one of its parts.
impl Sub for Tally {
    type Output = Self;

    fn sub(self, part: Self) -> Self {
        Self {
            alerts: self.alerts - part.alerts,
            pumps: self.pumps - part.pumps,
            pump_known: self.pump_known - part.pump_known,
            rugs: self.rugs - part.rugs,
            rug_known: self.rug_known - part.rug_known,
            exits: self.exits - part.exits,
            winners: self.winners - part.winners,
            net: self.net - part.net,
            capped: self.capped - part.capped,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), Add::add)
    }
}
