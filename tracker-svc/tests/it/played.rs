//! A whole tracker on a simulated clock: a market, its exchange, a SQLite file, the loop.

use std::time::Duration;

use domain::alert::{Alert, AlertId};
use domain::observation::Observation;
use domain::outcome::Outcome;
use domain::timestamp::Timestamp;
use domain::token::{Token, TokenAddress};
use futures::TryStreamExt;
use service::clock::{Clock, Work};
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use store::alerts::NewAlert;
use store::{ConnectOptions, Durability, Rules, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracker_svc::feed::cascade::key;
use tracker_svc::feed::pool_choice::PoolRules;
use tracker_svc::feed::{Endpoint, FeedSettings, Feeds};
use tracker_svc::tracking::{Tracking, TrackingLoop, TrackingSettings};
use uuid::Uuid;

pub const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

pub fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// See the module. Time stands still but in [`Played::until`].
pub struct Played {
    pub clock: Clock,
    pub market: Market,
    pub faults: Faults,
    pub exchange: Exchange,
    pub store: Store,
    pub rules: Rules,
    /// `None` while it is stopped.
    running: Option<Running>,
    work: Work,
    folder: tempfile::TempDir,
    acquire_timeout: Duration,
}

type Running = (Tracking, JoinHandle<()>, CancellationToken);

/// A second loop.
pub struct Another(Running);

impl Another {
    /// Stops it in an orderly way: its tokens are the other's from then on.
    pub async fn stop(self) {
        let (_, running, stop) = self.0;
        stop.cancel();
        running.await.unwrap();
    }
}

impl Played {
    /// An empty market, followed for `window`.
    pub async fn new(window: Duration) -> Self {
        Self::with_patience(window, ConnectOptions::from("").acquire_timeout).await
    }

    /// The same, on a file that is waited for so long.
    pub async fn with_patience(window: Duration, acquire_timeout: Duration) -> Self {
        let (clock, market, faults) = (Clock::simulated(START), Market::new(), Faults::none());
        let work = clock.work();
        let now = {
            let clock = clock.clone();
            move || clock.now()
        };
        let exchange = Exchange::start(market.clone(), faults.clone(), Limits::real(), now).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, acquire_timeout).await;
        store.migrate().await.unwrap();
        let rules = Rules { tracking_window: window, ..Rules::default() };
        let mut played =
            Self { clock, market, faults, exchange, store, rules, running: None, work, folder, acquire_timeout };
        played.start();
        played
    }

    /// Starts the loop, as after a kill: nothing but the store is left of the one before.
    pub fn start(&mut self) {
        self.start_with(|_| {});
    }

    /// Stops the loop and starts it with other settings.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut FeedSettings)) {
        self.stop().await;
        self.start_with(change);
    }

    fn start_with(&mut self, change: impl FnOnce(&mut FeedSettings)) {
        self.running = Some(self.loop_on(self.store.clone(), change));
    }

    /// Starts a second loop on the same file, with which the first shares its tokens until it is stopped.
    pub async fn start_another(&self) -> Another {
        Another(self.loop_on(open(&self.folder, self.acquire_timeout).await, |_| {}))
    }

    fn loop_on(&self, store: Store, change: impl FnOnce(&mut FeedSettings)) -> Running {
        let mut settings = FeedSettings {
            dexscreener: Endpoint::open(self.exchange.url(Source::DexScreener)),
            jupiter: Endpoint::open(self.exchange.url(Source::Jupiter)),
            geckoterminal: Endpoint::open(self.exchange.url(Source::GeckoTerminal)),
            total_timeout: Duration::from_millis(1_500),
            ..FeedSettings::default()
        };
        change(&mut settings);
        let curves = self.rules.policy.rug.bonding_curve_dexes.clone();
        let pool_rules = PoolRules::new(self.rules.poll_interval, curves);
        let feeds = Feeds::new(&settings, pool_rules, self.clock.clone()).unwrap();
        let settings = TrackingSettings::default();
        let (tracking, running) = TrackingLoop::new(store, self.clock.clone(), feeds, self.rules.clone(), settings);
        let stop = CancellationToken::new();
        (tracking, tokio::spawn(running.run(stop.clone())), stop)
    }

    /// Stops the loop in an orderly way.
    pub async fn stop(&mut self) {
        let (_, running, stop) = self.running.take().unwrap();
        stop.cancel();
        running.await.unwrap();
    }

    /// Ends the loop wherever it is.
    pub async fn kill(&mut self) {
        let (_, running, _) = self.running.take().unwrap();
        running.abort();
        let _ = running.await;
    }

    /// Waits until the loop, where one runs, is ready to be told of alerts, as the server does before it serves.
    async fn holds_leases(&self) {
        let Some((tracking, ..)) = &self.running else { return };
        while !tracking.holds_leases() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Lists a token that begins now and alerts it; the loop is told.
    pub async fn alert(&self, seed: u64, scenario: Scenario, change: impl FnOnce(&mut SimulatedToken)) -> AlertId {
        self.holds_leases().await;
        let now = self.clock.now();
        let mut token = SimulatedToken::draw(Seed(seed), now, scenario);
        change(&mut token);
        let listing = self.market.list(token);
        let id = AlertId(Uuid::from_u128(u128::from(seed) + 1));
        let alert = Alert {
            id,
            token: Token {
                key: key(listing.token.address),
                name: listing.token.name.clone(),
                symbol: listing.token.symbol.clone(),
            },
            alerted_at: now,
            decision: domain::alert::Decision::Alerted,
            shadow_sample_rate: None,
            entry: self.market.quote(&listing.token.address, now),
            features: Default::default(),
            extra: Default::default(),
            annotations: Default::default(),
            config_revision: None,
            recorded_peak: None,
            trust_recorded_peak: false,
            tracking_window: None,
        };
        let alert = NewAlert { alert, request_hash: [0; 32], recorded_at: now };
        self.store.alerts().record(alert, &self.rules).await.unwrap();
        if let Some((tracking, ..)) = &self.running {
            tracking.follow(key(listing.token.address), None);
        }
        id
    }

    /// Lets time pass until `moment`.
    pub async fn until(&mut self, moment: Timestamp) {
        self.work.pause_until(moment).await;
    }

    pub async fn outcome(&self, id: AlertId) -> Outcome {
        self.store.alerts().get(id).await.unwrap().unwrap().outcome
    }

    pub fn address(seed: u64) -> TokenAddress {
        SimulatedToken::draw(Seed(seed), START, Scenario::Flat).address
    }

    /// Everything that is stored of a token.
    pub async fn prices(&self, seed: u64) -> Vec<Observation> {
        let ever = Timestamp::MAX;
        let prices = self.store.observations().prices(key(Self::address(seed)), Timestamp::EPOCH, ever);
        prices.try_collect().await.unwrap()
    }

    /// The longest time between two observations of a token.
    pub async fn longest_gap(&self, seed: u64) -> Duration {
        let prices = self.prices(seed).await;
        prices.windows(2).map(|two| two[1].observed_at.since(two[0].observed_at)).max().unwrap_or(Duration::MAX)
    }

    /// The stored outcome is what a fresh fold of the stored observations gives, to the bit.
    pub async fn assert_refolds(&self, id: AlertId) {
        let refold = self.store.outcomes().refold(id, &self.rules).await.unwrap().unwrap();
        assert_eq!(refold.fresh_state, refold.stored_state);
        assert_eq!(refold.fresh, refold.stored);
    }

    /// Lets time pass until `moment`. As soon as the next tick has asked a source, and before it is answered, nobody can
    /// write to the file any more, as another program can cause: until the connection is dropped.
    pub async fn lock_file_in_the_next_tick(&mut self, moment: Timestamp) -> SqliteConnection {
        let Self { work, exchange, folder, .. } = self;
        let asked = exchange.requests(Source::DexScreener);
        let lock = async {
            while exchange.requests(Source::DexScreener) == asked {
                tokio::task::yield_now().await;
            }
            let path = folder.path().join("perftrack.db");
            let mut other = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            other.execute("BEGIN IMMEDIATE").await.unwrap();
            other
        };
        tokio::join!(work.pause_until(moment), lock).1
    }

    /// Opens the same file once more.
    pub async fn reopen(&mut self) {
        self.store = open(&self.folder, self.acquire_timeout).await;
    }
}

async fn open(folder: &tempfile::TempDir, acquire_timeout: Duration) -> Store {
    let url = format!("sqlite://{}", folder.path().join("perftrack.db").display());
    Store::connect(ConnectOptions { durability: Durability::Relaxed, acquire_timeout, ..url.into() }).await.unwrap()
}
