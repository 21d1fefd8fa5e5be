//! What can go wrong in the store, sorted by what its caller can do about it.

use sea_orm::DbErr;

/// Why the store could not do what was asked. Nothing was changed, except that after [`StoreError::Unavailable`] a
/// write may have been done all the same; every write of the store may safely be repeated.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is starting or stopping, or had no connection free in time. Try again later.
    #[error("the database is unavailable while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        source: DbErr,
    },
    /// No room is left where the database lives. Free some; then try again.
    #[error("the database's disk is full, found while {doing}")]
    DiskFull {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        source: DbErr,
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
    /// A text that the database cannot hold.
    #[error("{field} contains a NUL character, which cannot be stored")]
    NulInText {
        /// The field, by its name in messages.
        field: &'static str,
    },
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
        source: DbErr,
    },
}

impl StoreError {
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
