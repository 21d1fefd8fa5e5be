//! Prices of a stretch of time, as open, high, low and close. Bars begin at multiples of their length since the epoch, so
//! that the same prices give the same bars whoever asks, and bars of bars are the bars of the prices themselves.

mod replay;

use std::sync::Arc;
use std::time::Duration;

use crate::observation::Observation;
use crate::quantity::{AmountUsd, PriceUsd};
use crate::timestamp::Timestamp;

/// The prices of `[starts_at, starts_at + resolution)`, as observed: nothing is held back as implausible.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceBar {
    /// When it begins.
    pub starts_at: Timestamp,
    /// The first price.
    pub open_usd: PriceUsd,
    /// The highest.
    pub high_usd: PriceUsd,
    /// The lowest.
    pub low_usd: PriceUsd,
    /// The last.
    pub close_usd: PriceUsd,
    /// The last known liquidity.
    pub liquidity_usd: Option<AmountUsd>,
    /// The pool of that liquidity; where none is known, that of the last price.
    pub pool: Option<Arc<str>>,
    /// The exchange of that pool.
    pub dex_name: Option<Arc<str>>,
    /// The last known market cap.
    pub market_cap_usd: Option<AmountUsd>,
    /// The last known volume of the 24 hours before.
    pub volume_24h_usd: Option<AmountUsd>,
    /// How many observations it stands for.
    pub observations: i32,
}

/// The length of bars: a second or more, in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resolution(i64);

/// A length that no bar can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a length of time from 1 s to 366 days, not {0:?}")]
pub struct BadResolution(pub Duration);

impl Resolution {
    /// Of the bars that take the place of observations that are no longer kept.
    pub const FIVE_MINUTES: Self = Self(5 * 60 * 1_000_000);

    /// Checks the length.
    ///
    /// # Errors
    /// [`BadResolution`] where it is shorter than a second or longer than 366 days.
    pub fn new(length: Duration) -> Result<Self, BadResolution> {
        if !(Duration::from_secs(1)..=Duration::from_hours(366 * 24)).contains(&length) {
            return Err(BadResolution(length));
        }
        i64::try_from(length.as_micros()).map(Self).map_err(|_| BadResolution(length))
    }

    /// The begin of the bar that a moment lies in.
    #[must_use]
    pub const fn floor(self, at: Timestamp) -> Timestamp {
        Timestamp::from_micros(at.micros() - at.micros().rem_euclid(self.0))
    }

    /// The first moment after the bar that begins at `starts_at`.
    #[must_use]
    pub const fn end(self, starts_at: Timestamp) -> Timestamp {
        Timestamp::from_micros(starts_at.micros().saturating_add(self.0))
    }
}

impl PriceBar {
    /// One observation as a bar of its own, that begins when it was observed.
    #[must_use]
    pub fn of(observation: &Observation) -> Self {
        let price = observation.price_usd;
        Self {
            starts_at: observation.observed_at,
            open_usd: price,
            high_usd: price,
            low_usd: price,
            close_usd: price,
            liquidity_usd: observation.liquidity_usd,
            pool: observation.pool.clone(),
            dex_name: observation.dex_name.clone(),
            market_cap_usd: observation.market_cap_usd,
            volume_24h_usd: observation.volume_24h_usd,
            observations: 1,
        }
    }

    /// Takes in what came after it.
    fn append(&mut self, later: Self) {
        if later.high_usd > self.high_usd {
            self.high_usd = later.high_usd;
        }
        if later.low_usd < self.low_usd {
            self.low_usd = later.low_usd;
        }
        self.close_usd = later.close_usd;
        if later.liquidity_usd.is_some() || self.liquidity_usd.is_none() {
            self.liquidity_usd = later.liquidity_usd;
            self.pool = later.pool;
            self.dex_name = later.dex_name;
        }
        self.market_cap_usd = later.market_cap_usd.or(self.market_cap_usd);
        self.volume_24h_usd = later.volume_24h_usd.or(self.volume_24h_usd);
        self.observations = self.observations.saturating_add(later.observations);
    }
}

/// Makes bars of a stream of prices, one at a time, and keeps nothing but the bar it is at.
#[derive(Clone, Debug)]
pub struct Resampler {
    resolution: Resolution,
    bar: Option<PriceBar>,
}

impl Resampler {
    /// For bars of that length.
    #[must_use]
    pub const fn new(resolution: Resolution) -> Self {
        Self { resolution, bar: None }
    }

    /// Takes in the next observation, in the order of (`observed_at`, source); returns the bar before it, where it begins a
    /// new one.
    pub fn observe(&mut self, observation: &Observation) -> Option<PriceBar> {
        self.take(PriceBar::of(observation))
    }

