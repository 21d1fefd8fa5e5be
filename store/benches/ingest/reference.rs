//! What Postgres does with the same rows in the same table and indexes, when nobody asks for anything else: `COPY`.

use std::time::Instant;

use anyhow::Result;
use futures::TryStreamExt;
use sqlx::{Connection, PgConnection};
use throwaway_postgres::Cluster;

use crate::migrated;

/// Copies the rows of a table into that of another database; returns rows per second, partitions made beforehand.
pub async fn copy_rate(cluster: &Cluster, from_url: &str, table: &str, columns: &str) -> Result<f64> {
    let mut from = PgConnection::connect(from_url).await?;
    let out = format!("COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT binary)");
    let data: Vec<_> = from.copy_out_raw(&out).await?.try_collect().await?;
    let database = cluster.database().await?;
    let store = migrated(database.url()).await?;
    let weeks: Vec<(String, String)> = sqlx::query_as(
        "SELECT relid::regclass::text, pg_get_expr(relpartbound, relid) FROM pg_partition_tree('price_snapshots')
         JOIN pg_class ON pg_class.oid = relid WHERE isleaf",
    )
    .fetch_all(&mut from)
    .await?;
    let mut to = PgConnection::connect(database.url()).await?;
    for (name, bounds) in weeks {
        let make = format!("CREATE TABLE {name} PARTITION OF price_snapshots {bounds}");
        sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut to).await?;
    }
    let started = Instant::now();
    let mut copy = to.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)")).await?;
    for piece in data {
        copy.send(piece).await?;
    }
    let rows = copy.finish().await?;
    let rate = rows as f64 / started.elapsed().as_secs_f64();
    store.close().await;
    Ok(rate)
}
