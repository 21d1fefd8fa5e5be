//! A history loaded from Postgres, and brought up to date while alerts come in.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use analysis_svc::dataset::Dataset;
use analysis_svc::synthetic;
use anyhow::Result;
use domain::outcome::policy::Policy;
use futures::TryStreamExt;
use sqlx::{Connection, PgConnection};
use store::{ConnectOptions, Store};
use throwaway_postgres::Cluster;

use crate::fill::{fill, write};
use crate::growth::Measured;
use crate::memory::{middle, millis, resident, seconds};

/// 25 columns of eight bytes.
const COLUMNS: f64 = 25.0 * 8.0;
/// Loads and copies take turns, so many of each.
const TURNS: usize = 3;
const REFRESHES: usize = 7;

pub async fn measure(alerts: usize) -> Result<Measured> {
    let cluster = Cluster::durable().await?;
    let database = cluster.database().await?;
    let options = ConnectOptions::from(database.url()).with_timeout(Duration::from_secs(60));
    let store = Store::connect(options).await?;
    store.migrate().await?;
    let mut connection = PgConnection::connect(database.url()).await?;
    let begun = Instant::now();
    fill(&mut connection, alerts).await?;
    println!("{alerts} alerts written in {:.1} s", seconds(begun.elapsed()));

    let (mut loads, mut copies, mut grown) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..TURNS {
        copies.push(copy(&mut connection).await?);
        drop(last.take());
        let dataset = Dataset::new(store.clone(), &Policy::default(), usize::MAX);
        let (before, begun) = (resident(), Instant::now());
        let snapshot = dataset.snapshot().await?;
        loads.push(begun.elapsed());
        grown.push((resident() - before) / snapshot.len() as f64);
        anyhow::ensure!(snapshot.len() == alerts, "{} alerts were loaded", snapshot.len());
        last = Some(dataset);
    }
    let dataset = last.ok_or_else(|| anyhow::anyhow!("nothing was loaded"))?;
    let counted = dataset.bytes() as f64 / alerts as f64;

    let (latest, anywhere) = refreshes(&mut connection, &dataset, alerts).await?;
    let copied = middle(copies);
    let loaded = middle(loads);
    let first_grown = grown.first().copied().unwrap_or(f64::NAN);
    let mut figures = vec![
        ("COPY TO of the same columns, ms", copied),
        ("load, ms", loaded),
        ("load / COPY TO", loaded / copied),
        ("refresh of 1,000 changes, the latest, ms", latest),
        ("refresh, 500 of them sealed anywhere, ms", anywhere),
        ("memory counted, bytes an alert", counted),
        ("memory grown by the first load, bytes", first_grown),
        ("memory grown / 25 columns of f64", first_grown / COLUMNS),
    ];
    drop(dataset);
    figures.extend(crate::asked::measure(&store).await?);
    store.close().await;
    Ok(Measured { alerts, figures })
}

/// All bytes that the load asks for, read and thrown away.
async fn copy(connection: &mut PgConnection) -> Result<Duration> {
    let begun = Instant::now();
    let statement = store::dataset::copy_statement();
    let mut rows = connection.copy_out_raw(&statement).await?;
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await? {
        bytes += row.len();
    }
    let elapsed = begun.elapsed();
    drop(rows);
    println!("COPY TO: {bytes} bytes in {:.0} ms", millis(elapsed));
    Ok(elapsed)
}

/// 500 alerts come in and 500 outcomes are sealed, those due next, or any; readers keep the snapshot before.
async fn refreshes(connection: &mut PgConnection, dataset: &Dataset, alerts: usize) -> Result<(f64, f64)> {
    let mut next = alerts;
    let mut tokens: HashSet<i64> = HashSet::new();
    for batch in synthetic::batches(alerts) {
        tokens.extend(&batch.tokens);
    }
    let mut times = [Vec::new(), Vec::new()];
    for (anywhere, times) in [false, true].into_iter().zip(&mut times) {
        for _ in 0..REFRESHES {
            let reader = dataset.snapshot().await?;
            let change: i64 =
                sqlx::query_scalar("SELECT pg_current_xact_id()::text::bigint").fetch_one(&mut *connection).await?;
            write(connection, &synthetic::batch(next..next + 500, alerts), &mut tokens, change).await?;
            next += 500;
            let which = if anywhere { "ORDER BY alert_id" } else { "ORDER BY alerted_at DESC" };
            let seal = format!(
                "UPDATE outcomes SET status = 'complete', sealed_at = alerted_at + interval '48 h', max_gain_pct = random() * 90,
                     exit_return_pct = random() * 10, is_rug = random() < 0.1, dataset_change = {change}
                 FROM (SELECT token_id, alert_id FROM outcomes WHERE dataset_change <> {change} {which}
                       OFFSET {} LIMIT 500) AS due
                 WHERE outcomes.token_id = due.token_id AND outcomes.alert_id = due.alert_id",
                if anywhere { next % alerts.saturating_sub(600).max(1) } else { 0 }
            );
            sqlx::query(sqlx::AssertSqlSafe(seal)).execute(&mut *connection).await?;
            let begun = Instant::now();
            let snapshot = dataset.snapshot().await?;
            times.push(begun.elapsed());
            anyhow::ensure!(snapshot.len() == next && reader.len() == next - 500, "not brought up to date");
        }
    }
    let [latest, anywhere] = times;
    println!("refreshes: {:.0?} and {:.0?}", latest, anywhere);
    Ok((middle(latest), middle(anywhere)))
}
