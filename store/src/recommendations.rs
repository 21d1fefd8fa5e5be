//! The ledger of recommendations: what was said, when, and on which data.

use domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::store::Store;

/// See [`Store::recommendations`].
#[derive(Clone, Copy)]
pub struct Recommendations<'a> {
    pub(crate) store: &'a Store,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Identifies it.
    pub id: Uuid,
    /// When it was said.
    pub recommended_at: Timestamp,
    /// `high`, `medium` or `low`.
    pub priority: String,
    /// `certified`, `suggestive` or `question`.
    pub confidence: String,
    /// What it is about, in words.
    pub issue: String,
    /// The whole recommendation, as the analysis writes it down.
    pub content: serde_json::Value,
}

impl Recommendations<'_> {
    /// Adds lines. One that is there already, by its id, stays as it is.
    pub async fn add(&self, entries: Vec<LedgerEntry>) -> Result<(), StoreError> {
        let _ = entries;
        todo!()
    }

    /// The newest lines, at most `limit`.
    pub async fn newest(&self, limit: u64) -> Result<Vec<LedgerEntry>, StoreError> {
        let _ = limit;
        todo!()
    }
}
