//! A tracker on a simulated clock, as a process that tests can kill: it plays days in seconds through the real loop,
//! real HTTP and real gRPC, and goes on from what its database holds.
//!
//! Arguments: the database's URL, the market's first moment, the moment to begin at (both in microseconds since the
//! epoch), and how many tokens are alerted. Says on stdout what it did: `at MICROS` every simulated minute,
//! `recorded UUID` once an alert is acknowledged, and `done` after everything is sealed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program of the tests: it fails as loudly as they do"
)]

use std::net::SocketAddr;
use std::time::Duration;

use domain::timestamp::Timestamp;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{Alert, Quote, RecordAlertRequest, Token};
use service::clock::Clock;
use service::serve::{Listener, ServeOptions};
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::{Mix, Scenario};
use simulator::token::SimulatedToken;
use store::{Durability, Rules, Store};
use tokio_util::sync::CancellationToken;
use tracker_svc::feed::{Endpoint, FeedSettings};
use tracker_svc::serve::{Parts, serve};
use tracker_svc::tracking::TrackingSettings;
use uuid::Uuid;

/// Two alerts follow each other after this time.
const BETWEEN_ALERTS: Duration = Duration::from_secs(97);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, market_start, start, tokens] = arguments.as_slice() else { panic!("four arguments, not {arguments:?}") };
    let moment = |text: &str| Timestamp::from_micros(text.parse().unwrap());
    let (market_start, start, tokens) = (moment(market_start), moment(start), tokens.parse::<u32>().unwrap());

    let clock = Clock::simulated(start);
    let work = clock.work();
    let (market, alerts) = market(market_start, tokens);
    let (tells, faults) = (clock.clone(), Faults::none());
    let exchange = Exchange::start(market, faults, Limits::default(), move || tells.now()).await.unwrap();

    let mut options = store::ConnectOptions::from(url.as_str());
    // A kill of the process, not of the machine.
    options.durability = Durability::Relaxed;
    let store = Store::connect(options).await.unwrap();
    let rules = Rules::default();
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = format!("http://{}", listener.address());
    let tracking = TrackingSettings { summary_interval: None, ..TrackingSettings::default() };
    let parts = Parts { store: store.clone(), rules, feeds: feeds(&exchange), tracking, clock: clock.clone() };
    let stop = CancellationToken::new();
    let (stopping, serving) = (stop.clone(), ServeOptions::default());
    let server = tokio::spawn(async move { serve(parts, listener, stopping, &serving).await });

    let bot = tokio::spawn(bot(clock.clone(), clock.work(), address, alerts));
    let end = market_start.plus(BETWEEN_ALERTS * tokens).plus(Duration::from_hours(48)).plus(MINUTE * 15);
    let minutes = tokio::spawn(tell_minutes(clock.clone(), clock.work(), end));
    drop(work);
    bot.await.unwrap();
    minutes.await.unwrap();
    stop.cancel();
    server.await.unwrap().unwrap();
    store.close().await;
    println!("done");
}

/// The market, and the requests of the bot with the moments at which it sends them. The same for the same arguments.
fn market(start: Timestamp, tokens: u32) -> (Market, Vec<(Timestamp, RecordAlertRequest)>) {
    let market = Market::new();
    let alerts = (0..tokens).map(|index| {
        let seed = Seed(u64::from(index));
        let begins_at = start.plus(BETWEEN_ALERTS * index);
        let token = SimulatedToken::draw(seed, begins_at, scenario(seed)).with_usual_quirks();
        let listing = market.list(token);
        let quote = market.quote(&listing.token.address, begins_at);
        let alert = Alert {
            alert_id: Uuid::from_u128(u128::from(index) + 1).to_string(),
            token: Some(Token { address: listing.mint.clone(), ..Token::default() }),
            alerted_at: Some(service::wire::timestamp_message(begins_at)),
            entry: Some(Quote { price_usd: quote.price_usd.map(f64::from), ..Quote::default() }),
            ..Alert::default()
        };
        (begins_at, RecordAlertRequest { alert: Some(alert), trust_recorded_peak: false })
    });
    let alerts = alerts.collect();
    (market, alerts)
}

fn scenario(seed: Seed) -> Scenario {
    Mix { pump: 0.3, rug_by_liquidity: 0.2, rug_by_price: 0.2, slow_bleed: 0.1, flat: 0.1, dead: 0.1 }.draw(seed)
}

fn feeds(exchange: &Exchange) -> FeedSettings {
    FeedSettings {
        dexscreener: Endpoint::open(exchange.url(Source::DexScreener)),
        jupiter: Endpoint::open(exchange.url(Source::Jupiter)),
        geckoterminal: Endpoint::open(exchange.url(Source::GeckoTerminal)),
        birdeye: Endpoint::open(exchange.url(Source::Birdeye)),
        ..FeedSettings::default()
    }
}

/// Sends every alert at its moment; those of the past (sent, and perhaps not acknowledged, before a kill) at once.
async fn bot(
    clock: Clock,
    mut work: service::clock::Work,
    address: String,
    alerts: Vec<(Timestamp, RecordAlertRequest)>,
) {
    let mut client = TrackingServiceClient::connect(address).await.unwrap();
    for (at, request) in alerts {
        if at > clock.now() {
            work.pause_until(at).await;
        }
        let answer = client.record_alert(request).await.unwrap().into_inner();
        println!("recorded {}", answer.alert_id);
    }
}

async fn tell_minutes(clock: Clock, mut work: service::clock::Work, end: Timestamp) {
    while clock.now() < end {
        println!("at {}", clock.now().micros());
        work.pause_until(clock.now().plus(MINUTE)).await;
    }
}
