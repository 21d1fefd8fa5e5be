//! Alerts recorded one by one by many callers, against `pgbench` writing the same rows: token, identity, alert and
//! outcome, in one transaction, with the same number of clients.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::Rules;
use store::alerts::Recording;
use throwaway_postgres::Cluster;

use crate::market::new_alert;
use crate::{mean, migrated, print};

const CLIENTS: u32 = 64;

pub async fn compare(cluster: &Cluster, time: Duration) -> Result<()> {
    // Each side twice, in turns, so that neither profits from going last.
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        ours.push(with_the_store(cluster, time).await?);
        theirs.push(with_pgbench(cluster, time).await?);
    }
    print("alerts, 64 callers", "alerts/s", mean(&ours), "pgbench", mean(&theirs));
    Ok(())
}

/// Alerts per second of [`CLIENTS`] callers that each wait for the answer before they record the next.
async fn with_the_store(cluster: &Cluster, time: Duration) -> Result<f64> {
    let database = cluster.database().await?;
    let store = migrated(database.url()).await?;
    let rules = Rules::default();
    let started = Instant::now();
    let callers = (0..CLIENTS).map(|_| {
        let (store, rules) = (store.clone(), rules.clone());
        tokio::spawn(async move {
            let mut recorded = 0_u32;
            while started.elapsed() < time {
                let answer = store.alerts().record(new_alert(), &rules).await?;
                ensure!(matches!(answer, Recording::New { .. }), "not recorded: {answer:?}");
                recorded += 1;
            }
            Ok(recorded)
        })
    });
    let mut recorded = 0;
    for caller in try_join_all(callers).await? {
        recorded += caller?;
    }
    let rate = f64::from(recorded) / started.elapsed().as_secs_f64();
    store.close().await;
    Ok(rate)
}

async fn with_pgbench(cluster: &Cluster, time: Duration) -> Result<f64> {
    let database = cluster.database().await?;
    let store = migrated(database.url()).await?;
    store.alerts().record(new_alert(), &Rules::default()).await?;
    store.close().await;
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), script_of(database.url()).await?)?;
    let clients = CLIENTS.to_string();
    let mut command = Command::new(cluster.binaries().join("pgbench"));
    command
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client", &clients])
        .arg(format!("--time={}", time.as_secs()))
        .arg("--file")
        .arg(script.path())
        .arg(database.url());
    let output = tokio::task::spawn_blocking(move || command.output()).await?.context("running pgbench")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.with_context(|| format!("no rate in what pgbench said: {said}"))
}

/// One transaction with the rows that the store has written for one alert, the keys apart.
async fn script_of(url: &str) -> Result<String> {
    let mut connection = PgConnection::connect(url).await?;
    let mut script = "BEGIN;\n\
        INSERT INTO tokens (chain, address, shard) \
        VALUES ('solana', left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 44), 7) \
        RETURNING token_id, gen_random_uuid() AS alert_id \\gset\n"
        .to_owned();
    for table in ["alert_ids", "alerts", "outcomes"] {
        let columns: Vec<(String, String)> = sqlx::query_as(
            "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        )
        .bind(table)
        .fetch_all(&mut connection)
        .await?;
        let mut values = Vec::new();
        for (name, kind) in &columns {
            values.push(match name.as_str() {
                "token_id" => ":token_id".to_owned(),
                "alert_id" => ":alert_id".to_owned(),
                "dataset_change" => "pg_current_xact_id()::text::bigint".to_owned(),
                _ => {
                    // pgbench takes the colons in a time of day for its variables.
                    let moment = kind == "timestamp with time zone";
                    let value = if moment { format!("extract(epoch FROM {name})") } else { name.clone() };
                    let sql = format!("SELECT quote_nullable({value}) FROM {table}");
                    let value: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
                    if moment { format!("to_timestamp({value}::float8)") } else { format!("{value}::{kind}") }
                }
            });
        }
        script += &format!("INSERT INTO {table} VALUES ({});\n", values.join(", "));
    }
    script += "COMMIT;\n";
    Ok(script)
}
