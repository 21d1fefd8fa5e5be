//! A source that answers wrongly for an hour, and then recovers.

use domain::outcome::OutcomeStatus;
use simulator::faults::{Fault, Source, Spoil, When};
use simulator::scenario::Scenario;

use crate::played::{Played, START, minutes};

/// No outcome is made by what the first source says from the 30th to the 90th minute, and afterwards it is believed again.
async fn an_hour_of(spoil: Spoil) {
    const TOKENS: u64 = 8;
    let mut played = Played::new(minutes(150)).await;
    let mut ids = Vec::new();
    for seed in 0..TOKENS {
        ids.push(played.alert(seed, Scenario::Flat, |_| {}).await);
    }
    let (from, until) = (START.plus(minutes(30)), START.plus(minutes(90)));
    played.faults.script(Source::DexScreener, When::Between(from, until), Fault::Entry(None, spoil));
    played.until(START.plus(minutes(162))).await;
    for (seed, id) in (0..).zip(ids) {
        let outcome = played.outcome(id).await;
        assert_eq!((outcome.status, outcome.is_rug), (OutcomeStatus::Complete, Some(false)), "{spoil:?}, token {seed}");
        assert_ne!((outcome.is_dead, outcome.fell_80), (Some(true), Some(true)), "{spoil:?}, token {seed}");
        assert!(outcome.max_gain_pct.unwrap() < 50.0, "{spoil:?}, token {seed}: {:?}", outcome.max_gain_pct);
        assert!(outcome.max_drawdown_pct.unwrap() > -50.0, "{spoil:?}, token {seed}: {:?}", outcome.max_drawdown_pct);
        assert!(played.longest_gap(seed).await <= minutes(2), "{spoil:?}, token {seed} was not looked at");
        let recovered = until.plus(minutes(15));
        let prices = played.prices(seed).await;
        let after: Vec<_> = prices.iter().filter(|price| price.observed_at >= recovered).collect();
        assert!(!after.is_empty() && after.iter().all(|price| &*price.source == "dexscreener"), "token {seed}");
        played.assert_refolds(id).await;
    }
    played.stop().await;
}

#[tokio::test]
async fn an_hour_of_prices_a_thousand_times_too_high_makes_no_moonshot_and_no_rug() {
    an_hour_of(Spoil::Factor(1_000.0)).await;
}

#[tokio::test]
async fn an_hour_of_prices_a_thousand_times_too_low_makes_no_rug_and_no_moonshot() {
    an_hour_of(Spoil::Factor(0.001)).await;
}

#[tokio::test]
async fn an_hour_of_zeros_makes_no_rug() {
    an_hour_of(Spoil::Price("0")).await;
}

#[tokio::test]
async fn an_hour_of_another_tokens_data_is_nobodys_price() {
    an_hour_of(Spoil::OtherToken).await;
}

#[tokio::test]
async fn an_hour_of_silence_about_every_token_loses_none_of_them() {
    an_hour_of(Spoil::Missing).await;
}
