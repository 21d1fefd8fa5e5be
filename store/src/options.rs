//! How to reach the database.

use std::time::Duration;

use crate::error::StoreError;

/// The two kinds of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// A PostgreSQL server: shared, for production.
    Postgres,
    /// A SQLite file: embedded, the default.
    Sqlite,
}

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What was answered with `Ok` survives a power failure.
    #[default]
    Full,
    /// It survives the end of this process, but not a power failure: for demonstrations and tests.
    Relaxed,
}

/// How to reach the database. `"postgres://…".into()` and `"sqlite://…".into()` give the defaults.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// `postgres://user:password@host/database` or `sqlite:///path/to/file`; a SQLite file is made when missing.
    pub url: String,
    /// How many connections are opened at most. Too few and callers wait for one; more than the server allows and they
    /// are refused. On SQLite this counts the readers; there is always exactly one writer. One more, on either, only ever
    /// asks whether the database answers.
    pub max_connections: u32,
    /// How long a caller waits for a free connection before [`crate::StoreError::Unavailable`]. On SQLite also how
    /// long a writer waits for another process's.
    pub acquire_timeout: Duration,
    /// How long the database may take for one statement, to begin or to commit, before
    /// [`crate::StoreError::Unavailable`]: a database that hangs, and a network that was cut in silence, never answer. A
    /// Postgres server is told to give up a little earlier, and to wait for another's lock for half of it. Too short and
    /// large batches fail on a busy database; too long and callers wait in vain. Migrations have no such limit.
    pub statement_timeout: Duration,
    /// Whether a commit waits for the disk.
    pub durability: Durability,
}

impl<T: Into<String>> From<T> for ConnectOptions {
    fn from(url: T) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            durability: Durability::Full,
        }
    }
}

impl ConnectOptions {
    /// With this limit for a statement, and none longer for a connection.
    #[must_use]
    pub fn with_timeout(self, limit: Duration) -> Self {
        Self { statement_timeout: limit, acquire_timeout: self.acquire_timeout.min(limit), ..self }
    }

    /// What the address names.
    pub fn kind(&self) -> Result<EngineKind, StoreError> {
        match self.url.split_once(':').map(|(scheme, _)| scheme) {
            Some("postgres" | "postgresql") => Ok(EngineKind::Postgres),
            Some("sqlite") => Ok(EngineKind::Sqlite),
            _ => Err(self.no_address(&"it begins with neither postgres:// nor sqlite://")),
        }
    }

    pub(crate) fn no_address(&self, reason: &dyn std::fmt::Display) -> StoreError {
        StoreError::Address { url: self.shown_url(), reason: reason.to_string() }
    }

    /// The address without its password, and without its query, where one may also stand: fit for logs.
    #[must_use]
    pub fn shown_url(&self) -> String {
        let address = self.url.split('?').next().unwrap_or_default();
        match (address.split_once("://"), address.rsplit_once('@')) {
            (Some((scheme, rest)), Some((_, server))) => {
                let user = rest.split([':', '@']).next().unwrap_or_default();
                format!("{scheme}://{user}@{server}")
            }
            (Some((scheme, _)), None) if self.url.contains('@') => format!("{scheme}://…"),
            _ => address.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_a_password() {
        for (url, shown) in [
            ("postgres://bot:hunter2@db:5432/bots?sslmode=require", "postgres://bot@db:5432/bots"),
            ("postgres://bot@db/bots?password=hun@ter2", "postgres://bot@db/bots"),
            ("postgres://db/bots?password=hunter2", "postgres://db/bots"),
            ("postgres://bot:hun?ter2@db/bots", "postgres://…"),
            ("sqlite:///data/bots.db?mode=ro", "sqlite:///data/bots.db"),
        ] {
            assert_eq!(ConnectOptions::from(url).shown_url(), shown);
        }
    }
}
