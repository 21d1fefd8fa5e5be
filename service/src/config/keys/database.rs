//! The database that both services share, and who brings its tables up to date.

use std::time::Duration;

use super::{AnyKey, between, from_to};
use crate::config::{DatabaseUrl, Key, Migrate};

/// The settings of this file.
pub const DATABASE: &[&dyn AnyKey] = &[&DATABASE_URL, &DATABASE_CONNECTIONS, &DATABASE_TIMEOUT, &MIGRATE];

/// Where alerts, prices and outcomes are kept.
pub const DATABASE_URL: Key<DatabaseUrl> = Key::new(
    "database_url",
    "database-url",
    "URL",
    "The database that both services share: postgres://… or sqlite://…",
);

/// Connections that one process opens to Postgres at most.
pub const DATABASE_CONNECTIONS: Key<u32> = Key::new(
    "database_connections",
    "database-connections",
    "COUNT",
    "Connections to Postgres at most. Too few: requests wait for one another. Too many: the server refuses some",
)
.default("10")
.check(|count| from_to(*count, 1, 1_000));

/// How long the database may take to answer.
pub const DATABASE_TIMEOUT: Key<Duration> = Key::new(
    "database_timeout",
    "database-timeout",
    "DURATION",
    "How long the database may take for one statement or a commit before callers are told that it is unavailable. Too \
     short: large batches fail on a busy database. Too long: callers wait in vain for one that hangs",
)
.default("30s")
.check(|limit| between(*limit, Duration::from_millis(100), Duration::from_secs(600)));

/// Who brings the tables up to date.
pub const MIGRATE: Key<Migrate> = Key::new(
    "migrate",
    "migrate",
    "WHO",
    "Who brings the database's tables up to date. auto: this server, before it serves. wait: somebody else, with \
     `tracker-svc migrate up`; until then this server is not ready and says for what it waits (default: wait on Postgres, \
     auto for a SQLite file)",
);
