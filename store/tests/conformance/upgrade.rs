//! Databases that earlier versions left behind, brought up to date.

use anyhow::{Context, Result};
use domain::outcome::Outcome;
use sqlx::{AssertSqlSafe, Connection};
use store::{MigrationState, Store};

use crate::bench::Bench;
use crate::market::{START, alert, batch, look, minutes, new, path, token};
use crate::observations::equals_a_fresh_fold;

pub async fn an_upgrade_from_m0011_keeps_what_is_there_and_goes_on(bench: &Bench) -> Result<()> {
    upgrades(bench, "m0011_retention").await
}

pub async fn an_upgrade_from_m0010_keeps_what_is_there_and_goes_on(bench: &Bench) -> Result<()> {
    upgrades(bench, "m0010_removed_alerts").await
}

pub async fn an_upgrade_from_m0009_keeps_what_is_there_and_goes_on(bench: &Bench) -> Result<()> {
    upgrades(bench, "m0009_events").await
}

async fn upgrades(bench: &Bench, earlier: &str) -> Result<()> {
    let mut alerts = Vec::new();
    for number in 1..=3 {
        let alert = alert(number, START);
        bench.store.alerts().record(new(alert.clone()), &bench.rules).await?;
        let prices = batch(path(number, &[1.0, 1.4, 1.6, 0.9]));
        bench.store.observations().record(prices, START.plus(minutes(5)), &bench.rules).await?;
        alerts.push(alert);
    }
    let before = outcomes(&bench.store, &alerts).await?;
    put_back_to(bench, earlier).await?;

    let store = bench.another().await?;
    let MigrationState::Pending(pending) = store.migration_state().await? else {
        anyhow::bail!("nothing is pending after {earlier}")
    };
    assert_eq!(store.migrate().await?, pending);
    assert_eq!(store.migration_state().await?, MigrationState::Current);
    assert_eq!(outcomes(&store, &alerts).await?, before);
    let upgraded = Bench::beside(bench, store);
    for alert in &alerts {
        upgraded.store.alerts().record(new(alert.clone()), &bench.rules).await?;
        equals_a_fresh_fold(&upgraded, alert.id).await?;
    }
    assert_eq!(upgraded.count("alerts").await?, 3, "a retry is known as one");
    let later = batch(vec![(token(1), look(START.plus(minutes(10)), 1.2))]);
    upgraded.store.observations().record(later, START.plus(minutes(11)), &bench.rules).await?;
    equals_a_fresh_fold(&upgraded, alerts[0].id).await?;
    upgraded.store.alerts().record(new(alert(4, START)), &bench.rules).await?;
    assert_eq!(upgraded.count("outcomes").await?, 4);
    Ok(())
}

/// Makes the database what the version of that step would have left: its tables, with the columns that they had.
async fn put_back_to(bench: &Bench, step: &str) -> Result<()> {
    let tables = tables(bench).await?;
    let kept: Vec<&String> = tables.iter().filter(|table| *table != "seaql_migrations").collect();
    for table in &kept {
        bench.behind_its_back(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await?;
    }
    let cascade = if bench.is_sqlite() { "" } else { " CASCADE" };
    let drops: String = tables.iter().map(|table| format!("DROP TABLE {table}{cascade};")).collect();
    let unchecked = if bench.is_sqlite() { "PRAGMA foreign_keys = OFF;" } else { "" };
    bench.behind_its_back(&format!("{unchecked}{drops}")).await?;
    let store = bench.another().await?;
    store.migrate_until(step).await?;
    store.close().await;

    let mut back = String::from(if bench.is_sqlite() { unchecked } else { "SET session_replication_role = replica;" });
    if !bench.is_sqlite() {
        back += "CREATE TABLE price_snapshots_2026_03_02 PARTITION OF price_snapshots
                 FOR VALUES FROM ('2026-03-02T00:00:00Z') TO ('2026-03-09T00:00:00Z');";
    }
    for table in kept {
        let (old, now) = (columns(bench, table).await?, columns(bench, &format!("kept_{table}")).await?);
        let both = old.iter().filter(|column| now.contains(column)).cloned().collect::<Vec<_>>().join(", ");
        if !both.is_empty() {
            back += &format!("DELETE FROM {table}; INSERT INTO {table} ({both}) SELECT {both} FROM kept_{table};");
        }
        back += &format!("DROP TABLE kept_{table};");
    }
    if !bench.is_sqlite() {
        back += "SELECT setval(pg_get_serial_sequence('tokens', 'token_id'), (SELECT MAX(token_id) FROM tokens));";
        back += "SELECT setval(pg_get_serial_sequence('events', 'event_id'), (SELECT COUNT(*) + 1 FROM events));";
    }
    bench.behind_its_back(&back).await
}

async fn tables(bench: &Bench) -> Result<Vec<String>> {
    let sql = if bench.is_sqlite() {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    } else {
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
         AND NOT relispartition ORDER BY relname"
    };
    names(bench, sql).await
}

async fn columns(bench: &Bench, table: &str) -> Result<Vec<String>> {
    let sql = if bench.is_sqlite() {
        format!("SELECT name FROM pragma_table_info('{table}')")
    } else {
        format!(
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = '{table}'"
        )
    };
    names(bench, &sql).await
}

async fn names(bench: &Bench, sql: &str) -> Result<Vec<String>> {
    let sql = AssertSqlSafe(sql.to_owned());
    Ok(if bench.is_sqlite() {
        let mut connection = sqlx::SqliteConnection::connect(&bench.url).await?;
        sqlx::query_scalar(sql).fetch_all(&mut connection).await?
    } else {
        let mut connection = sqlx::PgConnection::connect(&bench.url).await?;
        sqlx::query_scalar(sql).fetch_all(&mut connection).await?
    })
}

async fn outcomes(store: &Store, alerts: &[domain::alert::Alert]) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for alert in alerts {
        let record = store.alerts().get(alert.id).await?.context("it is there")?;
        assert_eq!(&record.alert, alert);
        outcomes.push(record.outcome);
    }
    Ok(outcomes)
}
