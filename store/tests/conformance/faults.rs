//! A database that is gone, busy, damaged or out of reach.

use std::time::Duration;

use anyhow::Result;
use sqlx::{Connection, Executor};
use store::{ConnectOptions, Rules, Store, StoreError};
use throwaway_postgres::Cluster;

use crate::bench::{Bench, options, sqlite_url};
use crate::market::{START, alert, batch, new, path};

fn impatient(url: &str) -> ConnectOptions {
    ConnectOptions { acquire_timeout: Duration::from_millis(200), ..options(url) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_unavailable_and_comes_back() -> Result<()> {
    let cluster = Cluster::own().await?;
    let database = cluster.database().await?;
    let store = Store::connect(impatient(database.url())).await?;
    store.migrate().await?;
    let rules = Rules::default();
    let kept = new(alert(1, START));
    store.alerts().record(kept.clone(), &rules).await?;
    for by_force in [false, true] {
        if by_force {
            cluster.kill().await?
        } else {
            cluster.stop().await?
        }
        let late = new(alert(2, START));
        for error in [
            store.alerts().record(late, &rules).await.err(),
            store.observations().record(batch(path(1, &[1.0])), START, &rules).await.err(),
            store.outcomes().follow_list(START).await.err(),
            store.ping().await.err(),
            Store::connect(impatient(database.url())).await.err(),
        ] {
            let error = error.expect("the server is gone");
            assert!(error.is_retryable(), "{error:?}");
        }
        cluster.start().await?;
        // A connection that broke may be found broken once.
        while store.ping().await.is_err() {}
        assert!(store.alerts().get(kept.alert.id).await?.is_some());
    }
    store.observations().record(batch(path(1, &[1.0])), START, &rules).await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_another_process_is_writing_to_is_waited_for_and_then_unavailable() -> Result<()> {
    let bench = Bench::sqlite().await?;
    let mut other = sqlx::SqliteConnection::connect(&bench.url).await?;
    other.execute("BEGIN IMMEDIATE").await?;
    let store = Store::connect(impatient(&bench.url)).await?;
    let error = store.alerts().record(new(alert(1, START)), &bench.rules).await.expect_err("it is locked");
    assert!(error.is_retryable(), "{error:?}");
    // Readers do not mind.
    assert!(store.outcomes().follow_list(START).await?.is_empty());
    other.execute("ROLLBACK").await?;
    store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_corrupt() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("perftrack.db"), "this is no database ".repeat(1_000))?;
    let error = Store::connect(impatient(&sqlite_url(folder.path()))).await.err().expect("it is no database");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_its_password() -> Result<()> {
    for url in ["mysql://me:secret@db/perftrack", "postgres://me:secret@db:nonsense/perftrack", "sqlite::memory:", ""] {
        let error = Store::connect(url).await.err().expect("it is no address");
        assert!(matches!(error, StoreError::Address { .. }), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_outcome_is_named_and_a_damaged_state_is_folded_anew() -> Result<()> {
    let bench = Bench::sqlite().await?;
    let alert = new(alert(1, START));
    bench.store.alerts().record(alert.clone(), &bench.rules).await?;
    bench.store.observations().record(batch(path(1, &[1.0, 1.1])), START, &bench.rules).await?;
    bench.behind_its_back("UPDATE outcomes SET state = x'00'").await?;
    bench.store.observations().record(batch(path(1, &[1.0, 1.1, 1.2])), START, &bench.rules).await?;
    crate::observations::equals_a_fresh_fold(&bench, alert.alert.id).await?;

    bench.behind_its_back("UPDATE outcomes SET status = 'splendid'").await?;
    let error = bench.store.alerts().get(alert.alert.id).await.expect_err("no such status");
    assert!(matches!(&error, StoreError::Corrupt { what } if what.contains("splendid")), "{error:?}");
    bench.behind_its_back("UPDATE outcomes SET status = 'tracking', last_price_usd = -1").await?;
    assert!(matches!(bench.store.alerts().get(alert.alert.id).await, Err(StoreError::Corrupt { .. })));
    Ok(())
}
