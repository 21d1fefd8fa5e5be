//! A database that is gone, busy, damaged or out of reach.

use std::time::Duration;

use anyhow::Result;
use sqlx::{Connection, Executor};
use store::alerts::Recording;
use store::observations::Reception;
use store::{ConnectOptions, Rules, Store, StoreError};
use throwaway_postgres::Cluster;
use throwaway_postgres::proxy::Proxy;

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

/// A store that reaches its database through a proxy, and gives up soon.
async fn behind_a_proxy() -> Result<(Bench, Proxy, Store)> {
    let bench = Bench::postgres().await?;
    let proxy = Proxy::before(&bench.url).await?;
    let limit = Duration::from_millis(300);
    let store = Store::connect(ConnectOptions { statement_timeout: limit, ..impatient(&proxy.url()) }).await?;
    Ok((bench, proxy, store))
}

/// Everything that a store does; each answers that the database is unavailable.
async fn all_is_unavailable(store: &Store, rules: &Rules) {
    let id = alert(1, START).id;
    for error in [
        store.alerts().record(new(alert(7, START)), rules).await.err(),
        store.observations().record(batch(path(1, &[1.0, 2.0])), START, rules).await.err(),
        store.alerts().get(id).await.err(),
        store.outcomes().follow_list(START).await.err(),
        store.outcomes().refold(id, rules).await.err(),
        store.dataset().revision().await.err(),
        store.migration_state().await.err(),
        store.ping().await.err(),
    ] {
        assert!(error.as_ref().is_some_and(StoreError::is_retryable), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_hangs_is_unavailable_and_its_late_answers_are_taken_for_no_others() -> Result<()> {
    let (bench, proxy, store) = behind_a_proxy().await?;
    let mut kept = Vec::new();
    for number in 1..=4 {
        let alert = new(alert(number, START));
        store.alerts().record(alert.clone(), &bench.rules).await?;
        kept.push(alert.alert.id);
    }
    for _ in 0..2 {
        proxy.hang();
        // More at once than there are connections, on warm ones and on such as have yet to be made.
        let alerts = store.alerts();
        let calls = kept.iter().cycle().take(12).map(|id| alerts.get(*id));
        for answer in futures::future::join_all(calls).await {
            assert!(answer.is_err_and(|error| error.is_retryable()));
        }
        all_is_unavailable(&store, &bench.rules).await;
        assert!(proxy.seen().held > 0);
        proxy.pass().await?;
        for id in kept.iter().cycle().take(40) {
            let record = store.alerts().get(*id).await?.expect("it was recorded");
            assert_eq!(record.alert.id, *id);
        }
        store.ping().await?;
    }
    store.alerts().record(new(alert(8, START)), &bench.rules).await?;
    assert!(proxy.seen().open <= 5, "those that were given up are closed: {:?}", proxy.seen());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_cut_or_refuses_is_unavailable_until_it_is_back() -> Result<()> {
    let (bench, proxy, store) = behind_a_proxy().await?;
    store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    proxy.refuse().await;
    proxy.cut();
    all_is_unavailable(&store, &bench.rules).await;
    proxy.pass().await?;
    store.alerts().record(new(alert(2, START)), &bench.rules).await?;
    proxy.cut();
    proxy.until(|seen| seen.open == 0).await;
    // At most the connection that broke is found broken.
    if let Err(error) = store.alerts().record(new(alert(3, START)), &bench.rules).await {
        assert!(error.is_retryable(), "{error:?}");
        store.alerts().record(new(alert(3, START)), &bench.rules).await?;
    }
    assert_eq!(bench.count("alerts").await?, 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_no_success_and_may_be_repeated() -> Result<()> {
    let (bench, proxy, store) = behind_a_proxy().await?;
    proxy.lose_answer_to(b"COMMIT");
    let alert = new(alert(1, START));
    let error = store.alerts().record(alert.clone(), &bench.rules).await.expect_err("nobody said that it is durable");
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(proxy.seen().lost, 1);
    let again = store.alerts().record(alert, &bench.rules).await?;
    assert_eq!(again, Recording::Duplicate { peak_taken: false }, "it was durable all the same");

    // The first also makes a partition, in a transaction of its own.
    store.observations().record(batch(path(1, &[1.0])), START, &bench.rules).await?;
    proxy.lose_answer_to(b"COMMIT");
    let prices = batch(path(1, &[1.0, 1.1]).split_off(1));
    let error = store.observations().record(prices.clone(), START, &bench.rules).await.expect_err("nobody said");
    assert!(error.is_retryable(), "{error:?}");
    let report = store.observations().record(prices, START, &bench.rules).await?;
    assert!(report.receptions.iter().all(|reception| *reception == Reception::Duplicate), "{report:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_give_up_leave_no_transaction_open_and_no_connection_behind() -> Result<()> {
    let bench = Bench::postgres().await?;
    let proxy = Proxy::before(&bench.url).await?;
    let store = Store::connect(options(&proxy.url())).await?;
    proxy.delay(Duration::from_millis(1));
    for number in 0..60_u32 {
        let prices = batch(path(1, &[1.0, f64::from(number + 2)]));
        let observations = store.observations();
        let call = observations.record(prices, START, &bench.rules);
        // In the middle of whatever it is at: waiting for a connection, BEGIN, a statement, COMMIT.
        let _ = tokio::time::timeout(Duration::from_micros(u64::from(number) * 400), call).await;
        let dataset = store.dataset();
        let _ = tokio::time::timeout(Duration::from_micros(u64::from(number) * 200), dataset.revision()).await;
    }
    proxy.pass().await?;
    // All connections are free: as many transactions as there are connections, at once.
    let calls = (2..10).map(|number| {
        let (store, rules) = (&store, &bench.rules);
        async move { store.alerts().record_many(vec![new(alert(number, START))], rules).await }
    });
    for answer in futures::future::join_all(calls).await {
        answer?;
    }
    store.close().await;
    bench
        .behind_its_back(
            "DO $$ BEGIN ASSERT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
         AND application_name = 'perftrack' AND state LIKE 'idle in transaction%'), 'left open'; END $$",
        )
        .await
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
    // An open outcome is read from its state, a sealed one from its columns.
    bench.behind_its_back("UPDATE outcomes SET status = 'tracking', state = x'00', last_price_usd = 1").await?;
    let error = bench.store.alerts().get(alert.alert.id).await.expect_err("its state is damaged");
    let named = alert.alert.id.to_string();
    assert!(matches!(&error, StoreError::Corrupt { what } if what.contains(&named)), "{error:?}");
    let later = START.plus(Duration::from_hours(60));
    bench.store.outcomes().seal_due(later, 10, &bench.rules).await?;
    crate::observations::equals_a_fresh_fold(&bench, alert.alert.id).await?;
    bench.behind_its_back("UPDATE outcomes SET last_price_usd = -1").await?;
    assert!(matches!(bench.store.alerts().get(alert.alert.id).await, Err(StoreError::Corrupt { .. })));
    Ok(())
}