    /// Takes in the next shorter bar, in the order of time. One that reaches beyond a bar's end counts to the bar that it
    /// begins in.
    pub fn take(&mut self, mut piece: PriceBar) -> Option<PriceBar> {
        piece.starts_at = self.resolution.floor(piece.starts_at);
        match &mut self.bar {
            Some(bar) if bar.starts_at == piece.starts_at => {
                bar.append(piece);
                None
            }
            bar => bar.replace(piece),
        }
    }

    /// The last bar: nothing more is to come.
    #[must_use]
    pub fn finish(&mut self) -> Option<PriceBar> {
        self.bar.take()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look((millis, usd, liquidity, pool): (u32, f64, Option<f64>, bool)) -> Observation {
        Observation {
            observed_at: Timestamp::from_millis(1_772_445_600_000 + i64::from(millis)),
            source: "dexscreener".into(),
            price_usd: PriceUsd::new(usd).unwrap(),
            market_cap_usd: liquidity.and_then(|usd| AmountUsd::new(usd * 9.0).ok()),
            liquidity_usd: liquidity.and_then(|usd| AmountUsd::new(usd).ok()),
            volume_24h_usd: AmountUsd::new(usd * 3.0).ok().filter(|_| pool),
            holder_count: None,
            dex_name: None,
            pool: pool.then(|| format!("pool-{millis}").into()),
        }
    }

    fn looks() -> impl Strategy<Value = Vec<Observation>> {
        let one = (0..7_200_000_u32, 0.01..100.0_f64, prop::option::of(0.0..1e5_f64), any::<bool>());
        prop::collection::vec(one, 0..200).prop_map(|mut looks| {
            looks.sort_by_key(|look| look.0);
            looks.into_iter().map(look).collect()
        })
    }

    fn seconds(seconds: u64) -> Resolution {
        Resolution::new(Duration::from_secs(seconds)).unwrap()
    }

    fn bars(pieces: impl IntoIterator<Item = PriceBar>, resolution: Resolution) -> Vec<PriceBar> {
        let mut resampler = Resampler::new(resolution);
        let mut bars: Vec<_> = pieces.into_iter().filter_map(|piece| resampler.take(piece)).collect();
        bars.extend(resampler.finish());
        bars
    }

    proptest! {
        #[test]
        fn bars_of_bars_are_the_bars_of_the_prices(looks in looks(), fine in 1_u64..400, times in 1_u64..20) {
            let straight = bars(looks.iter().map(PriceBar::of), seconds(fine * times));
            let in_two_steps = bars(bars(looks.iter().map(PriceBar::of), seconds(fine)), seconds(fine * times));
            prop_assert_eq!(straight, in_two_steps);
        }

        #[test]
        fn a_bar_says_what_its_prices_say(looks in looks(), length in 1_u64..4_000) {
            let resolution = seconds(length);
            let mut told = 0;
            for bar in bars(looks.iter().map(PriceBar::of), resolution) {
                let within: Vec<_> = looks
                    .iter()
                    .filter(|look| look.observed_at >= bar.starts_at && look.observed_at < resolution.end(bar.starts_at))
                    .collect();
                let prices: Vec<f64> = within.iter().map(|look| look.price_usd.get()).collect();
                told += within.len();
                prop_assert_eq!(bar.starts_at.micros() % i64::try_from(length * 1_000_000).unwrap(), 0);
                prop_assert_eq!(usize::try_from(bar.observations).unwrap(), within.len());
                prop_assert_eq!(bar.open_usd.get(), prices[0]);
                prop_assert_eq!(bar.close_usd.get(), prices[prices.len() - 1]);
                prop_assert_eq!(bar.high_usd.get(), prices.iter().copied().fold(0.0, f64::max));
                prop_assert_eq!(bar.low_usd.get(), prices.iter().copied().fold(f64::MAX, f64::min));
                let known = within.iter().rev().find(|look| look.liquidity_usd.is_some());
                prop_assert_eq!(bar.liquidity_usd, known.and_then(|look| look.liquidity_usd));
                prop_assert_eq!(&bar.pool, &known.unwrap_or(&within[within.len() - 1]).pool);
            }
            prop_assert_eq!(told, looks.len());
        }
    }

    #[test]
    fn a_bar_is_a_second_long_at_least() {
        assert_eq!(Resolution::new(Duration::from_millis(999)), Err(BadResolution(Duration::from_millis(999))));
        assert!(Resolution::new(Duration::from_hours(24 * 367)).is_err());
        assert_eq!(seconds(300), Resolution::FIVE_MINUTES);
        assert_eq!(seconds(60).floor(Timestamp::from_seconds(-1)), Timestamp::from_seconds(-60));
    }
}
