//! The price and the liquidity of a token as a function of time.

use std::time::Duration;

use domain::timestamp::Timestamp;

use crate::scenario::Scenario;
use crate::token::{BAD_TICK, SimulatedToken};

/// The truth about a token's market at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// USD per token.
    pub price_usd: f64,
    /// Liquidity of its main pool in USD.
    pub liquidity_usd: f64,
    /// Traded in the last 24 hours, in USD.
    pub volume_24h_usd: f64,
    /// It still trades on the bonding curve.
    pub on_curve: bool,
}

/// How long a rug takes from the first sale to the last.
const RUG_SECONDS: f64 = 90.0;

impl SimulatedToken {
    /// The truth at `at`, without bad ticks. Before the scenario begins the price strays about where it will begin.
    #[must_use]
    pub fn state(&self, at: Timestamp) -> State {
        let seconds = (at.micros() - self.begins_at.micros()) as f64 / 1e6;
        let (log_price, liquidity_left) = self.scenario.drift(seconds.max(0.0));
        let strays = if self.scenario == Scenario::Dead { 0.0 } else { self.noise(seconds) - self.noise(0.0) };
        let relative = (log_price + strays).exp();
        // A constant-product pool's value goes with the square root of the price.
        let liquidity = self.begin_liquidity_usd * ((log_price.max(-4.0) + strays) / 2.0).exp() * liquidity_left;
        let turnover = if self.scenario == Scenario::Dead { 0.0 } else { 3.0 + 2.0 * self.seed.unit(8) };
        State {
            price_usd: self.begin_price_usd * relative,
            liquidity_usd: liquidity,
            volume_24h_usd: self.begin_liquidity_usd * turnover,
            on_curve: self.quirks.migrates_after.is_some_and(|after| seconds < after.as_secs_f64()),
        }
    }

    /// By what a source multiplies the price at `at` by mistake: 1 but for bad ticks.
    #[must_use]
    pub fn bad_tick(&self, at: Timestamp) -> f64 {
        let Some(micros) = at.micros().checked_sub(self.begins_at.micros()).filter(|micros| *micros >= 0) else {
            return 1.0;
        };
        let since = Duration::from_micros(micros as u64);
        for (begin, factor) in &self.quirks.bad_ticks {
            if since >= *begin && since < *begin + BAD_TICK {
                return *factor;
            }
        }
        if self.quirks.bad_tick_rate > 0.0 {
            // Every second minute may have one, so that two never stand within a minute of each other.
            let (pair, within) = (since.as_secs() / 120, since.as_secs() % 120);
            let seed = self.seed.at(9).at(pair);
            let begin = (seed.unit(0) * (60 - BAD_TICK.as_secs()) as f64) as u64;
            if seed.chance(1, 2.0 * self.quirks.bad_tick_rate) && within >= begin && within < begin + BAD_TICK.as_secs()
            {
                return if seed.chance(2, 0.5) { 100.0 } else { 0.01 };
            }
        }
        1.0
    }

    /// Smooth, bounded noise of three rhythms: a minute, ten minutes, an hour. Within ± `volatility` in log price.
    fn noise(&self, seconds: f64) -> f64 {
        let rhythm = |index: u64, period: f64| {
            let at = seconds / period;
            let (slot, part) = (at.floor(), at - at.floor());
            let seed = self.seed.at(20 + index);
            let draw = |slot: f64| seed.between(slot as i64 as u64, -1.0, 1.0);
            let eased = part * part * (3.0 - 2.0 * part);
            draw(slot) + (draw(slot + 1.0) - draw(slot)) * eased
        };
        self.volatility * (0.15 * rhythm(0, 60.0) + 0.35 * rhythm(1, 600.0) + 0.5 * rhythm(2, 3_600.0))
    }
}

