//! The way in.

use std::sync::Arc;

use crate::alerts::{Alerts, Together};
use crate::configs::Configs;
use crate::dataset::Dataset;
use crate::engine::Engine;
use crate::error::{Doing, StoreError};
use crate::events::Events;
use crate::leases::Leases;
use crate::locking::Numbers;
use crate::observations::Observations;
use crate::options::{ConnectOptions, EngineKind};
use crate::outcomes::Outcomes;
use crate::policies::{KnownPolicies, Policies};
use crate::pools::Pools;
use crate::recommendations::Recommendations;
use crate::retention::Retention;

/// An open database. Cheap to clone; clones share its connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) engine: Arc<Engine>,
    pub(crate) together: Arc<Together>,
    pub(crate) policies: Arc<KnownPolicies>,
    pub(crate) numbers: Arc<Numbers>,
}

impl Store {
    /// Opens the database and checks that it answers. The tables are left as they are: see [`Store::migrate`].
    pub async fn connect(options: impl Into<ConnectOptions>) -> Result<Self, StoreError> {
        let engine = Engine::open(&options.into()).await?;
        // While one transaction waits for the disk, another can be written; SQLite has but one writer.
        let turns = match engine.kind() {
            EngineKind::Postgres => 2,
            EngineKind::Sqlite => 1,
        };
        Ok(Self {
            engine: Arc::new(engine),
            together: Together::new(turns),
            policies: Arc::default(),
            numbers: Arc::default(),
        })
    }

    /// Whether the database answers, asked on a connection of its own, so that busy ones do not count as silence. Takes no
    /// longer than [`ConnectOptions::acquire_timeout`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.engine.probe().await.doing("asking whether the database answers")
    }

    /// Waits for running work, then closes all connections, for every clone.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// Which kind of database this is.
    #[must_use]
    pub fn kind(&self) -> EngineKind {
        self.engine.kind()
    }

    /// Alerts: recording, reading, listing.
    #[must_use]
    pub const fn alerts(&self) -> Alerts<'_> {
        Alerts { store: self }
    }

    /// Observations: storing them, and keeping the outcomes up to date with them.
    #[must_use]
    pub const fn observations(&self) -> Observations<'_> {
        Observations { store: self, fence: None }
    }

    /// Outcomes: what is being followed, sealing, checking.
    #[must_use]
    pub const fn outcomes(&self) -> Outcomes<'_> {
        Outcomes { store: self, fence: None }
    }

    /// The outcome policies that were ever in force.
    #[must_use]
    pub const fn policies(&self) -> Policies<'_> {
        Policies { store: self }
    }

    /// How long prices are kept raw, and what becomes of them then.
    #[must_use]
    pub const fn retention(&self) -> Retention<'_> {
        Retention { store: self }
    }

    /// The pool that each token's price is taken from.
    #[must_use]
    pub const fn pools(&self) -> Pools<'_> {
        Pools { store: self }
    }

    /// What the analysis loads.
    #[must_use]
    pub const fn dataset(&self) -> Dataset<'_> {
        Dataset { store: self }
    }

    /// The bot's configs.
    #[must_use]
    pub const fn configs(&self) -> Configs<'_> {
        Configs { store: self }
    }

    /// What happened to alerts, for those who watch.
    #[must_use]
    pub const fn events(&self) -> Events<'_> {
        Events { store: self }
    }

    /// Which tracker polls which tokens.
    #[must_use]
    pub const fn leases(&self) -> Leases<'_> {
        Leases { store: self }
    }

    /// The ledger of what was recommended.
    #[must_use]
    pub const fn recommendations(&self) -> Recommendations<'_> {
        Recommendations { store: self }
    }
}
