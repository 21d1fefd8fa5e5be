//! Leases: who polls what, and that nobody writes with a lost one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use store::leases::{Claim, Fence, Holder, Kept, LONGEST_LEASE, LeaseTime, SHARDS, Shard};
use store::observations::Batch;
use store::outcomes::Raised;
use store::{Store, StoreError};

use crate::bench::Bench;
use crate::market::{START, alert, batch, look, minutes, new, token};

const LEASE: Duration = Duration::from_secs(30);

fn claim(holder: Holder, now: Timestamp) -> Claim {
    Claim { holder, lease: LEASE, time: LeaseTime::At(now) }
}

fn after(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

fn shards(fence: &Fence) -> BTreeSet<Shard> {
    fence.epochs().map(|(shard, _)| shard).collect()
}

/// Keeps the leases of `holder`, giving up whatever is more than its share.
async fn keep(store: &Store, holder: Holder, now: Timestamp) -> Result<Kept> {
    let kept = store.leases().keep(claim(holder, now), &[]).await?;
    let surplus: Vec<Shard> = kept.fence.epochs().map(|(shard, _)| shard).skip(kept.share).collect();
    Ok(if surplus.is_empty() { kept } else { store.leases().keep(claim(holder, now), &surplus).await? })
}

pub async fn a_lone_tracker_holds_every_shard(bench: &Bench) -> Result<()> {
    let me = Holder::fresh();
    let kept = keep(&bench.store, me, START).await?;
    assert_eq!((kept.fence.len(), kept.trackers, kept.share), (SHARDS, 1, SHARDS));
    let again = keep(&bench.store, me, after(10)).await?;
    assert_eq!(again.fence, kept.fence, "a renewal keeps the epochs");
    for row in bench.store.leases().list().await? {
        assert_eq!((row.holder, row.epoch, row.expires_at), (Some(me), 1, after(40)));
    }
    // By the database's own clock it is the same.
    let time = LeaseTime::Database;
    let kept = bench.store.leases().keep(Claim { holder: me, lease: LEASE, time }, &[]).await?;
    assert_eq!((kept.fence.len(), kept.trackers), (SHARDS, 1));
    assert!(!bench.store.leases().anything_free(time).await?);
    Ok(())
}

pub async fn trackers_share_the_shards_evenly_and_none_is_held_twice(bench: &Bench) -> Result<()> {
    let stores = [bench.another().await?, bench.another().await?, bench.another().await?];
    let holders = [Holder::fresh(), Holder::fresh(), Holder::fresh()];
    let mut held: BTreeMap<Shard, usize> = BTreeMap::new();
    for round in 0..4 {
        let now = after(round * 10);
        let keeping = stores.iter().zip(holders).map(async |(store, holder)| keep(store, holder, now).await);
        let kept = futures::future::try_join_all(keeping).await?;
        held = BTreeMap::new();
        for (index, kept) in kept.iter().enumerate() {
            for (shard, _) in kept.fence.epochs() {
                assert_eq!(held.insert(shard, index), None, "{shard} is held twice");
            }
        }
    }
    assert_eq!(held.len(), SHARDS);
    let mut counts: Vec<usize> = (0..3).map(|index| held.values().filter(|holder| **holder == index).count()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [21, 21, 22]);
    Ok(())
}

pub async fn a_tracker_that_joins_takes_its_share_as_others_give_theirs_up(bench: &Bench) -> Result<()> {
    let (one, two) = (Holder::fresh(), Holder::fresh());
    let store = &bench.store;
    keep(store, one, START).await?;
    let joined = keep(store, two, after(1)).await?;
    assert_eq!((joined.fence.len(), joined.share, joined.trackers), (0, 32, 2));
    let kept = store.leases().keep(claim(one, after(2)), &[]).await?;
    assert_eq!((kept.fence.len(), kept.share), (SHARDS, 32), "it gives up nothing by itself");
    assert!(!store.leases().anything_free(LeaseTime::At(after(2))).await?);
    let surplus: Vec<Shard> = shards(&kept.fence).into_iter().take(32).collect();
    let kept = store.leases().keep(claim(one, after(2)), &surplus).await?;
    assert_eq!(kept.fence.len(), 32);
    assert!(store.leases().anything_free(LeaseTime::At(after(2))).await?);
    let joined = keep(store, two, after(3)).await?;
    assert_eq!(shards(&joined.fence), surplus.into_iter().collect());
    assert!(joined.fence.epochs().all(|(_, epoch)| epoch == 2), "a new holder, a new epoch");
    Ok(())
}

pub async fn the_shards_of_a_dead_tracker_are_free_after_one_lease_and_not_before(bench: &Bench) -> Result<()> {
    let (dead, alive) = (Holder::fresh(), Holder::fresh());
    keep(&bench.store, dead, START).await?;
    assert_eq!(keep(&bench.store, alive, after(29)).await?.fence.len(), 0);
    assert!(bench.store.leases().anything_free(LeaseTime::At(after(30))).await?);
    let kept = keep(&bench.store, alive, after(30)).await?;
    assert_eq!((kept.fence.len(), kept.trackers), (SHARDS, 1));
    Ok(())
}

pub async fn what_is_released_is_free_at_once(bench: &Bench) -> Result<()> {
    let (first, next) = (Holder::fresh(), Holder::fresh());
    let fence = keep(&bench.store, first, START).await?.fence;
    bench.store.leases().housekeeping(claim(first, START)).await?.context("free")?;
    bench.store.leases().release(first).await?;
    let kept = keep(&bench.store, next, START).await?;
    assert_eq!((kept.fence.len(), kept.trackers), (SHARDS, 1));
    assert!(bench.store.leases().housekeeping(claim(next, START)).await?.is_some());
    assert_lost(write_under(bench, &fence, &[token(1)], 1).await, 1);
    Ok(())
}

pub async fn an_instance_that_starts_again_takes_the_place_of_its_earlier_run_at_once(bench: &Bench) -> Result<()> {
    let (store, leases) = (&bench.store, bench.store.leases());
    let (killed, other, again) = (Holder::run_of("a:50051"), Holder::run_of("b:50051"), Holder::run_of("a:50051"));
    assert_ne!(killed, again, "no two runs are the same");
    let lost = keep(store, killed, START).await?.fence;
    keep(store, other, START).await?;
    let lost = keep(store, killed, START).await?.fence.common(&lost);
    keep(store, other, after(1)).await?;
    let housekeeping = leases.housekeeping(claim(killed, START)).await?.context("free")?;
    assert_eq!((lost.len(), housekeeping.len()), (32, 1));

    assert_eq!(leases.succeed(claim(again, after(2))).await?, 33);
    let kept = keep(store, again, after(2)).await?;
    assert_eq!((shards(&kept.fence), kept.trackers), (shards(&lost), 2), "the other one keeps what it has");
    assert!(leases.housekeeping(claim(again, after(2))).await?.is_some());
    let covered = (0..).map(token).find(|token| lost.covers(token)).context("there are tokens in every shard")?;
    assert_lost(write_under(bench, &lost, &[covered], 1).await, 1);

    assert_eq!(leases.succeed(claim(again, after(3))).await?, 0, "it does not take its own place");
    assert_eq!(keep(store, again, after(3)).await?.fence, kept.fence);
    Ok(())
}

pub async fn an_earlier_run_that_lives_on_takes_its_share_again(bench: &Bench) -> Result<()> {
    let (one, two) = (Holder::run_of("twins:50051"), Holder::run_of("twins:50051"));
    keep(&bench.store, one, START).await?;
    bench.store.leases().succeed(claim(two, after(1))).await?;
    keep(&bench.store, two, after(1)).await?;
    for (holder, seconds) in [(one, 2), (two, 3), (one, 4)] {
        keep(&bench.store, holder, after(seconds)).await?;
    }
    let held = [keep(&bench.store, one, after(5)).await?, keep(&bench.store, two, after(5)).await?];
    assert_eq!(held.map(|kept| (kept.fence.len(), kept.trackers)), [(32, 2), (32, 2)]);
    Ok(())
}

pub async fn a_lease_that_nobody_took_is_renewed_after_it_expired(bench: &Bench) -> Result<()> {
    let me = Holder::fresh();
    let before = keep(&bench.store, me, START).await?;
    write_under(bench, &before.fence, &[token(1)], 1).await?;
    let late = keep(&bench.store, me, after(500)).await?;
    assert_eq!(late, before);
    Ok(())
}

pub async fn a_lease_from_a_clock_that_was_set_back_is_no_obstacle(bench: &Bench) -> Result<()> {
    let (before, now) = (Holder::fresh(), Holder::fresh());
    keep(&bench.store, before, START.plus(LONGEST_LEASE)).await?;
    let kept = keep(&bench.store, now, START).await?;
    assert_eq!((kept.fence.len(), kept.trackers), (SHARDS, 1));
    Ok(())
}

/// Stores a price of the given minute for each of the tokens, which are alerted first, and pins their pools.
async fn write_under(bench: &Bench, fence: &Fence, tokens: &[TokenKey], minute: u64) -> Result<(), StoreError> {
    let at = START.plus(minutes(minute));
    let pins = tokens.iter().map(|token| (*token, pin())).collect();
    let observations = tokens.iter().map(|token| (*token, look(at, 1.0))).collect();
    let written = Batch { observations, pools: pins };
    bench.store.observations().under(fence).record(written, at, &bench.rules).await.map(|_| ())
}

fn pin() -> store::pools::PinnedPool {
    store::pools::PinnedPool { address: "pool-1".into(), dex_name: None, pinned_at: START }
}

fn assert_lost(answer: Result<(), StoreError>, count: usize) {
    assert!(matches!(&answer, Err(StoreError::LeaseLost { shards }) if shards.len() == count), "{answer:?}");
}

pub async fn what_was_polled_under_a_lost_lease_is_refused_whole(bench: &Bench) -> Result<()> {
    let (one, two) = (Holder::fresh(), Holder::fresh());
    // Two tokens of different shards.
    let tokens = [token(1), (2..).map(token).find(|other| Shard::of(other) != Shard::of(&token(1))).context("any")?];
    let alerts = (1..100).filter(|number| tokens.contains(&token(*number))).map(|number| new(alert(number, START)));
    bench.store.alerts().record_many(alerts.collect(), &bench.rules).await?;
    let fence = keep(&bench.store, one, START).await?.fence;
    write_under(bench, &fence, &tokens, 1).await?;
    assert_eq!(bench.count("price_snapshots").await?, 2);

    // The shard of the first goes to another, the rest stays.
    let gone = Shard::of(&tokens[0]);
    bench.store.leases().keep(claim(one, after(1)), &[gone]).await?;
    let taken = keep(&bench.store, two, after(1)).await?.fence;
    assert_eq!(shards(&taken), BTreeSet::from([gone]));
    let refused = write_under(bench, &fence, &tokens, 2).await;
    assert!(
        matches!(&refused, Err(StoreError::LeaseLost { shards }) if *shards == BTreeSet::from([gone])),
        "{refused:?}"
    );
    assert_eq!(bench.count("price_snapshots").await?, 2, "nothing of it was stored");
    let left = fence.clone().without(&BTreeSet::from([gone]));
    write_under(bench, &left, &tokens[1..], 2).await?;
    assert_lost(write_under(bench, &left, &tokens[..1], 2).await, 1);
    write_under(bench, &taken, &tokens[..1], 2).await?;

    // Back again, it is another lease: what was polled before is still refused.
    bench.store.leases().release(two).await?;
    let again = keep(&bench.store, one, after(2)).await?.fence;
    assert_lost(write_under(bench, &fence, &tokens, 3).await, 1);
    write_under(bench, &again, &tokens, 3).await?;
    Ok(())
}

pub async fn a_seal_under_a_lost_lease_is_refused(bench: &Bench) -> Result<()> {
    let (one, two) = (Holder::fresh(), Holder::fresh());
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let fence = keep(&bench.store, one, START).await?.fence;
    let kept = keep(&bench.store, two, after(60)).await?.fence;
    let due = START.plus(Duration::from_hours(60));
    let refused = bench.store.outcomes().under(&fence).seal_due(due, 10, &bench.rules).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost { .. })), "{refused:?}");
    assert!(bench.store.outcomes().next_seal_due().await?.is_some());
    assert_eq!(bench.store.outcomes().under(&kept).seal_due(due, 10, &bench.rules).await?.len(), 1);
    Ok(())
}

