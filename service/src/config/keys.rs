//! Every setting of the services, by what it is about, and which program reads which. A name that only another program
//! needs is no error, so that one file or one environment can serve them all.

mod analysis;
mod database;
mod logging;
mod security;
mod serving;
mod sources;
mod tracker;

use std::time::Duration;

use super::AnyKey;
use crate::telemetry::TELEMETRY;

pub use analysis::*;
pub use database::*;
pub use logging::*;
pub use security::*;
pub use serving::*;
pub use sources::*;
pub use tracker::*;

/// The settings that both servers read.
const SHARED: [&[&dyn AnyKey]; 6] = [DATABASE, SERVING, SERVING_ANYWHERE, SECURITY, LOGGING, TELEMETRY];

/// A program's name, and what it reads.
pub type Program = (&'static str, fn() -> Vec<&'static dyn AnyKey>);

/// The programs that read settings, each with those that it reads.
pub const PROGRAMS: [Program; 3] = [("tracker-svc", tracker_svc), ("analysis-svc", analysis_svc), ("perfctl dev", dev)];

/// What `tracker-svc` reads.
#[must_use]
pub fn tracker_svc() -> Vec<&'static dyn AnyKey> {
    [&[&TRACKER_LISTEN_ADDR as &dyn AnyKey], SHARED.concat().as_slice(), TRACKER, SOURCES].concat()
}

/// What `analysis-svc` reads.
#[must_use]
pub fn analysis_svc() -> Vec<&'static dyn AnyKey> {
    [&[&ANALYSIS_LISTEN_ADDR as &dyn AnyKey], SHARED.concat().as_slice(), ANALYSIS].concat()
}

/// What `perfctl dev` reads: where the database is and where to listen are flags of its own, and no balancer has to notice
/// that it stops.
#[must_use]
pub fn dev() -> Vec<&'static dyn AnyKey> {
    [TRACKER, SOURCES, ANALYSIS, SERVING_ANYWHERE, SECURITY, LOGGING, TELEMETRY].concat()
}

/// Every key, whoever reads it; one for each name.
#[must_use]
pub fn all() -> Vec<&'static dyn AnyKey> {
    [&[&TRACKER_LISTEN_ADDR as &dyn AnyKey], SHARED.concat().as_slice(), TRACKER, SOURCES, ANALYSIS].concat()
}

/// Environment variables of the product that are no settings of a service: the file's name, what the client reads, and the
/// tests' database.
pub const OTHER_VARIABLES: &[&str] = &[
    "PERFTRACK_CONFIG",
    "PERFTRACK_TRACKER_URL",
    "PERFTRACK_ANALYSIS_URL",
    "PERFTRACK_CONTEXT",
    "PERFTRACK_CONTEXTS_FILE",
    "PERFTRACK_TOKEN",
    "PERFTRACK_TOKEN_FILE",
    "PERFTRACK_ALLOW_PLAINTEXT_TOKEN",
    "PERFTRACK_CA_FILE",
    "PERFTRACK_CLIENT_CERT_FILE",
    "PERFTRACK_CLIENT_KEY_FILE",
    "PERFTRACK_TEST_DATABASE_URL",
    "PERFTRACK_BENCH_PYTHON",
];

fn between(value: Duration, least: Duration, most: Duration) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("not between {} and {}", humantime::format_duration(least), humantime::format_duration(most)))
}

fn from_to(value: u32, least: u32, most: u32) -> Result<(), String> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(format!("not between {least} and {most}")) }
}
