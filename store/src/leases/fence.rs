//! What a tracker holds, as it shows it with everything that it writes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::token::TokenKey;

use super::patience::Patience;
use super::{Holder, Shard};
use crate::engine::{Rows, Transaction};
use crate::error::{Doing, StoreError};

/// Shards that a tracker holds, each under an epoch. See [`crate::observations::Observations::under`] and
/// [`crate::outcomes::Outcomes::under`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    pub(super) holder: Holder,
    pub(super) lease: Duration,
    pub(super) epochs: BTreeMap<Shard, i64>,
}

impl Fence {
    /// One that holds nothing.
    #[must_use]
    pub const fn nothing(holder: Holder, lease: Duration) -> Self {
        Self { holder, lease, epochs: BTreeMap::new() }
    }

    /// The shards, and the epoch of each.
    pub fn epochs(&self) -> impl Iterator<Item = (Shard, i64)> {
        self.epochs.iter().map(|(shard, epoch)| (*shard, *epoch))
    }

    /// How many shards it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    /// Whether it holds this shard.
    #[must_use]
    pub fn holds(&self, shard: Shard) -> bool {
        self.epochs.contains_key(&shard)
    }

    /// Whether it holds the shard of this token.
    #[must_use]
    pub fn covers(&self, token: &TokenKey) -> bool {
        self.holds(Shard::of(token))
    }

    /// The same without some shards.
    #[must_use]
    pub fn without(mut self, shards: &BTreeSet<Shard>) -> Self {
        self.epochs.retain(|shard, _| !shards.contains(shard));
        self
    }

    /// What it has in common with another of the same holder: shards that both hold in the same epoch.
    #[must_use]
    pub fn common(mut self, other: &Self) -> Self {
        self.epochs.retain(|shard, epoch| other.epochs.get(shard) == Some(epoch));
        self
    }

    /// An SQL condition that is true for tokens of the held shards, beginning with AND; empty where all are held.
    pub(crate) fn condition(&self) -> String {
        let shards: Vec<String> = self.epochs.keys().map(ToString::to_string).collect();
        match shards.len() {
            super::SHARDS => String::new(),
            0 => "AND 1 = 0".to_owned(),
            _ => format!("AND tokens.shard IN ({})", shards.join(", ")),
        }
    }

    /// Fails unless this tracker still holds all of `shards`, and sees to it that nobody takes one of them before the
    /// transaction ends. To be called before the transaction locks anything else.
    pub(crate) async fn check(
        &self,
        transaction: &Transaction,
        shards: impl IntoIterator<Item = Shard>,
    ) -> Result<(), StoreError> {
        let doing = "checking leases";
        let mut lost: BTreeSet<Shard> = shards.into_iter().collect();
        if lost.is_empty() {
            return Ok(());
        }
        Patience::of(self.lease).limit(transaction).await.doing(doing)?;
        let rows = Rows::default().with("shard", lost.iter().map(|shard| shard.number()));
        // A renewal, which changes no key, does not wait for this lock; a takeover, which locks FOR UPDATE, does.
        let sql = format!(
            "{} SELECT tracker_leases.shard, tracker_leases.holder, tracker_leases.epoch
             FROM given JOIN tracker_leases ON tracker_leases.shard = given.shard
             ORDER BY tracker_leases.shard {}",
            rows.given(),
            transaction.keep_leases(),
        );
        for row in transaction.bulk(&sql, &rows).await.doing(doing)? {
            let (shard, holder, epoch): (i32, String, i64) = (
                row.try_get_by_index(0).doing(doing)?,
                row.try_get_by_index(1).doing(doing)?,
                row.try_get_by_index(2).doing(doing)?,
            );
            let shard = Shard::from_number(shard);
            if holder == self.holder.to_string() && self.epochs.get(&shard) == Some(&epoch) {
                lost.remove(&shard);
            }
        }
        if lost.is_empty() { Ok(()) } else { Err(StoreError::LeaseLost { shards: lost }) }
    }
}
