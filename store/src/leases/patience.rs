//! How long a transaction that touches leases may keep others waiting.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr};

use crate::engine::Transaction;

/// Shorter than a lease, so that nobody who is stuck holds up a takeover for longer than one.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    lease: Duration,
}

impl Patience {
    pub(super) const fn of(lease: Duration) -> Self {
        Self { lease }
    }

    /// Has the server end this transaction, with its session, where its client says nothing for half a lease, or does not
    /// take what is sent to it; and has it not wait for any lock for longer than that.
    pub(super) async fn limit(self, transaction: &Transaction) -> Result<(), DbErr> {
        let most_ms = (self.lease / 2).as_millis().max(1);
        match transaction.limit_patience(most_ms) {
            Some(sql) => transaction.execute_unprepared(&sql).await.map(|_| ()),
            None => Ok(()),
        }
    }
}
