//! PostgreSQL for tests: a cluster per test process, started when the first test asks, and a fresh database for each.
//!
//! Nothing is left behind: databases go with their guard, and the cluster goes with the process, even when that is
//! killed ([`watchdog`]). `PERFTRACK_TEST_DATABASE_URL` names a running server to use instead; its user must be allowed
//! to create databases.
//!
//! [`proxy::Proxy`] stands between a server and its clients, and breaks the network between them when it is told to; a
//! [`SmallDisk`] can be full.

mod binaries;
mod cluster;
mod database;
pub mod proxy;
mod small_disk;
mod watchdog;

pub use cluster::{Cluster, Durability};
pub use database::{Database, database};
pub use small_disk::SmallDisk;
