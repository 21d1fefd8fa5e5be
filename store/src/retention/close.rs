//! Closing a week: from then on nothing is stored in it.

use domain::timestamp::Timestamp;

use super::weeks;
use crate::engine::Transaction;
use crate::entity::price_week::Column;
use crate::error::StoreError;
use crate::week::Week;
use crate::write::Work;

/// Closes a week, unless it is still needed.
pub(super) struct Close {
    pub(super) week: Week,
    pub(super) now: Timestamp,
    /// It must have been noticed by then.
    pub(super) noticed_before: Timestamp,
}

/// Whether it is closed now.
pub(super) enum Closed {
    Yes,
    JustNoticed,
    Needed { unsealed: u64 },
}

impl Work for Close {
    type Done = Closed;
    const DOING: &'static str = "closing a week of prices";

    async fn run(&self, transaction: &Transaction) -> Result<Closed, StoreError> {
        let Self { week, now, noticed_before } = self;
        // Waits for those who are storing prices of that week.
        let Some(row) = weeks::lock(transaction, *week).await? else { return Ok(Closed::JustNoticed) };
        if row.closed_at.is_some() {
            return Ok(Closed::Yes);
        }
        if row.noticed_at.0 > *noticed_before {
            return Ok(Closed::JustNoticed);
        }
        match weeks::unsealed(transaction, *week).await? {
            0 => weeks::advance(transaction, *week, Column::ClosedAt, *now).await.map(|()| Closed::Yes),
            unsealed => Ok(Closed::Needed { unsealed }),
        }
    }
}
