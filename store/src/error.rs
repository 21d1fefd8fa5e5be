//! What can go wrong in the store, sorted by what its caller can do about it.

mod driver;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use crate::events::CursorProblem;

pub use driver::DriverError;

/// Why the store could not do what was asked. Nothing was changed, except that after [`StoreError::Unavailable`] a
/// write may have been done all the same; every write of the store may safely be repeated.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is starting or stopping, or had no connection free in time. Try again later.
    #[error("the database is unavailable while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        source: DriverError,
    },
    /// No room is left where the database lives. Free some; then try again.
    #[error("the database's disk is full, found while {doing}")]
    DiskFull {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        source: DriverError,
    },
    /// What is stored cannot be what was written: the file is damaged, or something else wrote to it.
    #[error("the database holds something unreadable: {what}")]
    Corrupt {
        /// What cannot be read, and where it is.
        what: String,
    },
    /// The database's tables are not the ones that this program knows.
    #[error("the database's tables do not fit this program: {0}")]
    Schema(MigrationState),
    /// Another tracker has taken over some of the shards that this was to be written under. Ask what is still held; what
    /// was polled for the lost ones is another's to write.
    #[error("another tracker has taken over {} shards of tokens meanwhile", shards.len())]
    LeaseLost {
        /// The shards that are no longer held.
        shards: std::collections::BTreeSet<crate::leases::Shard>,
    },
    /// A text that the database cannot hold.
    #[error("{field} contains a NUL character, which cannot be stored")]
    NulInText {
        /// The field, by its name in messages.
        field: &'static str,
    },
    /// A policy whose version stands for other parameters.
    #[error(
        "the outcome policy of version {version} is registered with other parameters ({differences}): give this one a \
         `version` of its own, higher than any before, for outcomes carry it"
    )]
    PolicyChanged {
        /// The version.
        version: i32,
        /// Which parameters differ, and how.
        differences: String,
    },
    /// A place in a list that cannot be one of this list.
    #[error("the position to go on from is not one of a list ordered by {order}")]
    Position {
        /// The order that was asked for.
        order: String,
    },
    /// Events cannot be read on from a cursor.
    #[error("cannot read events on from this cursor: {0}")]
    Cursor(CursorProblem),
    /// The database's address is not one.
    #[error("{url:?} is no address of a database: {reason}")]
    Address {
        /// The address, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused a statement. This is a mistake in this program, or a missing permission.
    #[error("the database refused while {doing}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        source: DriverError,
    },
}

impl StoreError {
    /// The store is being closed.
    pub(crate) fn closing(doing: &'static str) -> Self {
        Self::sorted(doing, DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::PoolClosed.into())))
    }

    /// The database gave no answer in time.
    pub(crate) fn silent(doing: &'static str) -> Self {
        let silence = std::io::Error::from(std::io::ErrorKind::TimedOut);
        Self::sorted(doing, DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::Io(silence).into())))
    }

    /// What the driver said, where it said anything.
    pub(crate) const fn driver(&self) -> Option<&DbErr> {
        match self {
            Self::Unavailable { source, .. } | Self::DiskFull { source, .. } | Self::Refused { source, .. } => {
                Some(source.kind())
            }
            _ => None,
        }
    }

    /// Whether the same call may work later without anybody changing anything.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// How the tables that a database has compare with those that this program knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// The same.
    Current,
    /// These steps have not been taken yet: run `migrate`.
    Pending(Vec<String>),
    /// A newer program has taken these steps: use that one.
    Ahead(Vec<String>),
}

impl std::fmt::Display for MigrationState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Current => f.write_str("up to date"),
            Self::Pending(steps) => write!(f, "run the migrations first; pending: {}", steps.join(", ")),
            Self::Ahead(steps) => write!(f, "use a newer version of perftrack; unknown here: {}", steps.join(", ")),
        }
    }
}

impl StoreError {
    /// Sorts what the driver said while `doing` something.
    pub(crate) fn sorted(doing: &'static str, source: DbErr) -> Self {
        let source = DriverError::from(source);
        let Some(error) = driver_error(source.kind()) else { return Self::Refused { doing, source } };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable { doing, source },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt { what: format!("{error}, while {doing}") }
            }
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                match class_of(&code) {
                    Class::Unavailable => Self::Unavailable { doing, source },
                    Class::DiskFull => Self::DiskFull { doing, source },
                    Class::Corrupt => Self::Corrupt { what: format!("{source}, while {doing}") },
                    Class::Other => Self::Refused { doing, source },
                }
            }
            _ => Self::Refused { doing, source },
        }
    }
}

/// Turns what the driver said into a [`StoreError`].
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::sorted(doing, error))
    }
}

/// The database's own code for an error: an SQLSTATE of five characters, or SQLite's number.
pub(crate) fn code(error: &DbErr) -> Option<String> {
    driver_error(error)?.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

/// Whether a row with the same key is there already.
pub(crate) fn is_unique_violation(error: &DbErr) -> bool {
    driver_error(error)
        .and_then(sqlx::Error::as_database_error)
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// What sqlx said, where it was sqlx.
pub(crate) fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(&sqlx::Error::PoolTimedOut),
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Some(&sqlx::Error::PoolClosed),
        _ => None,
    }
}

enum Class {
    Unavailable,
    DiskFull,
    Corrupt,
    Other,
}

fn class_of(code: &str) -> Class {
    if code.len() == 5 {
        return match code {
            // The server is out of something, is going down or coming up, gave up on us, or we on it.
            "53100" => Class::DiskFull,
            "40001" | "40P01" | "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => {
                Class::Unavailable
            }
            // It has become a standby: another one takes writes now. Or its disk fails.
            "25006" | "58030" => Class::Unavailable,
            "XX001" | "XX002" => Class::Corrupt,
            _ if code.starts_with("08") || code.starts_with("53") => Class::Unavailable,
            _ => Class::Other,
        };
    }
    // The lowest byte of SQLite's extended codes is the code proper.
    match code.parse::<u32>().map(|code| code & 0xff) {
        // PERM, BUSY, LOCKED, READONLY, IOERR, CANTOPEN: whoever took the file away can give it back.
        Ok(3 | 5 | 6 | 8 | 10 | 14) => Class::Unavailable,
        Ok(13) => Class::DiskFull,
        // CORRUPT, NOTADB.
        Ok(11 | 26) => Class::Corrupt,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_database_that_will_be_back() {
        assert!(matches!(class_of("53100"), Class::DiskFull));
        assert!(matches!(class_of("13"), Class::DiskFull));
        for transient in ["57P03", "53300", "08006", "40P01", "5", "261", "517"] {
            assert!(matches!(class_of(transient), Class::Unavailable), "{transient}");
        }
        assert!(matches!(class_of("23505"), Class::Other));
        assert!(matches!(class_of("267"), Class::Corrupt));
    }
}
