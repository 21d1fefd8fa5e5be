//! What happened to alerts, in one order that everybody sees: for those who watch.
//!
//! An event is written in the transaction that makes it happen, so that there is none without its cause, and no cause
//! without it. Of one alert they are in the order in which they happened. Readers go on from a [`Cursor`], and miss
//! nothing that is committed late.

mod cursor;
mod kind;
mod prune;
mod read;
mod record;

use std::sync::Arc;
use std::time::Duration;

use domain::alert::AlertId;
use domain::outcome::Happening;
use domain::timestamp::Timestamp;
use domain::token::Token;
use tokio::sync::watch;

pub use cursor::{Cursor, NoCursor};
pub use kind::Kind;
pub use read::{EventReader, Page};
pub(crate) use record::{tell, tell_recorded};

use crate::error::StoreError;
use crate::store::Store;

/// See [`Store::events`].
#[derive(Clone, Copy)]
pub struct Events<'a> {
    pub(crate) store: &'a Store,
}

/// Something that happened to an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Stands right behind this event.
    pub cursor: Cursor,
    /// The alert.
    pub alert_id: AlertId,
    /// Its token, named as the alert names it.
    pub token: Token,
    /// When: of prices, the moment for which they held.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The alert was recorded.
    AlertRecorded,
    /// Something happened to its price or its outcome.
    Happened(Happening),
}

/// Why events cannot be read on from a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorProblem {
    /// Its events are those of another database.
    #[error("it belongs to another database")]
    Foreign,
    /// Events after it are no longer kept.
    #[error("events after it are no longer kept")]
    Pruned,
    /// It stands behind events that this database does not have, as one does that was restored from an older copy.
    #[error("this database has no such event; it may have been restored from an older copy")]
    Ahead,
}

/// How long a new reader waits for a transaction that is under way, so as not to begin behind its events.
const PATIENCE: Duration = Duration::from_secs(1);

impl Events<'_> {
    /// Stands behind all that was there before this was called: where one begins who wants to know what happens from now
    /// on.
    pub async fn newest(&self) -> Result<Cursor, StoreError> {
        read::newest(&self.store.engine, PATIENCE).await
    }

    /// Reads on after `cursor`. [`StoreError::Cursor`] where that is not possible.
    pub async fn after(&self, cursor: Cursor) -> Result<EventReader, StoreError> {
        let log = read::log(&self.store.engine).await?;
        let problem = if log.log_id != cursor.log_id {
            Some(CursorProblem::Foreign)
        } else if cursor.event_id > log.last_given.max(log.pruned_to) {
            Some(CursorProblem::Ahead)
        } else if cursor.event_id < log.pruned_to {
            Some(CursorProblem::Pruned)
        } else {
            None
        };
        match problem {
            Some(problem) => Err(StoreError::Cursor(problem)),
            None => Ok(EventReader::new(Arc::clone(&self.store.engine), cursor)),
        }
    }

    /// Removes the oldest events, as long as they were recorded before `before`; returns how many. Those who stand before
    /// one of them cannot read on.
    pub async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        prune::prune(&self.store.engine, before).await
    }

    /// Changes whenever this process has written events. Those that other processes write are found by looking.
    #[must_use]
    pub fn written(&self) -> watch::Receiver<u64> {
        self.store.engine.events().subscribe()
    }
}
