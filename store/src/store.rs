//! The way in.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigratorTrait, SchemaManager};

use crate::alerts::{Alerts, Together};
use crate::configs::Configs;
use crate::dataset::Dataset;
use crate::engine::Engine;
use crate::error::{Doing, MigrationState, StoreError};
use crate::events::Events;
use crate::leases::Leases;
use crate::locking::Numbers;
use crate::migration::Migrator;
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

    /// Brings the tables up to date, all steps or none. Any number of processes may do so at once: one works, the others
    /// wait. A database that is ahead is [`StoreError::Schema`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let doing = "migrating the tables";
        let transaction = self.engine.begin_migration().await.doing(doing)?;
        if let state @ MigrationState::Ahead(_) = state_of(&transaction).await? {
            return Err(StoreError::Schema(state));
        }
        Migrator::up(&transaction, None).await.doing(doing)?;
        self.engine.renumber_changes(&transaction).await.doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// How its tables compare with those that this program knows. Changes nothing.
    pub async fn migration_state(&self) -> Result<MigrationState, StoreError> {
        // What SeaORM asks by itself has no limit in time.
        let state = tokio::time::timeout(self.engine.statement_timeout(), async { state_of(&self.engine.orm()).await });
        state.await.unwrap_or_else(|_| Err(StoreError::silent("reading which migrations were run")))
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

async fn state_of<C>(connection: &C) -> Result<MigrationState, StoreError>
where
    C: ConnectionTrait,
    for<'a> &'a C: sea_orm_migration::IntoSchemaManagerConnection<'a>,
{
    let doing = "reading which migrations were run";
    let applied: Vec<String> = if SchemaManager::new(connection).has_table("seaql_migrations").await.doing(doing)? {
        let models = Migrator::get_migration_models(connection).await.doing(doing)?;
        models.into_iter().map(|model| model.version).collect()
    } else {
        Vec::new()
    };
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let missing =
        |from: &[String], of: &[String]| of.iter().filter(|name| !from.contains(name)).cloned().collect::<Vec<_>>();
    let (ahead, pending) = (missing(&known, &applied), missing(&applied, &known));
    Ok(match (ahead.is_empty(), pending.is_empty()) {
        (false, _) => MigrationState::Ahead(ahead),
        (true, false) => MigrationState::Pending(pending),
        (true, true) => MigrationState::Current,
    })
}
