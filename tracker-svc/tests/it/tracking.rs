//! The loop follows what is alerted, whatever goes wrong, and says of it what really happened.

use std::time::Duration;

use domain::outcome::{OutcomeStatus, RugReason};
use simulator::faults::{Fault, Source, Spoil, When};
use simulator::scenario::Scenario;

use crate::played::{Played, START, minutes};

const PUMP: Scenario = Scenario::Pump { peak_gain_pct: 200.0, peak_after: Duration::from_secs(3_600), keeps: 0.8 };

#[tokio::test]
async fn an_alert_is_looked_at_at_once_then_every_minute_and_sealed_at_the_end() {
    let mut played = Played::new(minutes(90)).await;
    let id = played.alert(1, PUMP, |_| {}).await;
    played.until(START.plus(Duration::from_secs(1))).await;
    // A second look may be that of the loop's first tick, which falls on the same moment.
    assert!(!played.prices(1).await.is_empty(), "the first look waits for no tick");
    played.until(START.plus(minutes(102))).await;
    let outcome = played.outcome(id).await;
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    assert!((100.0..400.0).contains(&outcome.max_gain_pct.unwrap()), "{:?}", outcome.max_gain_pct);
    assert_eq!(outcome.is_rug, Some(false));
    assert!(outcome.coverage.unwrap() > 0.98);
    assert_eq!(played.longest_gap(1).await, minutes(1));
    played.assert_refolds(id).await;
    played.stop().await;
}

#[tokio::test]
async fn rugs_are_called_by_their_reason_and_a_flat_market_is_none() {
    let mut played = Played::new(minutes(300)).await;
    let after = minutes(60);
    let drained = played.alert(1, Scenario::RugByLiquidity { after, gain_before_pct: 100.0 }, |_| {}).await;
    let sold = played.alert(2, Scenario::RugByPrice { after, gain_before_pct: 0.0 }, |_| {}).await;
    let flat = played.alert(3, Scenario::Flat, |token| token.quirks.decoys = true).await;
    let dead = played.alert(4, Scenario::Dead, |_| {}).await;
    played.until(START.plus(minutes(312))).await;
    let drained = played.outcome(drained).await;
    assert_eq!((drained.rug_reason, drained.rug_after_pump), (Some(RugReason::LiquidityRemoved), Some(true)));
    assert_eq!(played.outcome(sold).await.rug_reason, Some(RugReason::PriceCollapse));
    for quiet in [flat, dead] {
        let outcome = played.outcome(quiet).await;
        assert_eq!((outcome.status, outcome.is_rug), (OutcomeStatus::Complete, Some(false)));
        assert!(outcome.max_gain_pct.unwrap() < 50.0);
    }
    played.stop().await;
}

#[tokio::test]
async fn a_migration_from_the_curve_is_no_rug() {
    let mut played = Played::new(minutes(120)).await;
    let id = played.alert(1, Scenario::Flat, |token| token.quirks.migrates_after = Some(minutes(30))).await;
    played.until(START.plus(minutes(132))).await;
    let outcome = played.outcome(id).await;
    assert_eq!((outcome.status, outcome.is_rug), (OutcomeStatus::Complete, Some(false)));
    let dexes: Vec<_> = played.prices(1).await.iter().filter_map(|price| price.dex_name.clone()).collect();
    assert_eq!((&*dexes[0], &**dexes.last().unwrap()), ("pumpfun", "pumpswap"));
    played.stop().await;
}

#[tokio::test]
async fn bad_ticks_make_neither_a_moonshot_nor_a_rug() {
    let mut played = Played::new(minutes(120)).await;
    let id = played
        .alert(1, Scenario::Flat, |token| {
            token.quirks.bad_ticks = vec![(minutes(20) - Duration::from_secs(5), 100.0), (minutes(40), 0.01)];
        })
        .await;
    played.until(START.plus(minutes(132))).await;
    let outcome = played.outcome(id).await;
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    assert_eq!((outcome.is_rug, outcome.fell_80), (Some(false), Some(false)));
    assert!(outcome.max_gain_pct.unwrap() < 50.0, "{:?}", outcome.max_gain_pct);
    assert_eq!(outcome.held_dropped, 2, "both were seen, and neither was believed");
    played.stop().await;
}

