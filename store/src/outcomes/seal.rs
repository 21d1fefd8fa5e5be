//! Sealing what is due.

use std::borrow::Cow;

use domain::alert::AlertId;
use domain::outcome::{Fold, Policy};
use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use super::{row, seal_metrics};
use crate::engine::{Engine, Transaction};
use crate::entity::moment::Moment;
use crate::entity::outcome::{Column, Entity};
use crate::error::{Doing, StoreError};
use crate::events;
use crate::folding::{self, StoredFold};
use crate::leases::{Fence, Shard};
use crate::locking;
use crate::observations::{AlertHappening, named};
use crate::policies;
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

/// An outcome that is due.
pub(super) struct Due {
    /// Token and alert.
    key: (i64, Uuid),
    shard: Shard,
}

/// What is due at `now`, the longest due first.
pub(super) async fn due(
    engine: &Engine,
    now: Timestamp,
    limit: usize,
    fence: Option<&Fence>,
) -> Result<Vec<Due>, StoreError> {
    let doing = "looking which outcomes are due";
    let sql = format!(
        "SELECT outcomes.token_id, outcomes.alert_id, tokens.shard
         FROM outcomes JOIN tokens ON tokens.token_id = outcomes.token_id
         WHERE outcomes.sealed_at IS NULL AND outcomes.seal_due_at <= $1 {}
         ORDER BY outcomes.seal_due_at LIMIT $2",
        fence.map(Fence::condition).unwrap_or_default()
    );
    let values = [Moment(now).into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, values);
    let rows = engine.query_all_raw(statement).await.doing(doing)?;
    rows.iter()
        .map(|row| {
            let key = (row.try_get_by_index(0).doing(doing)?, row.try_get_by_index(1).doing(doing)?);
            Ok(Due { key, shard: Shard::from_number(row.try_get_by_index(2).doing(doing)?) })
        })
        .collect()
}

/// Seals those outcomes that are still due.
pub(super) struct Seal<'a> {
    pub(super) due: &'a [Due],
    pub(super) now: Timestamp,
    pub(super) rules: &'a Rules,
    pub(super) fence: Option<&'a Fence>,
}

impl Work for Seal<'_> {
    type Done = Vec<AlertHappening>;
    const DOING: &'static str = "sealing outcomes";

    async fn run(&self, transaction: &Transaction) -> Result<Vec<AlertHappening>, StoreError> {
        if let Some(fence) = self.fence {
            fence.check(transaction, self.due.iter().map(|due| due.shard)).await?;
        }
        let due: Vec<_> = self.due.iter().map(|due| due.key).collect();
        seal(transaction, &due, self.now, self.rules).await
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
        let (mut fold, policy) = current(transaction, &stored, policy).await?;
        let seal_at = fold.seal_due(&policy);
        if seal_at > now {
            continue;
        }
        let mut happenings = Vec::new();
        fold.seal(&policy, seal_at, &mut happenings);
        rows.push(row::row(stored.token_id, stored.alert_id, locked.change, &fold, &policy));
        happened.extend(happenings.into_iter().map(|what| (stored.token_id, AlertId(stored.alert_id), what)));
    }
    folding::write(transaction, &rows).await?;
    seal_metrics::sealed(&rows);
    events::tell(transaction, &happened, now).await?;
    named(happened, &locked)
}

/// The stored state where it can be used, else a fold of what is stored; and the policy that it is under. Where the
/// observations are no longer kept, that is the policy that it was begun with.
async fn current<'a>(
    transaction: &Transaction,
    stored: &StoredFold,
    policy: &'a Policy,
) -> Result<(Fold, Cow<'a, Policy>), StoreError> {
    if let Some(fold) = stored.fold.as_ref().filter(|fold| fold.policy_version() == policy.version) {
        return Ok((Fold::clone(fold), Cow::Borrowed(policy)));
    }
    if let Some((fold, _)) = folding::fold_from_storage(transaction, stored, policy).await? {
        return Ok((fold, Cow::Borrowed(policy)));
    }
    if let Some(fold) = &stored.fold
        && let Some(own) = policies::of_version(transaction, fold.policy_version()).await?
    {
        return Ok((Fold::clone(fold), Cow::Owned(own)));
    }
    // Nothing of it can be read: the rest of its observations is all that is known.
    let subject = folding::subject_of(transaction, stored).await?;
    let (fold, _) = folding::fold_anew(transaction, stored.token_id, subject, policy).await?;
    Ok((fold, Cow::Borrowed(policy)))
}
