//! Sealing what is due.

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::row;
use crate::engine::{Engine, Transaction};
use crate::entity::moment::Moment;
use crate::entity::outcome::{Column, Entity};
use crate::error::{Doing, StoreError};
use crate::events;
use crate::folding::{self, StoredFold};
use crate::locking;
use crate::observations::{AlertHappening, named};
use crate::rules::Rules;
use crate::write::Work;

pub(super) async fn next_due(engine: &Engine) -> Result<Option<Timestamp>, StoreError> {
    let first: Option<Moment> = Entity::find()
        .select_only()
        .column(Column::SealDueAt)
        .filter(Column::SealedAt.is_null())
        .order_by_asc(Column::SealDueAt)
        .limit(1)
        .into_tuple()
        .one(engine)
        .await
        .doing("looking when the next outcome is due")?;
    Ok(first.map(|due| due.0))
}

/// Token and alert of what is due at `now`.
pub(super) async fn due(engine: &Engine, now: Timestamp, limit: usize) -> Result<Vec<(i64, Uuid)>, StoreError> {
    Entity::find()
        .select_only()
        .columns([Column::TokenId, Column::AlertId])
        .filter(Column::SealedAt.is_null())
        .filter(Column::SealDueAt.lte(Moment(now)))
        .order_by_asc(Column::SealDueAt)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX))
        .into_tuple()
        .all(engine)
        .await
        .doing("looking which outcomes are due")
}

/// Seals those outcomes that are still due.
pub(super) struct Seal<'a> {
    pub(super) due: &'a [(i64, Uuid)],
    pub(super) now: Timestamp,
    pub(super) rules: &'a Rules,
}

impl Work for Seal<'_> {
    type Done = Vec<AlertHappening>;
    const DOING: &'static str = "sealing outcomes";

    async fn run(&self, transaction: &Transaction) -> Result<Vec<AlertHappening>, StoreError> {
        seal(transaction, self.due, self.now, self.rules).await
    }
}

async fn seal(
    transaction: &Transaction,
    due: &[(i64, Uuid)],
    now: Timestamp,
    rules: &Rules,
) -> Result<Vec<AlertHappening>, StoreError> {
    let policy = &rules.policy;
    let locked = locking::lock_numbers(transaction, due.iter().map(|(token_id, _)| *token_id)).await?;
    let (mut rows, mut happened) = (Vec::new(), Vec::new());
    // Read again under the lock: another may have sealed it meanwhile.
    for stored in folding::of_alerts(transaction, due).await? {
        if stored.sealed {
            continue;
        }
        let mut fold = current(transaction, &stored, rules).await?;
        let seal_at = fold.seal_due(policy);
        if seal_at > now {
            continue;
        }
        let mut happenings = Vec::new();
        fold.seal(policy, seal_at, &mut happenings);
        rows.push(row::row(stored.token_id, stored.alert_id, locked.change, &fold, policy));
        happened.extend(happenings.into_iter().map(|what| (stored.token_id, AlertId(stored.alert_id), what)));
    }
    folding::write(transaction, &rows, locked.change).await?;
    events::tell(transaction, &happened, now).await?;
    named(happened, &locked)
}

/// The stored state where it can be used, else a fold of what is stored.
async fn current(
    transaction: &Transaction,
    stored: &StoredFold,
    rules: &Rules,
) -> Result<domain::outcome::Fold, StoreError> {
    match &stored.fold {
        Some(fold) if fold.policy_version() == rules.policy.version => Ok(fold.clone()),
        _ => Ok(folding::fold_from_storage(transaction, stored, &rules.policy).await?.0),
    }
}