#[tokio::test]
async fn no_fault_of_a_source_ends_the_loop_loses_a_tick_or_makes_a_false_peak_or_rug() {
    let mut played = Played::new(minutes(60)).await;
    let mut ids = Vec::new();
    for seed in 0..30 {
        ids.push(played.alert(seed, Scenario::Flat, |_| {}).await);
    }
    let spoiled = Some(Played::address(7));
    let faults = [
        Fault::Html,
        Fault::HtmlAsJson,
        Fault::HalfJson,
        Fault::HalfBody,
        Fault::Drop,
        Fault::Status(503),
        Fault::Silence(Duration::from_secs(20)),
        Fault::TooManyRequests { retry_after: Duration::from_secs(3) },
        Fault::Entry(spoiled, Spoil::Price("NaN")),
        Fault::Entry(spoiled, Spoil::Price("0")),
        Fault::Entry(spoiled, Spoil::Missing),
        Fault::Entry(spoiled, Spoil::OtherToken),
        Fault::Entry(spoiled, Spoil::Crowd),
        Fault::Entry(spoiled, Spoil::Malformed),
        Fault::Entry(spoiled, Spoil::Factor(100.0)),
        Fault::Entry(spoiled, Spoil::Factor(0.01)),
        Fault::Entry(spoiled, Spoil::NoLiquidity),
    ];
    let script = faults.len() as u64;
    for (fault, minute) in faults.into_iter().zip(2..) {
        played.until(START.plus(minutes(3 * minute) - Duration::from_secs(30))).await;
        played.faults.script(Source::DexScreener, When::Next(1), fault);
    }
    played.until(START.plus(minutes(3 * (script + 2)))).await;
    played.until(START.plus(minutes(72))).await;
    for (seed, id) in (0..).zip(ids) {
        assert!(played.longest_gap(seed).await < minutes(2), "token {seed} lost a tick");
        let outcome = played.outcome(id).await;
        assert_eq!((outcome.status, outcome.is_rug), (OutcomeStatus::Complete, Some(false)), "token {seed}");
        assert!(outcome.max_gain_pct.unwrap() < 50.0 && outcome.max_drawdown_pct.unwrap() > -50.0, "token {seed}");
        played.assert_refolds(id).await;
    }
    played.stop().await;
}

#[tokio::test]
async fn a_token_that_is_not_indexed_for_minutes_is_followed_as_soon_as_it_is() {
    let mut played = Played::new(minutes(120)).await;
    let id = played
        .alert(1, PUMP, |token| {
            token.quirks.dexscreener_after = minutes(6);
            token.quirks.jupiter_after = minutes(4);
            token.quirks.geckoterminal_after = minutes(2);
        })
        .await;
    played.until(START.plus(minutes(132))).await;
    let mut sources: Vec<_> = played.prices(1).await.iter().map(|price| price.source.to_string()).collect();
    sources.dedup();
    assert_eq!(sources, ["geckoterminal", "jupiter", "dexscreener"]);
    let outcome = played.outcome(id).await;
    assert_eq!((outcome.status, outcome.is_rug), (OutcomeStatus::Complete, Some(false)));
    played.stop().await;
}

#[tokio::test]
async fn after_a_kill_it_goes_on_where_it_was() {
    let mut played = Played::new(minutes(90)).await;
    let id = played.alert(1, PUMP, |_| {}).await;
    played.until(START.plus(minutes(30) + Duration::from_secs(20))).await;
    played.kill().await;
    let before = played.prices(1).await.len();
    played.until(START.plus(minutes(35))).await;
    assert_eq!(played.prices(1).await.len(), before, "it is dead");
    played.reopen().await;
    played.start();
    played.until(START.plus(minutes(102))).await;
    assert!(played.longest_gap(1).await <= minutes(6), "no longer than the restart took and one interval");
    assert_eq!(played.outcome(id).await.status, OutcomeStatus::Complete);
    played.assert_refolds(id).await;
    played.stop().await;
}

#[tokio::test]
async fn a_day_in_which_every_source_is_silent_is_lost_and_never_a_rug() {
    let mut played = Played::new(minutes(120)).await;
    let id = played.alert(1, Scenario::RugByPrice { after: minutes(40), gain_before_pct: 0.0 }, |_| {}).await;
    played.until(START.plus(minutes(30))).await;
    for source in Source::ALL {
        played.faults.script(source, When::Always, Fault::Status(500));
    }
    played.until(START.plus(minutes(132))).await;
    let outcome = played.outcome(id).await;
    assert_eq!(outcome.status, OutcomeStatus::Lost);
    assert_ne!(outcome.is_rug, Some(true));
    played.stop().await;
}

