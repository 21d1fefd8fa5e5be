//! What the store's errors are to a caller.

use std::time::Duration;

use store::StoreError;
use store::events::CursorProblem;

use super::{Reason, Rejection, Violations};

/// Long enough for a database to restart, short enough for a bot to wait.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Somebody has to make room first.
const RETRY_WHEN_FULL: Duration = Duration::from_secs(30);

impl From<StoreError> for Rejection {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable { doing, .. } => {
                tracing::warn!(error.message = %super::with_causes(&error), "the database is unavailable");
                let message = format!("the database is unavailable while {doing}; nothing is lost, try again");
                Self::unavailable(Reason::StoreUnavailable, message, RETRY_AFTER)
            }
            StoreError::DiskFull { .. } => {
                tracing::error!(error.message = %super::with_causes(&error), "the database is full");
                Self::exhausted(Reason::StoreFull, error.to_string()).retry_after(RETRY_WHEN_FULL)
            }
            StoreError::PolicyChanged { .. } => Self::failed_precondition(Reason::PolicyChanged, error.to_string()),
            StoreError::Schema(_) => Self::failed_precondition(Reason::StoreSchema, error.to_string()),
            StoreError::NulInText { field } => {
                let mut violations = Violations::new();
                violations.add(*field, "must not contain the NUL character");
                violations.into()
            }
            StoreError::Position { .. } => {
                let mut violations = Violations::new();
                violations.add("page_token", "is not one that an earlier page of this list gave");
                violations.into()
            }
            StoreError::Cursor(CursorProblem::Foreign) => {
                let mut violations = Violations::new();
                violations.add("cursor", "belongs to another database: leave it empty to watch from now on");
                violations.into()
            }
            StoreError::Cursor(CursorProblem::Pruned | CursorProblem::Ahead) => {
                let message =
                    format!("{error}; watch from now on with an empty cursor, and list alerts for what was missed");
                Self::out_of_range(Reason::CursorOutOfRange, message)
            }
            StoreError::Corrupt { .. } => {
                tracing::error!(error.message = %super::with_causes(&error), "the database is damaged");
                Self::data_loss("what is stored there cannot be read; the server's log has the cause")
            }
            // No call writes under a lease.
            StoreError::LeaseLost { .. } => Self::internal("writing under a lease", &error),
            StoreError::Address { .. } => Self::internal("reaching the database", &error),
            StoreError::Refused { doing, .. } => Self::internal(doing, &error),
        }
    }
}
