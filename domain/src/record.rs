//! An alert together with what became of it: the row that lists, filters, summaries and the analysis read.

use crate::alert::Alert;
use crate::outcome::Outcome;
use crate::timestamp::Timestamp;

/// An alert, when it was recorded, and its outcome so far.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRecord {
    /// The alert as it was recorded.
    pub alert: Alert,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}
