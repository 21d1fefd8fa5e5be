//! No source is asked more often than it allows, and none for what it does not know; who is slow is not waited for.

use std::sync::Arc;
use std::time::Duration;

use domain::token::TokenAddress;
use simulator::exchange::Limits;
use simulator::faults::{Fault, Source, When};
use tracker_svc::feed::look::Wanted;
use tracker_svc::feed::pool_choice::PoolRules;
use tracker_svc::feed::{FeedSettings, Feeds};

use crate::feeds::{Played, START, by, settings, wanted};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Tokens that no source before `source` knows.
async fn known_from(source: Source, tokens: usize) -> Played {
    let played = Played::with(tokens, Limits::default(), |mut token| {
        let never = seconds(1_000_000);
        token.quirks.dexscreener_after = never;
        token.quirks.jupiter_after = if source == Source::Jupiter { Duration::ZERO } else { never };
        token.quirks.geckoterminal_after = if source == Source::GeckoTerminal { Duration::ZERO } else { never };
        token
    })
    .await;
    asked_by(played, |settings| settings.birdeye.api_key = (source == Source::Birdeye).then(|| "key".to_owned()))
}

/// The same with other feeds.
fn asked_by(played: Played, change: impl FnOnce(&mut FeedSettings)) -> Played {
    let mut settings = settings(&played.exchange);
    change(&mut settings);
    let rules = PoolRules::new(seconds(60), Vec::new());
    let feeds = Arc::new(Feeds::new(&settings, rules, played.clock.clone()).unwrap());
    Played { feeds, ..played }
}

#[tokio::test]
async fn a_429_is_heeded_in_the_words_of_each_source() {
    // Jupiter by x-ratelimit-reset, Birdeye by Retry-After, each within one look; GeckoTerminal says 0 and means 65 s.
    for (source, name, pause) in [(Source::Jupiter, "jupiter", 20), (Source::Birdeye, "birdeye", 20)] {
        let played = known_from(source, 3).await;
        let fault = Fault::TooManyRequests { retry_after: seconds(20) };
        played.faults.script(source, When::Next(1), fault);
        let (prices, _) = played.look().await;
        assert_eq!(by(&prices, name), 3);
        let waited = played.clock.now().since(START);
        assert!(waited >= seconds(pause) && waited < seconds(pause + 3), "{name} {waited:?}");
        assert_eq!(played.exchange.requests(source), 2);
    }
    let played = known_from(Source::GeckoTerminal, 3).await;
    let fault = Fault::TooManyRequests { retry_after: Duration::ZERO };
    played.faults.script(Source::GeckoTerminal, When::Next(1), fault);
    for (at, known, requests) in [(0, 0, 1), (60, 0, 1), (66, 3, 2)] {
        played.until(seconds(at)).await;
        let (prices, _) = played.look_at_once().await;
        assert_eq!((prices.len(), played.exchange.requests(Source::GeckoTerminal)), (known, requests), "second {at}");
    }
}

#[tokio::test]
async fn a_slow_request_is_asked_again_of_the_next_source() {
    let played = asked_by(Played::with(900, Limits::real(), |token| token).await, |settings| {
        settings.hedge_after_at_least = Duration::from_millis(300);
        settings.total_timeout = seconds(20);
    });
    played.look().await;
    played.until(seconds(60)).await;
    played.faults.script(Source::DexScreener, When::Next(1), Fault::Silence(seconds(15)));
    let (prices, report) = played.look().await;
    assert_eq!((prices.len(), report.missing.len()), (900, 0));
    assert!(by(&prices, "jupiter") >= 30);
    played.assert_true(&prices);
}

#[tokio::test]
async fn however_slow_a_source_is_the_next_one_is_asked_for_it_only_where_requests_are_to_spare() {
    let played = asked_by(Played::with(900, Limits::real(), |token| token).await, |settings| {
        settings.hedge_after_at_least = Duration::from_millis(1);
    });
    played.look().await;
    played.faults.script(Source::DexScreener, When::Always, Fault::Silence(Duration::from_millis(300)));
    for minute in 1..6 {
        played.until(seconds(60 * minute)).await;
        let (prices, _) = played.look().await;
        assert_eq!(prices.len(), 900);
        played.assert_true(&prices);
    }
    assert!(played.exchange.most_in_a_minute(Source::Jupiter) <= 30);
    assert!(played.exchange.requests(Source::Jupiter) <= 5 * 3, "{}", played.exchange.requests(Source::Jupiter));
}

#[tokio::test]
async fn what_a_source_does_not_know_it_is_asked_for_less_and_less_often() {
    let mut played = Played::new(0).await;
    played.tokens = vec![TokenAddress::from_bytes([9; 32])];
    let mut asked = Vec::new();
    for minute in 0..12 {
        played.until(seconds(60 * minute)).await;
        let before = played.exchange.requests(Source::Jupiter);
        let old = Wanted { young: false, ..wanted(played.tokens[0]) };
        let (_, _, report) = played.look_at(vec![old]).await;
        assert_eq!((report.missing.len(), report.unasked.len()), (1, 0));
        if played.exchange.requests(Source::Jupiter) > before {
            asked.push(minute);
        }
    }
    assert_eq!(asked, [0, 1, 3, 8]);
    assert_eq!(played.exchange.requests(Source::DexScreener), 12, "the first source has room for it");
}

#[tokio::test]
async fn tokens_without_room_at_the_first_source_are_told_by_the_next_one_where_it_has_requests_to_spare() {
    let played = Played::with(1_000, Limits::real(), |token| token).await;
    let left_out = |token: &TokenAddress| Wanted { left_out: true, ..wanted(*token) };
    let (prices, _, report) = played.look_at(played.tokens.iter().map(left_out).collect()).await;
    assert_eq!(played.exchange.requests(Source::DexScreener), 0);
    assert!(by(&prices, "jupiter") >= 100, "{}", prices.len());
    assert_eq!(report.unasked.len(), 1_000 - prices.len());
    played.assert_true(&prices);
}

#[tokio::test]
async fn with_a_share_of_the_allowance_fewer_tokens_fit_into_a_minute() {
    let played = Played::with(7_000, Limits::real(), |token| token).await;
    assert_eq!(played.feeds.tokens_every(seconds(60), seconds(54)), 7_020);
    played.feeds.set_share(0.5);
    assert_eq!(played.feeds.tokens_every(seconds(60), seconds(54)), 3_510);
    let (prices, _) = played.look().await;
    assert!(played.exchange.most_in_a_minute(Source::DexScreener) <= 150);
    assert!(played.exchange.most_in_a_minute(Source::Jupiter) <= 15);
    assert!(prices.len() > 3_500);
}
