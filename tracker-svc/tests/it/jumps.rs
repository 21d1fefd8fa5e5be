//! A price that jumps is settled by a second source: no mistake of one source makes a moonshot or a rug, and no real jump is
//! lost.

use std::time::Duration;

use simulator::exchange::Limits;
use simulator::faults::{Fault, Source, Spoil, When};
use tracker_svc::feed::look::{Jumps, Wanted};

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
        // From its first answer on it is not asked any more.
        let outvoted = if minute == 1 { 60 } else { 0 };
        assert_eq!(report.jumps, Jumps { outvoted, ..Jumps::default() }, "minute {minute}");
        assert!(seen.iter().all(|(_, seen)| &*seen.source != "dexscreener"));
        let prices: Prices = seen.into_iter().collect();
        assert_eq!((prices.len(), report.missing.len()), (60, 0));
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
    assert_eq!(report.missing.len(), 0);
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
    assert_eq!((by(&prices, "dexscreener"), report.jumps.open, report.missing.len()), (1, 1, 0));
}

#[tokio::test]
async fn while_a_source_lies_the_others_are_asked_for_as_many_as_their_limits_allow_and_the_rest_is_told_to_be_held_back()
 {
    let played = Played::with(3_000, Limits::real(), |token| token).await;
    played.look().await;
    played.faults.script(Source::DexScreener, When::Always, Fault::Entry(None, Spoil::Factor(4.0)));
    for minute in 1..4 {
        played.until(minutes(minute)).await;
        let (seen, _, report) = played.look_closely(all(&played)).await;
        assert!(seen.iter().all(|(_, seen)| &*seen.source != "dexscreener"), "minute {minute}");
        // 26 requests of 100 and 6 of 30, some of them with other tokens of the same minute.
        assert!(seen.len() >= 2_400, "minute {minute}: {}", seen.len());
        assert_eq!((report.missing.len(), report.held_back.len()), (3_000 - seen.len(), 3_000 - seen.len()));
        played.assert_true(&seen.into_iter().collect());
        assert!(played.exchange.most_in_a_minute(Source::Jupiter) <= 30);
    }
    assert_eq!(played.feeds.tokens_every(minutes(1), Duration::from_secs(54)), 26 * 100 + 6 * 30);
}

#[tokio::test]
async fn a_source_that_begins_to_lie_while_no_tracker_remembers_is_measured_by_what_was_stored() {
    let played = Played::with(60, Limits::real(), |token| token).await;
    let (prices, _) = played.look().await;
    let anew = played.restarted();
    for (token, seen) in &prices {
        anew.feeds.remember(token, seen.price_usd, seen.observed_at);
    }
    anew.until(minutes(1)).await;
    anew.faults.script(Source::DexScreener, When::Always, Fault::Entry(None, Spoil::Factor(4.0)));
    let (seen, _, report) = anew.look_closely(all(&anew)).await;
    assert!(seen.iter().all(|(_, seen)| &*seen.source != "dexscreener"));
    assert_eq!((seen.len(), report.missing.len()), (60, 0));
}

#[tokio::test]
async fn a_second_source_that_lies_does_not_outvote_the_first_one() {
    let played = Played::with(200, Limits::real(), |mut token| {
        // Half of them only Jupiter knows.
        if token.seed.at(7_777).0 % 2 == 0 {
            token.quirks.dexscreener_after = minutes(1_000);
        }
        token
    })
    .await;
    played.look().await;
    played.faults.script(Source::Jupiter, When::Always, Fault::Entry(None, Spoil::Factor(4.0)));
    for minute in 1..4 {
        played.until(minutes(minute)).await;
        let (seen, _, _) = played.look_closely(all(&played)).await;
        assert!(seen.iter().all(|(_, seen)| &*seen.source != "jupiter"), "minute {minute}");
        let told: Prices = seen.into_iter().collect();
        assert!(by(&told, "dexscreener") >= 80, "minute {minute}");
        assert!(by(&told, "geckoterminal") >= 30, "minute {minute}");
        played.assert_true(&told);
    }
}

#[tokio::test]
async fn a_jump_waits_a_few_minutes_for_those_who_may_know_and_have_no_request_left() {
    for true_price in [true, false] {
        let played = Played::with(1, Limits::real(), |token| token).await;
        played.look().await;
        for source in [Source::Jupiter, Source::GeckoTerminal] {
            let refused = Fault::TooManyRequests { retry_after: Duration::from_secs(30) };
            let until = START.plus(minutes(if true_price { 2 } else { 60 }));
            played.faults.script(source, When::Between(START.plus(Duration::from_secs(1)), until), refused);
        }
        played.faults.script(Source::DexScreener, When::Always, Fault::Entry(None, Spoil::Factor(4.0)));
        let mut told = Vec::new();
        for minute in 1..15 {
            played.until(minutes(minute)).await;
            let (seen, _, report) = played.look_closely(all(&played)).await;
            assert_eq!(report.held_back.len(), usize::from(seen.is_empty()), "minute {minute}");
            told.extend(seen.into_iter().map(|(_, seen)| (minute, seen.source.to_string())));
        }
        let first = told.first().unwrap().0;
        if true_price {
            assert!((2..=3).contains(&first) && told.iter().all(|(_, by)| by != "dexscreener"), "{told:?}");
        } else {
            assert!(first == 6 && told.iter().all(|(_, by)| by == "dexscreener"), "{told:?}");
        }
    }
}
