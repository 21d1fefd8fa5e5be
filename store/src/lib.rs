//! The database, and the only room that knows SeaORM: domain types go in and come out.
//!
//! [`Store`] opens a Postgres server (`postgres://…`) or a SQLite file (`sqlite://…`); what differs between them stands
//! in `engine/`. Each repository is one file and is reached through the store: [`Store::alerts`],
//! [`Store::observations`], [`Store::outcomes`], [`Store::pools`], [`Store::dataset`], [`Store::recommendations`],
//! [`Store::events`], [`Store::leases`], [`Store::configs`], [`Store::policies`],
//! [`Store::retention`].
//!
//! Whatever was answered with `Ok` is durable. Everything that folds prices into outcomes locks its tokens first, so
//! that any number of writers, in any number of processes, lose no update.

pub mod alerts;
mod bars;
pub mod configs;
pub mod dataset;
mod engine;
mod entity;
mod error;
pub mod events;
mod folding;
pub mod leases;
mod locking;
mod migrate;
mod migration;
pub mod observations;
mod options;
pub mod outcomes;
pub mod policies;
pub mod pools;
pub mod recommendations;
mod records;
pub mod retention;
mod rules;
mod snapshots;
mod store;
mod stored;
mod week;
mod write;

pub use error::{DriverError, MigrationState, StoreError};
pub use options::{ConnectOptions, Durability, EngineKind};
pub use rules::Rules;
pub use store::Store;
