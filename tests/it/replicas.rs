//! Several trackers on one database: they divide the tokens, and none writes what is another's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::{TokenAddress, TokenKey};
use futures::TryStreamExt as _;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;
use store::leases::{Holder, SHARDS, Shard};
use store::{Rules, Store};
use tracker_svc::feed::cascade::key;

use crate::alerts::{alert, now};
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

/// A database, a market, and an exchange at which every tracker has a door of its own.
struct Replicas {
    engine: Engine,
    store: Store,
    market: Market,
    exchange: Exchange,
    lease: Duration,
    poll_interval: Duration,
}

impl Replicas {
    async fn new(lease: Duration, poll_interval: Duration) -> Self {
        let engine = Engine::postgres().await;
        let (store, market) = (engine.store().await, Market::new());
        let exchange = Exchange::start(market.clone(), Faults::none(), Limits::default(), now).await.unwrap();
        Self { engine, store, market, exchange, lease, poll_interval }
    }

    async fn start(&self) -> Replica {
        // The port is a free one: without a name, no other run is taken for an earlier one of this tracker.
        self.start_with(None).await
    }

    async fn start_as(&self, instance: &'static str) -> Replica {
        self.start_with(Some(("PERFTRACK_INSTANCE", instance.to_owned()))).await
    }

