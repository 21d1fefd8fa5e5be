//! How the analysis learns that there is something new.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use domain::alert::{AlertId, Decision, ExtraValue};
use domain::outcome::OutcomeStatus;
use domain::quantity::{Percent, Share};
use domain::record::AlertRecord;
use futures::TryStreamExt;
use store::dataset::{Batch as Columns, Cells, Revision};

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

pub async fn columns_say_what_the_alerts_say(bench: &Bench) -> Result<()> {
    let alerts: Vec<_> = (0..300_u32)
        .map(|number| {
            let mut alert = alert(number / 2, START.plus(Duration::from_millis(u64::from(number) * 137)));
            alert.features.final_score = (number % 3 > 0).then_some(number as i32 - 100);
            alert.features.lp_locked = (number % 4 > 0).then_some(number.is_multiple_of(2));
            alert.features.dex_name =
                (number % 5 > 0).then(|| ["", "orca", "Rådium"][(number % 3) as usize].to_owned());
            alert.features.top10_concentration = Percent::new(f64::from(number) / 7.0).ok();
            alert.token.symbol = if number.is_multiple_of(9) { String::new() } else { "S".repeat(number as usize) };
            alert.config_revision = (number % 2 > 0).then(|| format!("r{number}"));
            if number.is_multiple_of(6) {
                let own =
                    [ExtraValue::Boolean(true), ExtraValue::Number(0.1 + 0.2), ExtraValue::Text("ü\"".to_owned())];
                alert.extra.extend((0..).zip(own).map(|(key, value)| (format!("own_{key}"), value)));
                alert.decision = Decision::Shadow;
                alert.shadow_sample_rate = Share::new(0.25).ok();
            }
            new(alert)
        })
        .collect();
    let imported = alerts.into_iter().enumerate().map(|(number, mut new)| {
        // Half of them stay open; some of those that are sealed had prices.
        let hours = if number % 2 == 0 { 24 } else { 400 };
        new.alert.tracking_window = Some(Duration::from_hours(hours));
        new
    });
    bench.store.alerts().record_many(imported.collect(), &bench.rules).await?;
    let prices = (0..60).flat_map(|number| path(number, &[1.0, 1.7, f64::from(number) + 0.5, 0.01]));
    let later = START.plus(Duration::from_hours(60));
    bench.store.observations().record(batch(prices.collect()), later, &bench.rules).await?;
    bench.store.outcomes().seal_due(later, 1_000, &bench.rules).await?;
    settled(bench).await?;

    let (revision, records) = load(bench, Revision::default()).await?;
    let states: BTreeSet<_> = records.iter().map(|record| record.outcome.status).collect();
    assert!(states.len() > 1, "{states:?}");
    let changes = bench.store.dataset().changes(Revision::default()).await?;
    assert_eq!((changes.revision, changes.removed.len()), (revision, 0));
    let mut expected: BTreeMap<AlertId, String> = BTreeMap::new();
    for record in &records {
        let mut alone = Columns::empty();
        alone.push(0, record);
        expected.insert(record.alert.id, rows(&alone).remove(0).1);
    }
    let batches: Vec<Columns> = changes.batches.try_collect().await?;
    let found: BTreeMap<AlertId, String> = batches.iter().flat_map(rows).collect();
    assert_eq!(found, expected);

    // Alerts of one token have one number.
    let token_of: BTreeMap<AlertId, _> =
        records.iter().map(|record| (record.alert.id, record.alert.token.key)).collect();
    let pairs = batches.iter().flat_map(|batch| batch.ids.iter().zip(&batch.tokens));
    let pairs: BTreeSet<_> = pairs.map(|(id, number)| (token_of[id], *number)).collect();
    assert_eq!((pairs.len(), pairs.iter().map(|pair| pair.1).collect::<BTreeSet<_>>().len()), (150, 150));
    Ok(())
}

/// Every row in words.
fn rows(batch: &Columns) -> Vec<(AlertId, String)> {
    let mut rows: Vec<(AlertId, String)> =
        batch.ids.iter().zip(&batch.extra).map(|(id, extra)| (*id, format!("{extra:?}"))).collect();
    for (field, cells) in Columns::fields().iter().zip(&batch.columns) {
        let texts: Vec<String> = match cells {
            Cells::Flags(flags) => flags.iter().map(|flag| format!("{flag:?}")).collect(),
            Cells::Numbers(numbers) => numbers.iter().map(|number| format!("{number:?}")).collect(),
            Cells::Moments(moments) => moments.iter().map(|at| format!("{at:?}")).collect(),
            Cells::Words(words) => words.iter().map(|word| format!("{word:?}")).collect(),
        };
        assert_eq!(texts.len(), rows.len(), "{field}");
        rows.iter_mut().zip(texts).for_each(|((_, row), text)| row.push_str(&format!(" {field}={text}")));
    }
    rows
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
