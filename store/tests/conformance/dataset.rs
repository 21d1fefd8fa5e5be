//! How the analysis learns that there is something new.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use domain::alert::AlertId;
use domain::outcome::OutcomeStatus;
use domain::record::AlertRecord;
use futures::TryStreamExt;
use store::dataset::Revision;

use crate::bench::Bench;
use crate::market::{START, alert, batch, minutes, new, path};

async fn load(bench: &Bench, after: Revision) -> Result<(Revision, Vec<AlertRecord>)> {
    let load = bench.store.dataset().load(after).await?;
    Ok((load.revision, load.records.try_collect().await?))
}

/// The revision once no transaction is left that could still commit before what it shows. Those of other tests count
/// too: they run on the same server.
pub async fn settled(bench: &Bench) -> Result<Revision> {
    loop {
        let revision = bench.store.dataset().revision().await?;
        if revision.is_settled() {
            return Ok(revision);
        }
    }
}

pub async fn a_revision_changes_with_what_is_recorded_and_sealed_and_with_nothing_else(bench: &Bench) -> Result<()> {
    let revision = async || settled(bench).await;
    assert_eq!(revision().await?, Revision::default());
    let first = new(alert(1, START));
    bench.store.alerts().record(first.clone(), &bench.rules).await?;
    let recorded = revision().await?;
    assert_ne!(recorded, Revision::default());
    bench.store.alerts().record(first, &bench.rules).await?;
    bench.store.observations().record(batch(path(1, &[1.0, 1.2])), START.plus(minutes(2)), &bench.rules).await?;
    assert_eq!(revision().await?, recorded);

    let later = START.plus(Duration::from_hours(60));
    bench.store.outcomes().seal_due(later, 10, &bench.rules).await?;
    let sealed = revision().await?;
    assert_ne!(sealed, recorded);
    bench.store.observations().record(batch(path(1, &[1.0, 1.2])), later, &bench.rules).await?;
    assert_eq!(revision().await?, sealed);
    bench.store.observations().record(batch(path(1, &[1.0, 1.2, 1.4])), later, &bench.rules).await?;
    assert_ne!(revision().await?, sealed);
    Ok(())
}

pub async fn a_load_brings_what_changed_since(bench: &Bench) -> Result<()> {
    let alerts: Vec<_> = (0..5_000).map(|number| new(alert(number % 50, START))).collect();
    for some in alerts.chunks(1_000) {
        bench.store.alerts().record_many(some.to_vec(), &bench.rules).await?;
    }
    settled(bench).await?;
    let (revision, everything) = load(bench, Revision::default()).await?;
    assert_eq!(everything.iter().map(|record| record.alert.id).collect::<BTreeSet<AlertId>>().len(), 5_000);
    assert_eq!(revision, bench.store.dataset().revision().await?);
    let (same, nothing) = load(bench, revision).await?;
    assert_eq!((same, nothing.len()), (revision, 0));

    let late = new(alert(1, START.plus(minutes(1))));
    bench.store.alerts().record(late.clone(), &bench.rules).await?;
    bench.store.outcomes().seal_due(START.plus(Duration::from_hours(60)), 3, &bench.rules).await?;
    let (_, changed) = load(bench, revision).await?;
    assert_eq!(changed.len(), 4);
    let sealed = changed.iter().filter(|record| record.outcome.status == OutcomeStatus::NoData).count();
    assert_eq!(sealed, 3);
    assert!(changed.iter().any(|record| record.alert.id == late.alert.id));
    Ok(())
}

/// A transaction that began to write before another, and commits after it, is not skipped by a reader that saw the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_commits_late_is_not_skipped() -> Result<()> {
    use sqlx::Connection;
    let bench = Bench::postgres().await?;
    let early = new(alert(1, START));
    bench.store.alerts().record(early.clone(), &bench.rules).await?;
    let mut slow = sqlx::PgConnection::connect(&bench.url).await?;
    let mut transaction = slow.begin().await?;
    sqlx::query("UPDATE outcomes SET dataset_change = pg_current_xact_id()::text::bigint")
        .execute(&mut *transaction)
        .await?;
    let other = new(alert(2, START));
    bench.store.alerts().record(other.clone(), &bench.rules).await?;
    let (between, _) = load(&bench, Revision::default()).await?;
    transaction.commit().await?;
    assert_ne!(bench.store.dataset().revision().await?, between);
    let (_, changed) = load(&bench, between).await?;
    assert!(changed.iter().any(|record| record.alert.id == early.alert.id));
    Ok(())
}

/// The numbers of another server's transactions mean nothing here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_another_servers_database_is_loaded_whole() -> Result<()> {
    let bench = Bench::postgres().await?;
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    bench.behind_its_back("UPDATE outcomes SET dataset_change = 9000000000000").await?;
    bench.store.migrate().await?;
    let (copied, records) = load(&bench, Revision::default()).await?;
    assert_eq!(records.len(), 1);
    bench.store.alerts().record(new(alert(2, START)), &bench.rules).await?;
    assert_eq!(load(&bench, copied).await?.1.len(), 1);
    Ok(())
}
