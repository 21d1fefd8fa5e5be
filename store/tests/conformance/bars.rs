//! Price histories: observations where they are kept, bars where they are not.

use std::time::Duration;

use anyhow::{Context, Result};
use domain::bar::{PriceBar, Resampler, Resolution};
use domain::observation::Observation;
use domain::timestamp::Timestamp;
use futures::TryStreamExt;
use store::observations::{HistoryPlace, PricePiece};

use crate::bench::Bench;
use crate::market::{START, batch, look, minutes, token};
use crate::observations::follow;

/// The Monday in the middle of the prices that [`prices`] gives.
pub const MONDAY: Timestamp = Timestamp::from_seconds(1_772_409_600);

/// One price a minute, half an hour before and after [`MONDAY`].
pub fn prices() -> Vec<Observation> {
    let from = MONDAY.minus(minutes(30));
    (0..60).map(|minute| look(from.plus(minutes(minute)), 1.0 + (minute % 7) as f64)).collect()
}

pub fn five_minute_bars(prices: &[Observation]) -> Vec<PriceBar> {
    let mut resampler = Resampler::new(Resolution::FIVE_MINUTES);
    let mut bars: Vec<_> = prices.iter().filter_map(|seen| resampler.observe(seen)).collect();
    bars.extend(resampler.finish());
    bars
}

async fn history(bench: &Bench, from: HistoryPlace, to: Timestamp) -> Result<Vec<PricePiece>> {
    Ok(bench.store.observations().history(token(1), from, to).try_collect().await?)
}

pub async fn a_history_is_of_observations_where_they_are_kept(bench: &Bench) -> Result<()> {
    follow(bench, 1).await?;
    let seen = prices();
    let observations = seen.iter().map(|seen| (token(1), seen.clone())).collect();
    bench.store.observations().record(batch(observations), START, &bench.rules).await?;
    let all = history(bench, HistoryPlace::begin(seen[0].observed_at), START).await?;
    assert_eq!(all, seen.iter().cloned().map(PricePiece::Observation).collect::<Vec<_>>());
    // A page goes on behind its last observation, and ends before the window does.
    let rest = history(bench, HistoryPlace::behind(seen[9].observed_at, "dexscreener"), seen[20].observed_at).await?;
    assert_eq!(rest, all[10..20]);
    let other_source = history(bench, HistoryPlace::behind(seen[9].observed_at, "a"), seen[10].observed_at).await?;
    assert_eq!(other_source, all[9..10]);
    let nothing = bench.store.observations().history(token(9), HistoryPlace::begin(MONDAY), START);
    assert_eq!(nothing.try_collect::<Vec<_>>().await?, []);
    Ok(())
}

pub async fn the_window_of_an_alert_is_told(bench: &Bench) -> Result<()> {
    let live = follow(bench, 1).await?;
    let window = bench.store.alerts().window(live.id).await?.context("recorded")?;
    assert_eq!((window.token, window.start, window.end), (token(1), START, START.plus(Duration::from_hours(48))));
    let mut import = crate::market::alert(2, START);
    import.tracking_window = Some(Duration::from_hours(24));
    bench.store.alerts().record(crate::market::new(import.clone()), &bench.rules).await?;
    let window = bench.store.alerts().window(import.id).await?.context("recorded")?;
    assert_eq!(window.end, START.plus(Duration::from_hours(24) + Duration::from_millis(1)), "its end included");
    assert_eq!(bench.store.alerts().window(crate::market::alert(3, START).id).await?, None);
    Ok(())
}
