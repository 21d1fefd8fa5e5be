//! The lease of the housekeeping.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};

use super::keep::{FREE, bounds, present};
use super::patience::Patience;
use super::{Claim, Fence, Shard};
use crate::engine::Transaction;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::write::Work;

/// See [`super::Leases::housekeeping`].
pub(super) struct Housekeeping {
    pub(super) claim: Claim,
}

impl Work for Housekeeping {
    type Done = Option<Fence>;
    const DOING: &'static str = "taking or renewing the lease of the housekeeping";

    async fn run(&self, transaction: &Transaction) -> Result<Option<Fence>, StoreError> {
        let Claim { holder, lease, time } = self.claim;
        Patience::of(lease).limit(transaction).await.doing(Self::DOING)?;
        let now = present(transaction, time).await?;
        let expires_at = Moment(now.plus(lease));
        let backend = transaction.get_database_backend();
        let shard = Shard::HOUSEKEEPING;
        let renewed = Statement::from_sql_and_values(
            backend,
            format!("UPDATE tracker_leases SET expires_at = $1 WHERE shard = {shard} AND holder = $2 RETURNING epoch"),
            [expires_at.into(), holder.to_string().into()],
        );
        let mut row = transaction.query_one_raw(renewed).await.doing(Self::DOING)?;
        if row.is_none() {
            let [earliest, latest] = bounds(now);
            let taken = Statement::from_sql_and_values(
                backend,
                format!(
                    "WITH free AS MATERIALIZED
                         (SELECT shard AS free_shard FROM tracker_leases WHERE shard = {shard} AND {FREE} {})
                     UPDATE tracker_leases SET holder = $3, expires_at = $4, epoch = epoch + 1
                     FROM free WHERE shard = free_shard RETURNING epoch",
                    transaction.skip_locked(),
                ),
                [earliest, latest, holder.to_string().into(), expires_at.into()],
            );
            row = transaction.query_one_raw(taken).await.doing(Self::DOING)?;
        }
        let Some(row) = row else { return Ok(None) };
        let epoch = row.try_get_by_index(0).doing(Self::DOING)?;
        Ok(Some(Fence { holder, lease, epochs: BTreeMap::from([(shard, epoch)]) }))
    }
}