impl Scenario {
    /// The logarithm of price over begin price, and the share of the liquidity that nobody took out, at `seconds` ≥ 0.
    fn drift(&self, seconds: f64) -> (f64, f64) {
        let rise = |gain_pct: f64| (gain_pct / 100.0).ln_1p();
        match *self {
            Self::Flat | Self::Dead => (0.0, 1.0),
            Self::Pump { peak_gain_pct, peak_after, keeps } => {
                let (top, peak) = (rise(peak_gain_pct), peak_after.as_secs_f64());
                if seconds <= peak {
                    (top * eased(seconds / peak), 1.0)
                } else {
                    let fading = (-(seconds - peak) / (6.0 * 3_600.0)).exp();
                    (top * (keeps + (1.0 - keeps) * fading), 1.0)
                }
            }
            Self::SlowBleed { loses_a_day_pct } => {
                ((1.0 - loses_a_day_pct / 100.0).max(1e-3).ln() * seconds / 86_400.0, 1.0)
            }
            Self::RugByLiquidity { after, gain_before_pct } => {
                let (before, gone) = rugged(seconds, after, rise(gain_before_pct));
                (before + gone * (0.02_f64).ln(), (gone * (0.004_f64).ln()).exp())
            }
            Self::RugByPrice { after, gain_before_pct } => {
                let (before, gone) = rugged(seconds, after, rise(gain_before_pct));
                // Ends at 4 % of the price; others add what the pool lost, so that half of the liquidity stays.
                let fall = (0.04_f64).ln() - before.max(0.0);
                (before + gone * fall, (gone * ((0.5_f64).ln() - fall / 2.0)).exp())
            }
        }
    }
}

/// The log price before the rug, and how far the rug has come, 0 to 1.
fn rugged(seconds: f64, after: Duration, top: f64) -> (f64, f64) {
    let after = after.as_secs_f64();
    (top * eased((seconds / (0.8 * after)).min(1.0)), ((seconds - after) / RUG_SECONDS).clamp(0.0, 1.0))
}

/// From 0 to 1 without a kink at either end.
fn eased(part: f64) -> f64 {
    part * part * (3.0 - 2.0 * part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Seed;

    fn token(scenario: Scenario) -> SimulatedToken {
        SimulatedToken::draw(Seed(11), Timestamp::from_seconds(1_790_000_000), scenario)
    }

    fn gains(token: &SimulatedToken) -> Vec<f64> {
        (0..2_880)
            .map(|m| token.state(token.begins_at.plus(Duration::from_secs(60 * m))).price_usd / token.begin_price_usd)
            .collect()
    }

    #[test]
    fn a_pump_reaches_its_peak_and_a_flat_market_never_pumps() {
        let pump = token(Scenario::Pump { peak_gain_pct: 300.0, peak_after: Duration::from_secs(7_200), keeps: 0.1 });
        let highest = gains(&pump).into_iter().fold(0.0, f64::max);
        assert!((3.2..5.0).contains(&highest), "{highest}");
        assert!(gains(&token(Scenario::Flat)).into_iter().all(|g| (0.8..1.25).contains(&g)));
        assert!(gains(&token(Scenario::Dead)).into_iter().all(|g| g == 1.0));
    }

    #[test]
    fn a_rug_by_liquidity_drains_the_pool_and_a_rug_by_price_leaves_half_of_it() {
        let after = Duration::from_secs(3_600);
        let later = |t: &SimulatedToken| t.state(t.begins_at.plus(after + Duration::from_secs(600)));
        let drained = token(Scenario::RugByLiquidity { after, gain_before_pct: 0.0 });
        assert!(later(&drained).liquidity_usd < 0.01 * drained.begin_liquidity_usd);
        assert!(later(&drained).price_usd < 0.05 * drained.begin_price_usd);
        let sold = token(Scenario::RugByPrice { after, gain_before_pct: 100.0 });
        let liquidity = later(&sold).liquidity_usd / sold.begin_liquidity_usd;
        assert!((0.4..1.1).contains(&liquidity), "{liquidity}");
        assert!(later(&sold).price_usd < 0.05 * sold.begin_price_usd);
    }

    #[test]
    fn a_bad_tick_is_over_before_it_could_be_confirmed() {
        let mut token = token(Scenario::Flat);
        token.quirks.bad_tick_rate = 0.2;
        let bad: Vec<i64> = (0..86_400)
            .filter(|s| token.bad_tick(token.begins_at.plus(Duration::from_secs(*s as u64))) != 1.0)
            .collect();
        assert!(bad.len() > 1_000);
        let runs = bad.windows(2).filter(|w| w[1] - w[0] > 1 && w[1] - w[0] < 36).count();
        assert_eq!(runs, 0, "two bad ticks stand too close");
        for begin in bad.windows(2).filter(|w| w[1] - w[0] > 1).map(|w| w[1]) {
            assert!(!bad.contains(&(begin + 25)), "a bad tick lasts too long");
        }
    }
}
