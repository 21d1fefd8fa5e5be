//! Recording alerts.

use domain::alert::{Alert, AlertId};
use domain::outcome::Happening;
use domain::timestamp::Timestamp;

/// An alert to record.
#[derive(Clone, Debug)]
pub struct NewAlert {
    /// The alert. Its id is its identity: set by the caller or made by the tracker.
    pub alert: Alert,
    /// SHA-256 of the request as it was sent, which tells a retry from another alert under the same id.
    pub request_hash: [u8; 32],
    /// When it arrived.
    pub recorded_at: Timestamp,
}

/// What became of a [`NewAlert`].
#[derive(Clone, Debug, PartialEq)]
pub enum Recording {
    /// It is stored.
    New {
        /// What the fold made of prices that were stored already; empty for a token that was not followed.
        happenings: Vec<Happening>,
    },
    /// It was stored before.
    Duplicate {
        /// Its recorded peak is trusted now and was not before; its outcome was folded anew.
        peak_taken: bool,
    },
    /// Another alert has this id. Nothing was stored.
    Conflict {
        /// The id.
        id: AlertId,
    },
    /// A text contains NUL, which cannot be stored. Nothing was stored.
    NulInText {
        /// The field, by its name in messages.
        field: &'static str,
    },
}
