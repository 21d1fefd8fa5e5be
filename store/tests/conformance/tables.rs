//! Migrations.

use anyhow::Result;
use futures::future::try_join_all;
use store::{MigrationState, Store, StoreError};

use crate::bench::{Bench, options, sqlite_url};
use crate::dataset::settled;
use crate::market::{START, alert, new};

/// A database without tables.
struct Empty {
    url: String,
    _database: Option<throwaway_postgres::Database>,
    _folder: Option<tempfile::TempDir>,
}

async fn empty_like(bench: &Bench) -> Result<Empty> {
    if bench.is_sqlite() {
        let folder = tempfile::tempdir()?;
        Ok(Empty { url: sqlite_url(folder.path()), _database: None, _folder: Some(folder) })
    } else {
        let database = throwaway_postgres::database().await?;
        Ok(Empty { url: database.url().to_owned(), _database: Some(database), _folder: None })
    }
}

pub async fn two_migrators_at_once_both_succeed(bench: &Bench) -> Result<()> {
    let empty = empty_like(bench).await?;
    let stores = try_join_all((0..4).map(async |_| Store::connect(options(&empty.url)).await)).await?;
    try_join_all(stores.iter().map(async |store| store.migrate().await)).await?;
    for store in &stores {
        assert_eq!(store.migration_state().await?, MigrationState::Current);
    }
    Ok(())
}

pub async fn migrating_again_changes_nothing(bench: &Bench) -> Result<()> {
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let before = settled(bench).await?;
    bench.store.migrate().await?;
    assert_eq!(bench.count("alerts").await?, 1);
    assert_eq!(settled(bench).await?, before);
    Ok(())
}

pub async fn pending_migrations_are_named(bench: &Bench) -> Result<()> {
    let empty = empty_like(bench).await?;
    let store = Store::connect(options(&empty.url)).await?;
    let MigrationState::Pending(steps) = store.migration_state().await? else { anyhow::bail!("none was run") };
    assert_eq!(steps.first().map(String::as_str), Some("m0001_alerts"));
    // Asking made no table.
    assert!(matches!(store.migration_state().await?, MigrationState::Pending(same) if same == steps));
    store.ping().await?;
    Ok(())
}

pub async fn a_database_of_a_newer_program_is_left_alone(bench: &Bench) -> Result<()> {
    bench
        .behind_its_back("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_the_future', 0)")
        .await?;
    let ahead = MigrationState::Ahead(vec!["m9999_of_the_future".to_owned()]);
    assert_eq!(bench.store.migration_state().await?, ahead);
    assert!(matches!(bench.store.migrate().await, Err(StoreError::Schema(state)) if state == ahead));
    Ok(())
}
