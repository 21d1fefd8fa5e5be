//! What becomes of a simulated token.

use std::time::Duration;

use crate::draw::Seed;

/// The story of a token's market after the moment that it is alerted. Gains are in percent of the price at that moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scenario {
    /// It rises, and gives back a part of it.
    Pump {
        /// The gain at the top.
        peak_gain_pct: f64,
        /// How long it rises.
        peak_after: Duration,
        /// Which share of the rise (of its logarithm) is left in the end, 0 to 1.
        keeps: f64,
    },
    /// It loses value slowly, by a constant share an hour.
    SlowBleed {
        /// The loss after a day, 0 to 100.
        loses_a_day_pct: f64,
    },
    /// Its liquidity is taken out, and the price goes with it.
    RugByLiquidity {
        /// When.
        after: Duration,
        /// The gain until then.
        gain_before_pct: f64,
    },
    /// Its holders sell at once: the price collapses, half of the liquidity stays.
    RugByPrice {
        /// When.
        after: Duration,
        /// The gain until then.
        gain_before_pct: f64,
    },
    /// It moves about where it began.
    Flat,
    /// Nobody trades it: the price stands still.
    Dead,
}

/// Tells the scenarios of a [`Mix`] apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pump,
    RugByLiquidity,
    RugByPrice,
    SlowBleed,
    Flat,
    Dead,
}

impl Scenario {
    /// Whether it gains clearly more than 50 %, so that a tracker that looks every minute must see a pump.
    #[must_use]
    pub fn pumps(&self) -> bool {
        match *self {
            Self::Pump { peak_gain_pct: gain, .. }
            | Self::RugByLiquidity { gain_before_pct: gain, .. }
            | Self::RugByPrice { gain_before_pct: gain, .. } => gain > 50.0,
            Self::SlowBleed { .. } | Self::Flat | Self::Dead => false,
        }
    }

    /// Whether it is a rug.
    #[must_use]
    pub const fn rugs(&self) -> bool {
        matches!(self, Self::RugByLiquidity { .. } | Self::RugByPrice { .. })
    }
}

/// How likely each kind of scenario is: weights that need not add up to 1. A bot whose features work gives each alert the
/// mix that its features call for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix {
    /// [`Scenario::Pump`].
    pub pump: f64,
    /// [`Scenario::RugByLiquidity`].
    pub rug_by_liquidity: f64,
    /// [`Scenario::RugByPrice`].
    pub rug_by_price: f64,
    /// [`Scenario::SlowBleed`].
    pub slow_bleed: f64,
    /// [`Scenario::Flat`].
    pub flat: f64,
    /// [`Scenario::Dead`].
    pub dead: f64,
}

impl Default for Mix {
    /// A market as it is often met: two in five tokens pump, one in five is a rug, most of the rest bleed.
    fn default() -> Self {
        Self::with_rates(0.4, 0.2)
    }
}

impl Mix {
    /// The mix in which a share `pump` of the tokens pumps without being a rug and a share `rug` is a rug (three in five of
    /// them by liquidity); the rest bleeds, stays flat or is dead.
    #[must_use]
    pub fn with_rates(pump: f64, rug: f64) -> Self {
        let rest = (1.0 - pump - rug).max(0.0);
        Self {
            pump,
            rug_by_liquidity: rug * 0.6,
            rug_by_price: rug * 0.4,
            slow_bleed: rest * 0.6,
            flat: rest * 0.3,
            dead: rest * 0.1,
        }
    }

    /// Draws a scenario; the same seed draws the same one.
    #[must_use]
    pub fn draw(&self, seed: Seed) -> Scenario {
        let hours =
            |index, low: f64, high: f64| Duration::from_secs_f64(3_600.0 * seed.scale_between(index, low, high));
        // One rug in five lets its buyers gain first.
        let gain_before_pct = if seed.chance(10, 0.2) { seed.scale_between(11, 90.0, 300.0) } else { 0.0 };
        match self.kind(seed.unit(0)) {
            Kind::Pump => Scenario::Pump {
                peak_gain_pct: seed.scale_between(1, 90.0, 1_500.0),
                peak_after: hours(2, 0.75, 20.0),
                keeps: seed.between(3, -0.2, 0.8),
            },
            Kind::RugByLiquidity => Scenario::RugByLiquidity { after: hours(2, 1.0, 30.0), gain_before_pct },
            Kind::RugByPrice => Scenario::RugByPrice { after: hours(2, 1.0, 30.0), gain_before_pct },
            Kind::SlowBleed => Scenario::SlowBleed { loses_a_day_pct: seed.between(4, 20.0, 75.0) },
            Kind::Flat => Scenario::Flat,
            Kind::Dead => Scenario::Dead,
        }
    }

    fn kind(&self, unit: f64) -> Kind {
        let weights = [
            (self.pump, Kind::Pump),
            (self.rug_by_liquidity, Kind::RugByLiquidity),
            (self.rug_by_price, Kind::RugByPrice),
            (self.slow_bleed, Kind::SlowBleed),
            (self.flat, Kind::Flat),
            (self.dead, Kind::Dead),
        ];
        let mut left = unit * weights.iter().map(|(weight, _)| weight).sum::<f64>();
        for (weight, kind) in weights {
            if left < weight {
                return kind;
            }
            left -= weight;
        }
        Kind::Flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_draws_its_scenarios_at_its_rates() {
        let mix = Mix::with_rates(0.5, 0.3);
        let drawn: Vec<_> = (0..4_000).map(|i| mix.draw(Seed(i))).collect();
        let share = |of: fn(&Scenario) -> bool| drawn.iter().filter(|s| of(s)).count() as f64 / drawn.len() as f64;
        assert!((share(|s| matches!(s, Scenario::Pump { .. })) - 0.5).abs() < 0.03);
        assert!((share(Scenario::rugs) - 0.3).abs() < 0.03);
        assert!((share(Scenario::pumps) - (0.5 + 0.3 * 0.2)).abs() < 0.03);
    }
}