/// The fences of two trackers that share the shards.
async fn two(bench: &Bench) -> Result<[Fence; 2]> {
    let (one, two) = (Holder::fresh(), Holder::fresh());
    keep(&bench.store, one, START).await?;
    keep(&bench.store, two, START).await?;
    Ok([keep(&bench.store, one, START).await?.fence, keep(&bench.store, two, START).await?.fence])
}

pub async fn a_fence_narrows_what_is_followed_and_what_is_due(bench: &Bench) -> Result<()> {
    let alerts = (0..50).map(|number| new(alert(number, START))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let fences = two(bench).await?;
    let mut followed = BTreeSet::new();
    for fence in &fences {
        for one in bench.store.outcomes().under(fence).follow_list(START).await? {
            assert!(fence.covers(&one.token));
            assert!(followed.insert(one.token), "{} is followed twice", one.token);
        }
    }
    assert_eq!(followed.len(), 50);
    let nothing = Fence::nothing(Holder::fresh(), LEASE);
    assert_eq!(bench.store.outcomes().under(&nothing).follow_list(START).await?, []);
    let due = START.plus(Duration::from_hours(60));
    assert_eq!(bench.store.outcomes().under(&nothing).seal_due(due, 100, &bench.rules).await?, []);
    let mut sealed = 0;
    for fence in &fences {
        let happened = bench.store.outcomes().under(fence).seal_due(due, 100, &bench.rules).await?;
        assert!(happened.iter().all(|what| fence.covers(&what.token)));
        sealed += happened.len();
    }
    assert_eq!(sealed, 50);
    Ok(())
}

pub async fn what_was_just_raised_and_not_yet_seen_is_found_once_per_owner(bench: &Bench) -> Result<()> {
    let mut import = alert(30, START);
    import.tracking_window = Some(Duration::from_hours(1));
    let mut alerts: Vec<_> = (0..20).map(|number| new(alert(number, START.plus(minutes(1))))).collect();
    alerts.extend([new(alert(31, START.minus(minutes(1)))), new(import)]);
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    // Token 3 was seen since, token 4 only before it was raised (again).
    let seen = vec![(token(3), look(START.plus(minutes(2)), 1.0)), (token(4), look(START, 1.0))];
    bench.store.observations().record(batch(seen), START.plus(minutes(2)), &bench.rules).await?;
    let mut found = BTreeSet::new();
    for fence in &two(bench).await? {
        for Raised { token, .. } in bench.store.outcomes().under(fence).raised_since(START).await? {
            assert!(fence.covers(&token));
            assert!(found.insert(token));
        }
    }
    assert_eq!(found, (0..20).filter(|number| *number != 3).map(token).collect());
    Ok(())
}

pub async fn one_tracker_at_a_time_keeps_house(bench: &Bench) -> Result<()> {
    let leases = bench.store.leases();
    let (one, two) = (Holder::fresh(), Holder::fresh());
    let fence = leases.housekeeping(claim(one, START)).await?.context("it is free")?;
    assert_eq!(leases.housekeeping(claim(two, after(29))).await?, None);
    assert_eq!(leases.housekeeping(claim(one, after(20))).await?, Some(fence.clone()), "a renewal keeps the epoch");
    assert_eq!(leases.housekeeping(claim(two, after(49))).await?, None);
    assert!(leases.housekeeping(claim(two, after(50))).await?.is_some());
    assert_eq!(leases.housekeeping(claim(one, after(51))).await?, None);
    // It is no shard of tokens.
    assert_eq!(keep(&bench.store, one, after(51)).await?.fence.len(), SHARDS);
    assert_eq!(leases.list().await?.len(), SHARDS);
    Ok(())
}

pub async fn tokens_from_before_there_were_shards_get_theirs(bench: &Bench) -> Result<()> {
    let alerts = (0..50).map(|number| new(alert(number, START))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let fresh = bench.store.outcomes().follow_list(START).await?;
    // As the tables were before that step.
    for undo in [
        "ALTER TABLE tokens DROP COLUMN shard",
        "DROP TABLE trackers",
        "DELETE FROM seaql_migrations WHERE version = 'm0008_shards'",
    ] {
        bench.behind_its_back(undo).await?;
    }
    let store = bench.another().await?;
    store.migrate().await?;
    let (one, two) = (Holder::fresh(), Holder::fresh());
    let mut followed = 0;
    keep(&store, one, START).await?;
    keep(&store, two, START).await?;
    for holder in [one, two] {
        let fence = keep(&store, holder, START).await?.fence;
        let some = store.outcomes().under(&fence).follow_list(START).await?;
        assert!(some.iter().all(|one| fence.covers(&one.token)));
        followed += some.len();
    }
    assert_eq!(followed, fresh.len());
    Ok(())
}
