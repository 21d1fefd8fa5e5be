//! The way in.

use std::sync::Arc;

use crate::alerts::Alerts;
use crate::dataset::Dataset;
use crate::error::{MigrationState, StoreError};
use crate::observations::Observations;
use crate::options::{ConnectOptions, EngineKind};
use crate::outcomes::Outcomes;
use crate::pools::Pools;
use crate::recommendations::Recommendations;

/// An open database. Cheap to clone; clones share its connections.
#[derive(Clone)]
pub struct Store {
    kind: Arc<EngineKind>,
}

impl Store {
    /// Opens the database and checks that it answers. The tables are left as they are: see [`Store::migrate`].
    pub async fn connect(options: impl Into<ConnectOptions>) -> Result<Self, StoreError> {
        let _ = options.into();
        todo!()
    }

    /// Brings the tables up to date. Any number of processes may do so at once; one works, the others wait.
    /// A database that is ahead is [`StoreError::Schema`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// How its tables compare with those that this program knows. Changes nothing.
    pub async fn migration_state(&self) -> Result<MigrationState, StoreError> {
        todo!()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Waits for running work, then closes all connections, for every clone.
    pub async fn close(&self) {
        todo!()
    }

    /// Which kind of database this is.
    #[must_use]
    pub fn kind(&self) -> EngineKind {
        *self.kind
    }

    /// Alerts: recording, reading, listing.
    #[must_use]
    pub fn alerts(&self) -> Alerts<'_> {
        Alerts { store: self }
    }

    /// Observations: storing them, and keeping the outcomes up to date with them.
    #[must_use]
    pub fn observations(&self) -> Observations<'_> {
        Observations { store: self }
    }

    /// Outcomes: what is being followed, sealing, checking.
    #[must_use]
    pub fn outcomes(&self) -> Outcomes<'_> {
        Outcomes { store: self }
    }

    /// The pool that each token's price is taken from.
    #[must_use]
    pub fn pools(&self) -> Pools<'_> {
        Pools { store: self }
    }

    /// What the analysis loads.
    #[must_use]
    pub fn dataset(&self) -> Dataset<'_> {
        Dataset { store: self }
    }

    /// The ledger of what was recommended.
    #[must_use]
    pub fn recommendations(&self) -> Recommendations<'_> {
        Recommendations { store: self }
    }
}
