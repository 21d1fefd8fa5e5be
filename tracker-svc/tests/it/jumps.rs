//! A price that jumps is settled by a second source: no mistake of one source makes a moonshot or a rug, and no real jump is
//! lost.

use std::time::Duration;

use simulator::exchange::Limits;
use simulator::faults::{Fault, Source, Spoil, When};
use tracker_svc::feed::cascade::{Jumps, Wanted};

use crate::feeds::{Played, Prices, START, by, wanted};

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

fn all(played: &Played) -> Vec<Wanted> {
    played.tokens.iter().copied().map(wanted).collect()
}

/// A token whose price is a hundred times higher for some moments, at every source.
async fn leaping() -> Played {
    Played::with(1, Limits::real(), |mut token| {
        token.quirks.bad_ticks = vec![(minutes(1) - Duration::from_secs(5), 100.0)];
        token
    })
    .await
}

#[tokio::test]
async fn a_source_that_lies_for_an_hour_is_outvoted_and_then_believed_again() {
    let played = Played::with(60, Limits::real(), |token| token).await;
    played.look().await;
    let hour = When::Between(START.plus(minutes(1)), START.plus(minutes(61)));
    played.faults.script(Source::DexScreener, hour, Fault::Entry(None, Spoil::Factor(1_000.0)));
    for minute in 1..61 {
        played.until(minutes(minute)).await;
        let (seen, _, report) = played.look_closely(all(&played)).await;
        assert_eq!(report.jumps, Jumps { outvoted: 60, ..Jumps::default() }, "minute {minute}");
        assert!(seen.iter().all(|(_, seen)| &*seen.source != "dexscreener"));
        let prices: Prices = seen.into_iter().collect();
        assert_eq!((prices.len(), report.missing), (60, 0));
        played.assert_true(&prices);
    }
    played.until(minutes(61)).await;
    let (prices, report) = played.look().await;
    assert_eq!((by(&prices, "dexscreener"), report.jumps), (60, Jumps::default()));
    played.assert_true(&prices);
    assert!(played.exchange.most_in_a_minute(Source::Jupiter) <= 30);
}

#[tokio::test]
async fn a_jump_that_another_source_sees_too_goes_in_twice() {
    let played = leaping().await;
    played.look().await;
    played.until(minutes(1)).await;
    let (seen, _, report) = played.look_closely(vec![wanted(played.tokens[0])]).await;
    let sources: Vec<&str> = seen.iter().map(|(_, seen)| &*seen.source).collect();
    assert_eq!(sources, ["jupiter", "dexscreener"]);
    assert_eq!(report.jumps, Jumps { confirmed: 1, ..Jumps::default() });
    assert_eq!(report.missing, 0);
}

#[tokio::test]
async fn a_jump_that_nobody_can_settle_goes_in_as_it_is() {
    let played = leaping().await;
    played.look().await;
    for source in [Source::Jupiter, Source::GeckoTerminal] {
        played.faults.script(source, When::Always, Fault::Status(500));
    }
    played.until(minutes(1)).await;
    let (prices, report) = played.look().await;
    assert_eq!((by(&prices, "dexscreener"), report.jumps.open, report.missing), (1, 1, 0));
}

#[tokio::test]
async fn checks_ask_for_all_jumps_together_and_only_where_requests_are_to_spare() {
    let played = Played::with(3_000, Limits::real(), |token| token).await;
    played.look().await;
    played.until(minutes(1)).await;
    played.faults.script(Source::DexScreener, When::Always, Fault::Entry(None, Spoil::Factor(1_000.0)));
    let (seen, _, report) = played.look_closely(all(&played)).await;
    let Jumps { confirmed, outvoted, open } = report.jumps;
    assert_eq!((confirmed, outvoted + open + report.missing), (0, 3_000));
    assert!(outvoted >= 200, "{outvoted} settled");
    // After the first it is not taken at its word: what nobody could settle is left out.
    assert!(played.exchange.most_in_a_minute(Source::Jupiter) <= 30);
    played.until(minutes(2)).await;
    let (later, _, report) = played.look_closely(all(&played)).await;
    assert_eq!(report.jumps.open, 0, "{:?}", report.jumps);
    assert!(later.iter().all(|(_, seen)| &*seen.source != "dexscreener"));
    assert!(seen.len() + later.len() < 6_000);
}
