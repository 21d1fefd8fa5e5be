//! Whether a server can do its work, asked again and again while it runs.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use store::{MigrationState, Store, StoreError};

/// How long an answer about the tables holds. They hardly ever change under a server's feet: where somebody restores an
/// old backup.
const TABLES_HOLD: Duration = Duration::from_secs(10);

/// Why a server cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// The database does not answer.
    #[error("{}", crate::status::with_causes(.0))]
    Database(StoreError),
    /// Its tables are older than this program.
    #[error("the database's tables are not up to date: {0}")]
    Tables(MigrationState),
    /// What the server does beside answering calls stands still.
    #[error("{0}")]
    Work(&'static str),
}

/// Asks a database. That others run a newer version on it, and took its tables further, is no reason to stop serving: so
/// it is in the middle of every upgrade.
pub struct Readiness {
    store: Store,
    tables: Mutex<Option<(Instant, MigrationState)>>,
}

impl Readiness {
    /// Of the database of `store`.
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self { store, tables: Mutex::new(None) }
    }

    /// Whether the database answers and its tables are not too old.
    ///
    /// # Errors
    /// Why a server on it is not ready.
    pub async fn check(&self) -> Result<(), NotReady> {
        self.store.ping().await.map_err(NotReady::Database)?;
        match self.state().await {
            Some(state @ MigrationState::Pending(_)) => Err(NotReady::Tables(state)),
            _ => Ok(()),
        }
    }

    /// The last known state of the tables; when all connections are busy, asking again has to wait.
    async fn state(&self) -> Option<MigrationState> {
        let known = self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, MigrationState::Current)) = &known
            && at.elapsed() < TABLES_HOLD
        {
            return Some(MigrationState::Current);
        }
        let asked = tokio::time::timeout(Duration::from_secs(1), self.store.migration_state()).await;
        let Ok(Ok(state)) = asked else { return known.map(|(_, state)| state) };
        *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), state.clone()));
        Some(state)
    }
}
