//! Opening the database, and waiting until it is there and its tables are those that this program knows.

use std::time::{Duration, Instant};

use store::{ConnectOptions, MigrationState, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::config::Migrate;

/// The time between two looks at a database that is not ready.
const INTERVAL: Duration = Duration::from_secs(1);
/// What is waited for is said again after this time.
const REMINDER: Duration = Duration::from_secs(60);
/// How long the connections may take to end.
const CLOSING: Duration = Duration::from_secs(5);

/// Opens the database and sees to its tables, or waits until somebody else has; says in the log for what it waits.
/// `None` when stopped before.
///
/// # Errors
/// What no waiting helps against: a wrong password, or tables of a newer version.
pub async fn open(
    options: &ConnectOptions,
    migrate: Migrate,
    stop: &CancellationToken,
) -> Result<Option<Store>, StoreError> {
    let mut opened = None;
    // A step of a migration that is broken off was never taken.
    let store = match stop.run_until_cancelled(waited_for(options, migrate, &mut opened)).await {
        Some(Ok(store)) => return Ok(Some(store)),
        Some(Err(error)) => Err(error),
        None => Ok(None),
    };
    if let Some(store) = opened {
        close(&store).await;
    }
    store
}

async fn waited_for(
    options: &ConnectOptions,
    migrate: Migrate,
    opened: &mut Option<Store>,
) -> Result<Store, StoreError> {
    let mut told: Option<(String, Instant)> = None;
    loop {
        let trouble = match look(options, migrate, opened).await {
            Err(error) if may_pass(&error) => error,
            ended => return ended,
        };
        let text = crate::status::with_causes(&trouble);
        if told.as_ref().is_none_or(|(said, at)| *said != text || at.elapsed() >= REMINDER) {
            match &trouble {
                StoreError::Schema(MigrationState::Pending(steps)) => tracing::warn!(
                    migrations.pending = steps.join(", "),
                    "waiting for the database's tables: somebody has to run `tracker-svc migrate up`"
                ),
                _ => tracing::warn!(error.message = text, "waiting for the database"),
            }
            told = Some((text, Instant::now()));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn look(options: &ConnectOptions, migrate: Migrate, opened: &mut Option<Store>) -> Result<Store, StoreError> {
    let store = match opened {
        Some(store) => store,
        None => opened.insert(Store::connect(options.clone()).await?),
    };
    if migrate == Migrate::Auto {
        let steps = store.migrate().await?;
        if !steps.is_empty() {
            tracing::info!(migrations.taken = steps.join(", "), "the tables are brought up to date");
        }
        return Ok(store.clone());
    }
    match store.migration_state().await? {
        MigrationState::Current => Ok(store.clone()),
        state => Err(StoreError::Schema(state)),
    }
}

/// Whether it may be otherwise in a while.
const fn may_pass(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::Schema(MigrationState::Pending(_)))
}

/// Closes the connections; whoever still works on one is not waited for for long.
pub async fn close(store: &Store) {
    if tokio::time::timeout(CLOSING, store.close()).await.is_err() {
        tracing::warn!(waited_ms = CLOSING.as_millis(), "the database's connections did not end in time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_does_not_wait_for_a_database_that_takes_connections_and_never_answers() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://perftrack@{}/perftrack", silent.local_addr().unwrap());
        let options = ConnectOptions { acquire_timeout: Duration::from_hours(1), ..ConnectOptions::from(url) };
        let stop = CancellationToken::new();
        let stopped = async {
            let connection = silent.accept().await.unwrap();
            stop.cancel();
            connection
        };
        let (opened, _connection) = tokio::join!(open(&options, Migrate::Wait, &stop), stopped);
        assert!(opened.unwrap().is_none());
    }
}
