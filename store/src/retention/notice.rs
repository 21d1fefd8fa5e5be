//! Writing down that a week is old.

use domain::timestamp::Timestamp;

use super::weeks;
use crate::engine::Transaction;
use crate::error::StoreError;
use crate::week::Week;
use crate::write::Work;

/// Notes weeks that were not noted before.
pub(super) struct Notice<'a> {
    pub(super) weeks: &'a std::collections::BTreeSet<Week>,
    pub(super) now: Timestamp,
}

impl Work for Notice<'_> {
    type Done = ();
    const DOING: &'static str = "noting which weeks of prices are old";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        weeks::note(transaction, self.weeks, self.now).await
    }
}
