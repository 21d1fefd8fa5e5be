//! The database of one run, which may be taken away for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use domain::timestamp::Timestamp;
use store::{ConnectOptions, Durability, Store};
use tempfile::TempDir;
use throwaway_postgres::Cluster;

use crate::arguments::EngineName;

pub struct Database {
    engine: Engine,
    away: Mutex<Vec<(Timestamp, Timestamp)>>,
}

enum Engine {
    Sqlite(TempDir),
    /// A server that keeps what it acknowledged when it is killed.
    Postgres {
        database: throwaway_postgres::Database,
        cluster: Cluster,
    },
}

impl Database {
    /// An empty one with its tables.
    pub async fn start(engine: EngineName) -> anyhow::Result<Self> {
        let engine = match engine {
            EngineName::Sqlite => Engine::Sqlite(tempfile::tempdir().context("making a folder for the database")?),
            EngineName::Postgres => {
                let cluster = Cluster::lasting().await?;
                Engine::Postgres { database: cluster.database().await?, cluster }
            }
        };
        let database = Self { engine, away: Mutex::default() };
        let store = database.open().await?;
        store.migrate().await.context("making the tables")?;
        store.close().await;
        Ok(database)
    }

    pub fn url(&self) -> String {
        match &self.engine {
            Engine::Sqlite(folder) => format!("sqlite://{}", folder.path().join("perftrack.db").display()),
            Engine::Postgres { database, .. } => database.url().to_owned(),
        }
    }

    pub async fn open(&self) -> anyhow::Result<Store> {
        Store::connect(self.options()).await.context("opening the database")
    }

    pub fn options(&self) -> ConnectOptions {
        options(&self.url())
    }

    /// Whether it can be taken away.
    pub const fn may_go(&self) -> bool {
        matches!(self.engine, Engine::Postgres { .. })
    }

    /// Ends it: in order, or as the kernel does when memory runs out.
    pub async fn go(&self, killed: bool) -> anyhow::Result<()> {
        match &self.engine {
            Engine::Postgres { cluster, .. } if killed => cluster.kill().await,
            Engine::Postgres { cluster, .. } => cluster.stop().await,
            Engine::Sqlite(_) => Ok(()),
        }
    }

    /// Starts it again after it was away between these moments.
    pub async fn come_back(&self, from: Timestamp, to: Timestamp) -> anyhow::Result<()> {
        if let Engine::Postgres { cluster, .. } = &self.engine {
            cluster.start().await?;
        }
        self.away.lock().unwrap_or_else(PoisonError::into_inner).push((from, to));
        Ok(())
    }

    /// How much of a time it was away.
    pub fn away(&self, from: Timestamp, to: Timestamp) -> Duration {
        let away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.iter().map(|(left, back)| to.min(*back).since(from.max(*left))).sum()
    }
}

/// How the trackers and the driver open it. A SQLite file must survive the end of a process, not of the machine; the
/// Postgres server sees to that itself.
pub fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::from(url);
    if url.starts_with("sqlite:") {
        options.durability = Durability::Relaxed;
    }
    options
}