#[tokio::test]
async fn with_more_tokens_than_budget_each_is_seen_every_five_minutes_and_coverage_says_so() {
    let mut played = Played::new(minutes(60)).await;
    for source in [Source::Jupiter, Source::GeckoTerminal] {
        played.faults.script(source, When::Always, Fault::Status(500));
    }
    let mut ids = Vec::new();
    for seed in 0..120 {
        ids.push(played.alert(seed, Scenario::Flat, |_| {}).await);
    }
    // One request of 30 tokens a minute.
    played.restart_with(|settings| settings.dexscreener.requests_per_minute = Some(2.0)).await;
    played.until(START.plus(minutes(72))).await;
    let mut coverage = 0.0;
    for (seed, id) in (0..).zip(&ids) {
        let gap = played.longest_gap(seed).await;
        assert!(gap <= minutes(5) + Duration::from_secs(5), "token {seed} waited for {gap:?}");
        coverage += played.outcome(*id).await.coverage.unwrap() / 120.0;
    }
    assert!((0.2..0.35).contains(&coverage), "a quarter of the looks that all would need: {coverage}");
    played.stop().await;
}

#[tokio::test]
async fn a_source_that_lies_for_an_hour_makes_neither_a_moonshot_nor_a_rug() {
    for factor in [1_000.0, 4.0, 0.25, 0.001] {
        let mut played = Played::new(minutes(120)).await;
        let mut ids = Vec::new();
        for seed in 0..10 {
            ids.push(played.alert(seed, Scenario::Flat, |_| {}).await);
        }
        let hour = When::Between(START.plus(minutes(20)), START.plus(minutes(80)));
        played.faults.script(Source::DexScreener, hour, Fault::Entry(None, Spoil::Factor(factor)));
        played.until(START.plus(minutes(132))).await;
        for (seed, id) in (0..).zip(ids) {
            let outcome = played.outcome(id).await;
            assert_eq!((outcome.status, outcome.is_rug), (OutcomeStatus::Complete, Some(false)), "{seed} x {factor}");
            assert!(outcome.max_gain_pct.unwrap() < 50.0 && outcome.max_drawdown_pct.unwrap() > -50.0, "x {factor}");
            assert!(played.longest_gap(seed).await <= minutes(1) + Duration::from_secs(5));
            played.assert_refolds(id).await;
        }
        played.stop().await;
    }
}

#[tokio::test]
async fn tokens_that_come_to_a_tracker_while_a_tick_waits_for_a_source_keep_neither_from_going_on() {
    let mut played = Played::new(minutes(60)).await;
    for source in Source::ALL {
        // Asked again after a pause on the clock, which no task may hold meanwhile.
        played.faults.script(source, When::Always, Fault::Status(500));
    }
    for seed in 0..40 {
        played.alert(seed, Scenario::Flat, |_| {}).await;
    }
    let come_and_go = async {
        let mut moment = START;
        for _ in 0..20 {
            let another = played.start_another().await;
            moment = moment.plus(Duration::from_secs(60));
            played.until(moment).await;
            another.stop().await;
            moment = moment.plus(Duration::from_secs(37));
            played.until(moment).await;
        }
        played.stop().await;
    };
    // It takes seconds, or for ever.
    assert!(tokio::time::timeout(minutes(10), come_and_go).await.is_ok(), "time stands still");
}

#[tokio::test]
async fn a_store_that_takes_nothing_for_minutes_is_waited_for_while_sources_still_answer() {
    let mut played = Played::with_patience(minutes(60), Duration::from_millis(300)).await;
    let mut ids = Vec::new();
    for seed in 0..200 {
        ids.push(played.alert(seed, Scenario::Flat, |_| {}).await);
    }
    let slow = When::Between(START.plus(minutes(3)), START.plus(minutes(4)));
    played.faults.script(Source::DexScreener, slow, Fault::Silence(Duration::from_millis(600)));
    let wait = async {
        played.until(START.plus(minutes(2)).plus(Duration::from_secs(30))).await;
        let locked = played.lock_file_in_the_next_tick(START.plus(minutes(6))).await;
        drop(locked);
        played.until(START.plus(minutes(10))).await;
        for (seed, id) in (0..).zip(ids) {
            let prices = played.prices(seed).await;
            let since = START.plus(minutes(8));
            assert!(prices.iter().any(|price| price.observed_at >= since), "token {seed} is looked at again");
            played.assert_refolds(id).await;
        }
        played.stop().await;
    };
    assert!(tokio::time::timeout(minutes(10), wait).await.is_ok(), "time stands still");
}
