//! The housekeeping by itself, on a simulated clock.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{Alert, AlertId, Decision};
use domain::observation::Observation;
use domain::quantity::PriceUsd;
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use service::clock::{Clock, Work};
use store::alerts::NewAlert;
use store::leases::{Claim, Holder, LONGEST_LEASE, LeaseTime};
use store::observations::Batch;
use store::{Rules, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Housekeeper, HousekeepingSettings};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// Everything before this Monday is of weeks that are old at [`START`], with [`SETTINGS`].
const MONDAY: Timestamp = Timestamp::from_seconds(1_772_409_600);
const START: Timestamp = Timestamp::from_seconds(1_772_409_600 + 24 * 86_400);
const SETTINGS: HousekeepingSettings = HousekeepingSettings {
    retention_raw: Duration::from_hours(23 * 24),
    event_retention: DAY,
    interval: HOUR,
    grace: DAY,
};

/// A store, and the clock that stands still but in [`Bench::until`].
struct Bench {
    clock: Clock,
    work: Work,
    store: Store,
    _folder: tempfile::TempDir,
}

/// Housekeeping under way.
struct Running {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Bench {
    /// With an import of the hour around [`MONDAY`], and its prices.
    async fn new() -> Self {
        let clock = Clock::simulated(START);
        let work = clock.work();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("perftrack.db").display());
        let store = Store::connect(url).await.unwrap();
        store.migrate().await.unwrap();
        let token = TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes([7; 32]) };
        let from = MONDAY.minus(HOUR / 2);
        let alert = NewAlert { alert: import(token, from), request_hash: [0; 32], recorded_at: START };
        store.alerts().record(alert, &Rules::default()).await.unwrap();
        let minutes = (0..60).map(|minute| (token, price(from.plus(Duration::from_secs(60 * minute)))));
        let batch = Batch { observations: minutes.collect(), pools: Vec::new() };
        store.observations().record(batch, START, &Rules::default()).await.unwrap();
        Self { clock, work, store, _folder: folder }
    }

    fn start(&self) -> Running {
        let stop = CancellationToken::new();
        let housekeeper = Housekeeper::new(self.store.clone(), self.clock.clone(), SETTINGS);
        Running { task: tokio::spawn(housekeeper.run(stop.clone())), stop }
    }

    /// Lets time pass.
    async fn until(&mut self, after: Duration) {
        self.work.pause_until(START.plus(after)).await;
    }

    async fn raw_from(&self) -> Option<Timestamp> {
        self.store.retention().raw_from().await.unwrap()
    }

    /// Whether the events that there were at the start are gone.
    async fn are_events_gone(&self) -> bool {
        self.store.events().prune(START.plus(HOUR)).await.unwrap() == 0
    }
}

impl Running {
    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn import(token: TokenKey, alerted_at: Timestamp) -> Alert {
    Alert {
        id: AlertId(Uuid::from_u128(1)),
        token: Token { key: token, name: String::new(), symbol: String::new() },
        alerted_at,
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote::default(),
        features: Default::default(),
        extra: BTreeMap::new(),
        annotations: BTreeMap::new(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: Some(HOUR),
    }
}

fn price(observed_at: Timestamp) -> Observation {
    Observation {
        observed_at,
        source: "test".into(),
        price_usd: PriceUsd::new(0.5).unwrap(),
        market_cap_usd: None,
        liquidity_usd: None,
        volume_24h_usd: None,
        holder_count: None,
        dex_name: None,
        pool: None,
    }
}

#[tokio::test]
async fn old_prices_become_bars_after_the_grace_and_old_events_go() {
    let mut bench = Bench::new().await;
    let running = bench.start();
    bench.until(DAY - HOUR / 2).await;
    assert_eq!(bench.raw_from().await, None, "history may still be brought along");
    bench.until(DAY + HOUR / 2).await;
    assert_eq!(bench.raw_from().await, Some(MONDAY));
    bench.until(DAY + 3 * HOUR / 2).await;
    assert!(bench.are_events_gone().await);
    running.stop().await;
}

#[tokio::test]
async fn one_tidies_up_at_a_time_and_another_takes_over() {
    let mut bench = Bench::new().await;
    let running = bench.start();
    bench.until(DAY - Duration::from_secs(60)).await;
    let time = LeaseTime::At(bench.clock.now());
    let another = Claim { holder: Holder::fresh(), lease: LONGEST_LEASE, time };
    assert!(bench.store.leases().housekeeping(another).await.unwrap().is_some());
    bench.until(DAY + HOUR / 2).await;
    assert_eq!(bench.raw_from().await, None, "it was the other's to do");
    bench.until(DAY + 3 * HOUR / 2).await;
    assert_eq!(bench.raw_from().await, Some(MONDAY));
    running.stop().await;
}

#[tokio::test]
async fn a_stop_gives_the_right_back() {
    let mut bench = Bench::new().await;
    let running = bench.start();
    bench.until(Duration::from_secs(1)).await;
    let another = || Claim { holder: Holder::fresh(), lease: LONGEST_LEASE, time: LeaseTime::At(START) };
    assert!(bench.store.leases().housekeeping(another()).await.unwrap().is_none());
    running.stop().await;
    assert!(bench.store.leases().housekeeping(another()).await.unwrap().is_some());
}
