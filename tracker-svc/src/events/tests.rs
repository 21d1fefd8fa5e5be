//! Watchers that are slow, silent, many, or come and go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::alert::{Alert, AlertId, Decision};
use domain::filter::Filter;
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use store::alerts::NewAlert;
use store::events::{Cursor, Kind};
use store::{Rules, Store};
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use super::{EventSettings, Events, Selection, Step, Watcher};

struct Bench {
    store: Store,
    events: Events,
    _folder: tempfile::TempDir,
}

async fn bench(settings: EventSettings) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::connect(format!("sqlite://{}", folder.path().join("perftrack.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    Bench { events: Events::new(store.clone(), settings, CancellationToken::new()), store, _folder: folder }
}

fn everything() -> Selection {
    Selection { kinds: Default::default(), filter: Filter::everything() }
}

async fn record(store: &Store, number: u8) -> AlertId {
    let at = Timestamp::from_seconds(1_790_000_000);
    let key = TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes([number; 32]) };
    let alert = Alert {
        id: AlertId(Uuid::new_v4()),
        token: Token { key, name: String::new(), symbol: String::new() },
        alerted_at: at,
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote::default(),
        features: Default::default(),
        extra: BTreeMap::new(),
        annotations: BTreeMap::new(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: None,
    };
    let id = alert.id;
    let new = NewAlert { alert, request_hash: [0; 32], recorded_at: at };
    store.alerts().record(new, &Rules::default()).await.unwrap();
    id
}

async fn next(watcher: &mut Watcher) -> Step {
    watcher.next().await.unwrap().unwrap()
}

/// Passes over steps without an event.
async fn next_event(watcher: &mut Watcher) -> (AlertId, u64) {
    let mut missed = 0;
    loop {
        let step = next(watcher).await;
        missed += step.missed;
        if let Some(told) = step.event {
            return (told.event.alert_id, missed);
        }
    }
}

#[tokio::test]
async fn a_slow_watcher_is_told_what_it_missed_and_slows_nobody() {
    let silence = Duration::from_millis(300);
    let Bench { store, events, _folder } =
        bench(EventSettings { kept_for_slow: 4, silence, ..EventSettings::default() }).await;
    let mut slow = events.watch(everything(), None).await.unwrap();
    let mut fast = events.watch(everything(), None).await.unwrap();
    for watcher in [&mut slow, &mut fast] {
        // It says where it stands, and after a silence it listens to the tail.
        while !watcher.is_live() {
            assert!(next(watcher).await.event.is_none());
        }
    }
    let before = next(&mut slow).await.cursor;
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(record(&store, number).await);
        assert_eq!(next_event(&mut fast).await, (ids[ids.len() - 1], 0));
    }
    assert_eq!(next_event(&mut slow).await, (ids[16], 16), "the last four were kept for it");
    for id in &ids[17..] {
        assert_eq!(next_event(&mut slow).await, (*id, 0));
    }
    let mut again = events.watch(everything(), Some(before)).await.unwrap();
    for id in &ids {
        assert_eq!(next_event(&mut again).await, (*id, 0), "what it missed is there to be read");
    }
}

#[tokio::test]
async fn whoever_hears_nothing_is_told_where_it_stands() {
    let silence = Duration::from_millis(50);
    let Bench { store, events, _folder } = bench(EventSettings { silence, ..EventSettings::default() }).await;
    let only_rugs = Selection { kinds: [Kind::RugDetected].into(), ..everything() };
    let mut watcher = events.watch(only_rugs, None).await.unwrap();
    let begin = next(&mut watcher).await.cursor;
    record(&store, 1).await;
    let moved_on = loop {
        let step = next(&mut watcher).await;
        assert!(step.event.is_none() && step.missed == 0);
        if step.cursor.is_after(&begin) {
            break step.cursor;
        }
    };
    assert_eq!(moved_on, store.events().newest().await.unwrap());
}

#[tokio::test]
async fn more_watchers_than_there_are_places_for_are_turned_away() {
    let Bench { events, _folder, .. } = bench(EventSettings { most_watchers: 2, ..EventSettings::default() }).await;
    let one = events.watch(everything(), None).await.unwrap();
    let _other = events.watch(everything(), None).await.unwrap();
    let refused = tonic::Status::from(events.watch(everything(), None).await.err().unwrap());
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "TOO_MANY_STREAMS");
    assert!(refused.get_details_retry_info().unwrap().retry_delay.is_some());
    drop(one);
    assert!(events.watch(everything(), None).await.is_ok());
}

/// Two replicas on one server, writers at both, watchers that break off at random and go on at either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watchers_that_come_and_go_see_every_event_once_in_order() {
    const EACH: usize = 40;
    let database = throwaway_postgres::database().await.unwrap();
    let mut replicas = Vec::new();
    for _ in 0..2 {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let settings = EventSettings { look_every: Duration::from_millis(20), ..EventSettings::default() };
        replicas.push((store.clone(), Events::new(store, settings, CancellationToken::new())));
    }
    let replicas = Arc::new(replicas);
    let begin = replicas[0].0.events().newest().await.unwrap();
    let writers = (0..4_u8).map(|writer| {
        let store = replicas[usize::from(writer) % 2].0.clone();
        tokio::spawn(async move {
            for _ in 0..EACH {
                record(&store, writer).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let watchers = (0..3_u64).map(|seed| {
        let replicas = Arc::clone(&replicas);
        tokio::spawn(watch_on_and_off(replicas, begin, 4 * EACH, SmallRng::seed_from_u64(seed)))
    });
    let watchers: Vec<_> = watchers.collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut seen = Vec::new();
    for watcher in watchers {
        seen.push(watcher.await.unwrap());
    }
    let mut all = seen[0].clone();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4 * EACH, "every one once");
    assert!(seen.iter().all(|one| *one == seen[0]), "in one order for all");
}

async fn watch_on_and_off(
    replicas: Arc<Vec<(Store, Events)>>,
    begin: Cursor,
    count: usize,
    mut dice: SmallRng,
) -> Vec<AlertId> {
    let (mut cursor, mut seen) = (begin, Vec::new());
    while seen.len() < count {
        let events = &replicas[dice.random_range(0..replicas.len())].1;
        let mut watcher = events.watch(everything(), Some(cursor)).await.unwrap();
        for _ in 0..dice.random_range(0..25) {
            if seen.len() == count {
                break;
            }
            let step = next(&mut watcher).await;
            assert_eq!(step.missed, 0);
            cursor = step.cursor;
            seen.extend(step.event.map(|told| told.event.alert_id));
        }
    }
    seen
}
