//! Plays the days: the exchange, both services and the bot, on a clock that jumps from event to event.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use analysis_svc::config::AnalysisConfig;
use anyhow::Context;
use domain::timestamp::Timestamp;
use service::clock::{Clock, Work};
use service::serve::ServeOptions;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Rates, Source};
use simulator::market::Market;
use store::{ConnectOptions, Durability, Rules};
use tokio_util::sync::CancellationToken;
use tracker_svc::feed::{Endpoint, FeedSettings};
use tracker_svc::tracking::TrackingSettings;

use super::plan::ALERTING;
use super::progress::Progress;
use super::{bot, plan};
use crate::command::dev::sqlite_url;
use crate::connect::Services;
use crate::in_process::{InProcess, Setup};
use crate::output::Output;

/// The first moment of every demo: 2026-01-05T00:00:00Z, a Monday.
const START: Timestamp = Timestamp::from_seconds(1_767_571_200);
/// The longest interval that the rules are made for: half the looks of the default, and half the wait for the reader.
pub const POLL_INTERVAL: Duration = Duration::from_secs(120);
/// After the last window: the seal is due 10 minutes later, and the tracker looks once a minute.
const SEAL_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A world that has been played to its end and stands still there.
pub struct Played {
    /// Where its services answer.
    pub services: Services,
    /// What was played.
    pub report: Report,
    running: InProcess,
    exchange: Exchange,
    /// Holds the clock at the end; the last to go.
    _end: Work,
    _folder: tempfile::TempDir,
}

/// What was played, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// How many alerts the bot raised.
    pub alerts: usize,
    /// How many tokens rose by more than 50 % in truth.
    pub pumps: usize,
    /// How many were rugs in truth.
    pub rugs: usize,
    /// How many requests the price sources got.
    pub requests: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// How much time passed in the simulated world.
    pub simulated: Duration,
}

/// Plays `count` alerts of `seed` until all have matured.
///
/// # Errors
/// When a part cannot start, or an alert is refused.
pub async fn play(seed: u64, count: u64, timeout: Duration, output: &Output) -> anyhow::Result<Played> {
    let started = Instant::now();
    let rules = Rules { poll_interval: POLL_INTERVAL, ..Rules::default() };
    let calls = plan::draw(Seed(seed), count, START);
    let folder = tempfile::tempdir().context("making a folder for the demo's database")?;
    let clock = Clock::simulated(START);
    // Time stands still until every part is there.
    let setting_up = clock.work();

    let market = Market::new();
    calls.iter().for_each(|call| drop(market.list(call.token.clone())));
    let now = {
        let clock = clock.clone();
        move || clock.now()
    };
    let faults = Faults::random(Seed(seed).at(u64::MAX), Rates::bad_day());
    let exchange =
        Exchange::start(market.clone(), faults, Limits::real(), now).await.context("starting the exchange")?;

    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let url = sqlite_url(&folder.path().join("demo.db"))?;
    let setup = Setup {
        database: ConnectOptions { durability: Durability::Relaxed, ..ConnectOptions::from(url) },
        tracker_listen: any_port,
        analysis_listen: any_port,
        rules: rules.clone(),
        feeds: feeds(&exchange),
        // Nobody else is at this file: nothing is gained by short leases.
        tracking: TrackingSettings {
            summary_interval: None,
            lease: store::leases::LONGEST_LEASE,
            ..TrackingSettings::default()
        },
        analysis: AnalysisConfig::default(),
        serving: ServeOptions { drain_timeout: Duration::from_secs(1), ..ServeOptions::default() },
        clock: clock.clone(),
    };
    let running = InProcess::start(setup, CancellationToken::new()).await?;
    let services = Services::at(running.tracker, running.analysis, timeout)?;

    let last = calls.last().map_or(START.plus(ALERTING), |call| call.at);
    let end = last.plus(rules.tracking_window).plus(SEAL_PATIENCE);
    let progress = Progress::new(&clock, START, end, calls.len(), *output);
    let report = Report {
        alerts: calls.len(),
        pumps: calls.iter().filter(|call| call.token.scenario.pumps()).count(),
        rugs: calls.iter().filter(|call| call.token.scenario.rugs()).count(),
        requests: 0,
        elapsed: Duration::ZERO,
        simulated: end.since(START),
    };
    let tracker = services.tracking().await.map_err(anyhow::Error::from)?;
    let raised = progress.alerts_raised();
    let mut at_end = clock.work();
    let bot = tokio::spawn(bot::run(calls, market, clock.work(), tracker, move || raised.add_one()));
    drop(setting_up);
    tokio::select! {
        () = at_end.pause_until(end) => {}
        () = progress.show() => {}
    }
    bot.await.context("the bot broke down")??;

    let requests = Source::ALL.iter().map(|source| exchange.requests(*source)).sum();
    let report = Report { requests, elapsed: started.elapsed(), ..report };
    Ok(Played { services, report, running, exchange, _end: at_end, _folder: folder })
}

impl Played {
    /// Stops everything and removes the database.
    ///
    /// # Errors
    /// When a service broke down on the way.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.running.stop().await?;
        self.exchange.stop().await;
        Ok(())
    }
}

/// All sources are the one exchange.
fn feeds(exchange: &Exchange) -> FeedSettings {
    FeedSettings {
        dexscreener: Endpoint::open(exchange.url(Source::DexScreener)),
        jupiter: Endpoint::open(exchange.url(Source::Jupiter)),
        birdeye: Endpoint::open(exchange.url(Source::Birdeye)),
        geckoterminal: Endpoint::open(exchange.url(Source::GeckoTerminal)),
        ..FeedSettings::default()
    }
}
