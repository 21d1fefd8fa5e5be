//! How fast alerts are recorded, against `pgbench` writing the same rows: token, identity, alert and outcome, in one
//! transaction. Both on one PostgreSQL that writes through to the disk, one after the other, with the same number of
//! clients. Prints both rates and their ratio.
//!
//! `cargo bench -p store --bench record_alert [-- SECONDS]`

#![expect(clippy::print_stdout, reason = "a benchmark's result")]

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::alert::{Alert, AlertId, Decision, ExtraValue};
use domain::feature::AlertFeatures;
use domain::quantity::{AmountUsd, Finite, Percent, PriceUsd};
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use futures::future::try_join_all;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::alerts::{NewAlert, Recording};
use store::{ConnectOptions, Rules, Store};
use throwaway_postgres::Cluster;
use uuid::Uuid;

const CLIENTS: u32 = 64;
const START: Timestamp = Timestamp::from_seconds(1_772_445_600);

fn main() -> Result<()> {
    // Run by `cargo bench` alone, not by tests of all targets.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(compare(Duration::from_secs(seconds)))
}

async fn compare(time: Duration) -> Result<()> {
    let cluster = Cluster::durable().await?;
    // Each side twice, in turns, so that neither profits from going last.
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        ours.push(with_the_store(&cluster, time).await?);
        theirs.push(with_pgbench(&cluster, time).await?);
    }
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / 2.0;
    println!("store    {:>8.0} alerts/s  {ours:.0?}", mean(&ours));
    println!("pgbench  {:>8.0} alerts/s  {theirs:.0?}", mean(&theirs));
    println!("ratio    {:>8.2}", mean(&ours) / mean(&theirs));
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
                let answer = store.alerts().record(alert(), &rules).await?;
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
    store.alerts().record(alert(), &Rules::default()).await?;
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

async fn migrated(url: &str) -> Result<Store> {
    let store = Store::connect(ConnectOptions { max_connections: CLIENTS, ..ConnectOptions::from(url) }).await?;
    store.migrate().await?;
    Ok(store)
}

/// One transaction with the rows that the store has written for one alert, the keys apart.
async fn script_of(url: &str) -> Result<String> {
    let mut connection = PgConnection::connect(url).await?;
    let mut script = "BEGIN;\n\
        INSERT INTO tokens (chain, address) \
        VALUES ('solana', left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 44)) \
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

/// An alert on a token that was never alerted, with most features known.
fn alert() -> NewAlert {
    let id = Uuid::new_v4();
    let mut address = [0; 32];
    address[..16].copy_from_slice(id.as_bytes());
    address[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    let alert = Alert {
        id: AlertId(id),
        token: Token {
            key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(address) },
            name: "A token".to_owned(),
            symbol: "TOKEN".to_owned(),
        },
        alerted_at: START,
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote {
            price_usd: PriceUsd::new(0.000_042).ok(),
            market_cap_usd: AmountUsd::new(42_000.0).ok(),
            liquidity_usd: AmountUsd::new(18_000.0).ok(),
            volume_24h_usd: AmountUsd::new(95_000.0).ok(),
        },
        features: AlertFeatures {
            preliminary_score: Some(6),
            final_score: Some(8),
            conviction_type: Some("High Confidence (Strict)".to_owned()),
            smart_money_involved: Some(true),
            smart_wallet_pnl: Finite::new(12_345.6).ok(),
            velocity_score_15m: Some(4),
            lp_locked: Some(true),
            mint_revoked: Some(false),
            top10_concentration: Percent::new(23.4).ok(),
            holder_count: Some(412),
            feed_source: Some("cielo".to_owned()),
            dex_name: Some("raydium".to_owned()),
            ..AlertFeatures::default()
        },
        extra: BTreeMap::from([("sniper_count".to_owned(), ExtraValue::Number(3.0))]),
        annotations: BTreeMap::new(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: None,
    };
    NewAlert { request_hash: [7; 32], recorded_at: START, alert }
}
