//! A bar as observations again, for a fold that cannot have the real ones any more.
//!
//! - One observation is itself, at the bar's begin; two are the open and the close.
//! - Three or more are six: the open at the bar's begin, the extreme that is nearer to the open twice, the other one twice,
//!   the close. The first extreme stands a quarter into the bar, the second one half way, the close at four fifths; the
//!   second look at an extreme comes a second after the first. So each extreme counts as a peak (its twin supports it), a
//!   stop that it triggers is sold at it, and yet a bad tick stays one: its twin is too early to confirm it.
//! - A bar that begins before the alert stands for what the window has of it: its observations are put into that part.
//! - The market cap moves with the price. The last known liquidity is a reading of its pool at the close alone, so that a
//!   single bad reading is a single reading here too; before the close it goes under a pool of the bar's own, which prices
//!   the simulated trade and is no evidence of a removal.

use std::sync::Arc;

use super::{PriceBar, Resolution};
use crate::observation::Observation;
use crate::quantity::{AmountUsd, PriceUsd};
use crate::timestamp::Timestamp;

/// The source of replayed observations.
const SOURCE: &str = "bar";
const SECOND: i64 = 1_000_000;

impl PriceBar {
    /// The observations that stand for this bar of `resolution`, all at or after `from`, in their order. None where the bar
    /// ends before `from`, or too soon after it.
    #[must_use]
    pub fn replay(&self, resolution: Resolution, from: Timestamp) -> Vec<Observation> {
        let begin = self.starts_at.max(from).micros();
        let length = resolution.end(self.starts_at).micros() - begin;
        if length < 10 * SECOND {
            return Vec::new();
        }
        let (open, close) = (self.open_usd, self.close_usd);
        let looks: Vec<(i64, PriceUsd)> = match self.observations {
            ..=1 => vec![(0, close)],
            2 => vec![(0, open), (length / 5 * 4, close)],
            _ => {
                let (first, second) = self.extremes();
                let (quarter, half) = (length / 4, length / 2);
                vec![
                    (0, open),
                    (quarter, first),
                    (quarter + SECOND, first),
                    (half, second),
                    (half + SECOND, second),
                    (length / 5 * 4, close),
                ]
            }
        };
        let own: Arc<str> = format!("bar at {}", self.starts_at).into();
        let last = looks.len() - 1;
        let looks = looks.into_iter().enumerate();
        looks.map(|(index, (after, price))| self.look(begin + after, price, (index < last).then_some(&own))).collect()
    }

    /// The extremes, the one nearer to the open first.
    fn extremes(&self) -> (PriceUsd, PriceUsd) {
        let (open, high, low) = (self.open_usd.get(), self.high_usd.get(), self.low_usd.get());
        if high - open < open - low { (self.high_usd, self.low_usd) } else { (self.low_usd, self.high_usd) }
    }

    fn look(&self, micros: i64, price: PriceUsd, own_pool: Option<&Arc<str>>) -> Observation {
        let in_proportion = |cap: AmountUsd| AmountUsd::new(cap.get() * (price.get() / self.close_usd.get())).ok();
        Observation {
            // To the millisecond, and never before the alert.
            observed_at: Timestamp::from_millis(micros.div_euclid(1_000) + i64::from(micros.rem_euclid(1_000) > 0)),
            source: SOURCE.into(),
            price_usd: price,
            market_cap_usd: self.market_cap_usd.and_then(in_proportion),
            liquidity_usd: self.liquidity_usd,
            volume_24h_usd: None,
            holder_count: None,
            dex_name: self.dex_name.clone(),
            pool: own_pool.or(self.pool.as_ref()).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_772_445_600);

    fn bar(open: f64, high: f64, low: f64, close: f64, observations: i32) -> PriceBar {
        let price = |usd| PriceUsd::new(usd).unwrap();
        PriceBar {
            starts_at: START,
            open_usd: price(open),
            high_usd: price(high),
            low_usd: price(low),
            close_usd: price(close),
            liquidity_usd: AmountUsd::new(9_000.0).ok(),
            pool: Some("pool".into()),
            dex_name: Some("raydium".into()),
            market_cap_usd: AmountUsd::new(close * 1_000.0).ok(),
            volume_24h_usd: None,
            observations,
        }
    }

    fn told(looks: &[Observation]) -> Vec<(i64, f64)> {
        looks.iter().map(|look| ((look.observed_at.micros() - START.micros()) / SECOND, look.price_usd.get())).collect()
    }

    #[test]
    fn the_extreme_nearer_to_the_open_comes_first_and_each_is_seen_twice() {
        let looks = bar(1.0, 2.0, 0.9, 1.5, 5).replay(Resolution::FIVE_MINUTES, START);
        assert_eq!(told(&looks), [(0, 1.0), (75, 0.9), (76, 0.9), (150, 2.0), (151, 2.0), (240, 1.5)]);
        let looks = bar(1.0, 1.1, 0.3, 0.5, 3).replay(Resolution::FIVE_MINUTES, START);
        assert_eq!(told(&looks), [(0, 1.0), (75, 1.1), (76, 1.1), (150, 0.3), (151, 0.3), (240, 0.5)]);
        let caps: Vec<_> = looks.iter().map(|look| look.market_cap_usd.unwrap().get().round()).collect();
        assert_eq!(caps, [1_000.0, 1_100.0, 1_100.0, 300.0, 300.0, 500.0]);
    }

    #[test]
    fn what_was_one_or_two_observations_is_so_again() {
        assert_eq!(told(&bar(1.0, 1.0, 1.0, 1.0, 1).replay(Resolution::FIVE_MINUTES, START)), [(0, 1.0)]);
        assert_eq!(told(&bar(1.0, 2.0, 1.0, 2.0, 2).replay(Resolution::FIVE_MINUTES, START)), [(0, 1.0), (240, 2.0)]);
    }

    #[test]
    fn only_the_close_is_a_reading_of_the_pool() {
        let looks = bar(1.0, 2.0, 0.9, 1.5, 5).replay(Resolution::FIVE_MINUTES, START);
        let readings = looks.iter().filter(|look| look.pool.as_deref() == Some("pool")).count();
        assert_eq!((readings, looks[5].pool.as_deref()), (1, Some("pool")));
        assert!(looks.iter().all(|look| look.liquidity_usd.is_some()));
    }

    #[test]
    fn a_bar_that_began_before_the_alert_stands_for_the_rest_of_it() {
        let bar = bar(1.0, 2.0, 0.9, 1.5, 5);
        let from = Timestamp::from_micros(START.micros() + 200 * SECOND + 1);
        let looks = bar.replay(Resolution::FIVE_MINUTES, from);
        assert_eq!(told(&looks), [(200, 1.0), (225, 0.9), (226, 0.9), (250, 2.0), (251, 2.0), (280, 1.5)]);
        assert!(looks[0].observed_at >= from);
        assert!(looks.is_sorted_by_key(|look| look.observed_at));
        assert_eq!(bar.replay(Resolution::FIVE_MINUTES, Timestamp::from_micros(START.micros() + 295 * SECOND)), []);
    }
}
