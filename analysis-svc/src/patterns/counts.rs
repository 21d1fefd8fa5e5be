//! How the alerts of a combination did, and how likely that is by chance.
//!
//! **The p-value.** Were the outcomes of each UTC day dealt out at random, the events among the alerts of a combination would
//! be a sum of hypergeometric counts, one a day. Each of these is distributed as a sum of min(n_d, E_d) independent
//! yes/no draws of unequal chances (n_d alerts of the combination, E_d events, of the day; Vatutin and Mikhailov 1982,
//! *Theory Probab. Appl.* 27:734–743), and with the same mean the binomial has the heavier tail (Hoeffding 1956, *Ann. Math.
//! Stat.* 27:713–721, theorem 4). So, one-sided, with μ = Σ n_d E_d/N_d and m = Σ min(n_d, E_d),
//!
//! P(events ≥ k) ≤ P(Binomial(m, μ/m) ≥ k) for k ≥ μ + 1.
//!
//! It never says less than the exact test does, it knows that days differ, and it costs a microsecond.

use crate::inference::Target;
use crate::statistics::binomial_tail;
use crate::statistics::confidence::Confidence;
use crate::statistics::proportion::Proportion;
use crate::statistics::wilson;

/// How the alerts of a combination did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// How many there are.
    pub alerts: u32,
    pump: Count,
    rug: Count,
}

/// How many of them had one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// How many had it.
    pub events: u32,
    /// Of how many it is known.
    pub known: u32,
    /// m: how many draws at random these are, Σ min(n_d, E_d).
    pub trials: u32,
    /// μ: how many would have it if they did as the others of the same days.
    pub expected: f64,
}

impl Counts {
    /// Their pumps or their rugs.
    #[must_use]
    pub const fn of(&self, target: Target) -> &Count {
        match target {
            Target::Pump => &self.pump,
            Target::Rug => &self.rug,
        }
    }

    pub(super) const fn of_mut(&mut self, target: Target) -> &mut Count {
        match target {
            Target::Pump => &mut self.pump,
            Target::Rug => &mut self.rug,
        }
    }
}

impl Count {
    /// The rate.
    #[must_use]
    pub fn proportion(&self) -> Proportion {
        Proportion::new(self.events.into(), self.known.into()).unwrap_or_default()
    }

    /// The lower bound of the rate's interval (Wilson, 95 %), which combinations are ranked by; 0 of none.
    #[must_use]
    pub fn low(&self) -> f64 {
        wilson::interval(self.proportion(), Confidence::NINETY_FIVE).map_or(0.0, |interval| interval.low)
    }

    /// The chance, at the most, of so many events or more if they did as the others of the same days.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        if self.trials == 0 || f64::from(self.events) < self.expected + 1.0 {
            return 1.0;
        }
        binomial_tail::upper(self.events.into(), self.trials.into(), self.expected / f64::from(self.trials))
    }

    /// WRAcc, weighted relative accuracy: n/N · (rate − rate of everybody), with n of `all`'s N alerts known. Lavrač,
    /// Flach and Zupan (1999), "Rule evaluation measures".
    #[must_use]
    pub fn weighted_relative_accuracy(&self, all: &Self) -> Option<f64> {
        let difference = self.proportion().rate()? - all.proportion().rate()?;
        Some(f64::from(self.known) / f64::from(all.known) * difference)
    }
}
