//! Many alerts at once, each on a token of its own, against `COPY` of the alerts' rows alone.

use std::time::Instant;

use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use store::Rules;
use store::alerts::{NewAlert, Recording};
use throwaway_postgres::Cluster;

use crate::market::new_alert;
use crate::reference::copy_rate;
use crate::{migrated, print};

const BATCHES: usize = 60;
const IN_A_BATCH: usize = 1_000;
const IN_FLIGHT: usize = 3;

pub async fn compare(cluster: &Cluster) -> Result<()> {
    let database = cluster.database().await?;
    let store = migrated(database.url()).await?;
    let batches: Vec<Vec<NewAlert>> = (0..BATCHES).map(|_| (0..IN_A_BATCH).map(|_| new_alert()).collect()).collect();
    let started = Instant::now();
    let recording = batches.into_iter().map(|batch| {
        let store = store.clone();
        tokio::spawn(async move { store.alerts().record_many(batch, &Rules::default()).await })
    });
    let recorded = stream::iter(recording).buffered(IN_FLIGHT).map_err(anyhow::Error::from);
    recorded
        .try_for_each(|answers| async move {
            ensure!(answers?.iter().all(|answer| matches!(answer, Recording::New { .. })), "not all were recorded");
            Ok(())
        })
        .await?;
    let rate = (BATCHES * IN_A_BATCH) as f64 / started.elapsed().as_secs_f64();
    store.close().await;
    let theirs = copy_rate(cluster, database.url(), "alerts", &all_columns(database.url(), "alerts").await?).await?;
    print("alerts, many at once", "alerts/s", rate, "COPY", theirs);
    Ok(())
}

async fn all_columns(url: &str, table: &str) -> Result<String> {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await?;
    let names: String = sqlx::query_scalar(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
    )
    .bind(table)
    .fetch_one(&mut connection)
    .await?;
    Ok(names)
}
