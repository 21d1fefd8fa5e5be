//! How fast the whole loop plays: simulated exchange, HTTP, parsing, pool choice, SQLite, folds. Prints observations per
//! second of real time. `TOKENS` (400) and `HOURS` (6) are environment variables.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark talks to whoever started it")]

use std::time::{Duration, Instant};

use domain::alert::{Alert, AlertId, Decision};
use domain::timestamp::Timestamp;
use domain::token::Token;
use futures::TryStreamExt;
use service::clock::Clock;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Rates, Source};
use simulator::market::Market;
use simulator::scenario::Mix;
use simulator::token::SimulatedToken;
use store::alerts::{AlertedBetween, NewAlert};
use store::{ConnectOptions, Durability, Rules, Store};
use tokio_util::sync::CancellationToken;
use tracker_svc::feed::cascade::key;
use tracker_svc::feed::pool_choice::PoolRules;
use tracker_svc::feed::{Endpoint, FeedSettings, Feeds};
use tracker_svc::tracking::{TrackingLoop, TrackingSettings};
use uuid::Uuid;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::main]
async fn main() {
    let (tokens, hours) = (number("TOKENS", 400), number("HOURS", 6));
    let clock = Clock::simulated(START);
    let mut work = clock.work();
    let (market, faults) = (Market::new(), Faults::random(Seed(1), Rates::bad_day()));
    let now = {
        let clock = clock.clone();
        move || clock.now()
    };
    let exchange = Exchange::start(market.clone(), faults, Limits::default(), now).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("perftrack.db").display());
    let store = Store::connect(ConnectOptions { durability: Durability::Relaxed, ..url.into() }).await.unwrap();
    store.migrate().await.unwrap();
    let rules = Rules { tracking_window: Duration::from_secs(hours * 3_600), ..Rules::default() };
    for index in 0..tokens {
        let seed = Seed(index);
        let token = SimulatedToken::draw(seed, START, Mix::default().draw(seed)).with_usual_quirks();
        let listing = market.list(token);
        let alert = Alert {
            id: AlertId(Uuid::from_u128(u128::from(index) + 1)),
            token: Token { key: key(listing.token.address), name: String::new(), symbol: String::new() },
            alerted_at: START,
            decision: Decision::Alerted,
            shadow_sample_rate: None,
            entry: market.quote(&listing.token.address, START),
            features: Default::default(),
            extra: Default::default(),
            annotations: Default::default(),
            config_revision: None,
            recorded_peak: None,
            trust_recorded_peak: false,
            tracking_window: None,
        };
        let alert = NewAlert { alert, request_hash: [0; 32], recorded_at: START };
        store.alerts().record(alert, &rules).await.unwrap();
    }
    let settings = FeedSettings {
        dexscreener: Endpoint::open(exchange.url(Source::DexScreener)),
        jupiter: Endpoint::open(exchange.url(Source::Jupiter)),
        geckoterminal: Endpoint::open(exchange.url(Source::GeckoTerminal)),
        ..FeedSettings::default()
    };
    let pool_rules = PoolRules::new(rules.poll_interval, rules.policy.rug.bonding_curve_dexes.clone());
    let feeds = Feeds::new(&settings, pool_rules, clock.clone()).unwrap();
    let settings = TrackingSettings::default();
    let (_tracking, running) = TrackingLoop::new(store.clone(), clock.clone(), feeds, rules, settings);
    let stop = CancellationToken::new();
    let running = tokio::spawn(running.run(stop.clone()));
    let begun = Instant::now();
    work.pause_until(START.plus(Duration::from_secs(hours * 3_600 + 720))).await;
    let seconds = begun.elapsed().as_secs_f64();
    stop.cancel();
    running.await.unwrap();
    let records: Vec<_> = store.alerts().stream(AlertedBetween::default()).try_collect().await.unwrap();
    let observations: i64 = records.iter().map(|record| i64::from(record.outcome.snapshot_count)).sum();
    println!(
        "{observations} observations of {tokens} tokens over {hours} h in {seconds:.1} s: {:.0} a second; {} requests",
        observations as f64 / seconds,
        exchange.requests(Source::DexScreener) + exchange.requests(Source::Jupiter),
    );
}