    async fn start_with(&self, more: Option<(&'static str, String)>) -> Replica {
        let door = self.exchange.another_door().await.unwrap();
        let environment = [
            ("PERFTRACK_DATABASE_URL", self.engine.url()),
            ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
            ("PERFTRACK_DEXSCREENER_URL", door.url(Source::DexScreener)),
            ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
            ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
            ("PERFTRACK_POLL_INTERVAL", format!("{}ms", self.poll_interval.as_millis())),
            ("PERFTRACK_LEASE", format!("{}ms", self.lease.as_millis())),
            ("PERFTRACK_DRAIN_TIMEOUT", "1s".into()),
        ];
        let environment = environment.into_iter().chain(more);
        Replica { service: Service::start("tracker-svc", &[], environment).await, door }
    }

    /// Alerts so many new tokens at one of the trackers.
    async fn alert(&self, at: &Replica, seeds: std::ops::Range<u64>) -> Vec<TokenKey> {
        let mut tracking = TrackingServiceClient::connect(at.service.url("tracker")).await.unwrap();
        let mut tokens = Vec::new();
        for seed in seeds {
            let listing = self.market.list(SimulatedToken::draw(Seed(seed), now(), Scenario::Flat));
            tracking.record_alert(alert(&listing.mint)).await.unwrap();
            tokens.push(key(listing.token.address));
        }
        tokens
    }

    /// How many shards each tracker holds; those that nobody holds are missing.
    async fn held(&self) -> BTreeMap<Holder, usize> {
        let mut held = BTreeMap::new();
        for row in self.store.leases().list().await.unwrap() {
            if let Some(holder) = row.holder {
                *held.entry(holder).or_default() += 1;
            }
        }
        held
    }

    /// Waits until all shards are held in these numbers.
    async fn shared_as(&self, expected: &[usize]) -> BTreeMap<Holder, usize> {
        loop {
            let held = self.held().await;
            let mut counts: Vec<usize> = held.values().copied().collect();
            counts.sort_unstable();
            if counts == expected {
                return held;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn prices(&self, token: TokenKey) -> Vec<Timestamp> {
        let prices = self.store.observations().prices(token, Timestamp::EPOCH, Timestamp::MAX);
        prices.map_ok(|price| price.observed_at).try_collect().await.unwrap()
    }

    /// Waits until each of these tokens has a price of `since` or later.
    async fn seen_since(&self, tokens: &[TokenKey], since: Timestamp) {
        for token in tokens {
            while self.prices(*token).await.last().is_none_or(|last| *last < since) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// What is stored is what a fresh fold gives, for every alert.
    async fn are_whole(&self) {
        let mut records = self.store.alerts().stream(store::alerts::AlertedBetween::default());
        while let Some(record) = records.try_next().await.unwrap() {
            let rules = Rules { poll_interval: self.poll_interval, ..Rules::default() };
            let refold = self.store.outcomes().refold(record.alert.id, &rules).await.unwrap().unwrap();
            assert_eq!(refold.fresh, refold.stored);
        }
    }
}

/// One tracker, and what it alone asks.
struct Replica {
    service: Service,
    door: Exchange,
}

impl Replica {
    /// The tokens that it asked for at `since` or later.
    fn asked_since(&self, since: Timestamp) -> BTreeSet<TokenAddress> {
        self.door.asked_at().into_iter().filter(|(_, at)| *at >= since).map(|(token, _)| token).collect()
    }
}

/// Waits until the replicas together have asked for every token since `since`, and returns what each asked for.
async fn divided(replicas: &[&Replica], tokens: &[TokenKey], since: Timestamp) -> Vec<BTreeSet<TokenAddress>> {
    loop {
        let asked: Vec<_> = replicas.iter().map(|replica| replica.asked_since(since)).collect();
        let all: BTreeSet<_> = asked.iter().flatten().collect();
        if tokens.iter().all(|token| all.contains(&token.address)) {
            return asked;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn assert_each_is_polled_by_one(asked: &[BTreeSet<TokenAddress>], tokens: usize) {
    assert_eq!(asked.iter().map(BTreeSet::len).sum::<usize>(), tokens, "some token is polled by two");
    assert!(asked.iter().all(|some| !some.is_empty()), "{asked:?}");
}

const QUICK: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn two_and_three_trackers_divide_the_tokens_and_each_is_polled_by_one_at_a_time() {
    let replicas = Replicas::new(Duration::from_secs(4), QUICK).await;
    let first = replicas.start().await;
    let tokens = replicas.alert(&first, 0..60).await;
    replicas.seen_since(&tokens, Timestamp::EPOCH).await;
    let second = replicas.start().await;
    replicas.shared_as(&[32, 32]).await;
    let asked = divided(&[&first, &second], &tokens, now()).await;
    assert_each_is_polled_by_one(&asked, tokens.len());
    let third = replicas.start().await;
    replicas.shared_as(&[21, 21, 22]).await;
    let asked = divided(&[&first, &second, &third], &tokens, now()).await;
    assert_each_is_polled_by_one(&asked, tokens.len());
    replicas.are_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_tracker_that_starts_again_under_its_name_goes_on_with_its_tokens_before_its_lease_expires() {
    let lease = store::leases::LONGEST_LEASE;
    let replicas = Replicas::new(lease, QUICK).await;
    let first = replicas.start_as("the one").await;
    let tokens = replicas.alert(&first, 0..20).await;
    replicas.seen_since(&tokens, Timestamp::EPOCH).await;
    let before = replicas.shared_as(&[SHARDS]).await;
    first.service.kill().await;
    let killed = now();
    let _again = replicas.start_as("the one").await;
    replicas.seen_since(&tokens, killed).await;
    assert!(now() < killed.plus(lease), "it waited until its own lease expired");
    assert_ne!(replicas.shared_as(&[SHARDS]).await, before, "a run of its own");
    replicas.are_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_recorded_at_one_tracker_gets_its_first_look_from_whoever_follows_it() {
    // No tick comes by within the test.
    let replicas = Replicas::new(Duration::from_secs(10), Duration::from_secs(3_600)).await;
    let (first, second) = (replicas.start().await, replicas.start().await);
    replicas.shared_as(&[32, 32]).await;
    let tokens = replicas.alert(&first, 0..40).await;
    replicas.seen_since(&tokens, Timestamp::EPOCH).await;
    let asked = [&first, &second].map(|replica| replica.asked_since(Timestamp::EPOCH));
    assert_each_is_polled_by_one(&asked, tokens.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_of_a_killed_tracker_move_within_two_lease_periods() {
    let replicas = Replicas::new(Duration::from_secs(8), QUICK).await;
    let (first, second) = (replicas.start().await, replicas.start().await);
    replicas.shared_as(&[32, 32]).await;
    let tokens = replicas.alert(&second, 0..40).await;
    replicas.seen_since(&tokens, Timestamp::EPOCH).await;
    let killed_at = now();
    first.service.kill().await;
    replicas.shared_as(&[SHARDS]).await;
    divided(&[&second], &tokens, now()).await;
    let took = now().since(killed_at);
    assert!(took <= replicas.lease * 2, "it took {took:?}");
    replicas.are_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_stops_in_an_orderly_way_hands_its_tokens_over_before_its_leases_expire() {
    let replicas = Replicas::new(Duration::from_secs(60), QUICK).await;
    let (first, second) = (replicas.start().await, replicas.start().await);
    replicas.shared_as(&[32, 32]).await;
    let tokens = replicas.alert(&second, 0..40).await;
    replicas.seen_since(&tokens, Timestamp::EPOCH).await;
    let stopped_at = now();
    assert_eq!(first.service.stop().await, Some(0));
    replicas.shared_as(&[SHARDS]).await;
    divided(&[&second], &tokens, now()).await;
    assert!(now().since(stopped_at) < replicas.lease, "nobody waited for a lease");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_is_frozen_inside_a_transaction_holds_nobody_up_and_writes_nothing_afterwards() {
    use sqlx::Connection as _;

    let replicas = Replicas::new(Duration::from_secs(4), QUICK).await;
    let first = replicas.start().await;
    let frozen = *replicas.shared_as(&[SHARDS]).await.first_key_value().unwrap().0;
    let tokens = replicas.alert(&first, 0..40).await;
    let second = replicas.start().await;
    replicas.shared_as(&[32, 32]).await;
    replicas.seen_since(&tokens, now()).await;
    let rows = replicas.store.leases().list().await.unwrap();
    let is_of_first = |token: &TokenKey| rows[Shard::of(token).number() as usize].holder == Some(frozen);
    let token = *tokens.iter().find(|token| is_of_first(token)).unwrap();

    // Its next batch has shown its leases and waits for this token when it is frozen.
    let mut blocker = sqlx::PgConnection::connect(&replicas.engine.url()).await.unwrap();
    let mut block = blocker.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM tokens WHERE address = $1 FOR UPDATE")
        .bind(token.address.to_string())
        .fetch_one(&mut *block)
        .await
        .unwrap();
    let blocked_at = now();
    let mut watcher = sqlx::PgConnection::connect(&replicas.engine.url()).await.unwrap();
    while !sqlx::query_scalar::<_, bool>(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE%'
         AND datname = current_database())",
    )
    .fetch_one(&mut watcher)
    .await
    .unwrap()
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.service.freeze().await;
    let frozen_at = now();
    block.rollback().await.unwrap();

    // The other takes over and follows all tokens, that one too.
    replicas.shared_as(&[SHARDS]).await;
    assert!(!replicas.held().await.contains_key(&frozen));
    replicas.seen_since(&tokens, frozen_at).await;
    let took = now().since(frozen_at);
    assert!(took <= replicas.lease * 2, "it took {took:?}");

    // Thawed, it comes back for its share; what it had in hand is refused.
    first.service.thaw().await;
    replicas.shared_as(&[32, 32]).await;
    let back = now();
    let asked = divided(&[&first, &second], &tokens, back).await;
    assert_each_is_polled_by_one(&asked, tokens.len());
    replicas.seen_since(&tokens, back).await;
    let written: Vec<_> =
        replicas.prices(token).await.into_iter().filter(|at| (blocked_at..frozen_at).contains(at)).collect();
    assert_eq!(written, [], "a batch was written under a lost lease");
    replicas.are_whole().await;
}
