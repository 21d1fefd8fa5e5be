//! Taking the place of an earlier run of the same instance.

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement, Value};

use super::Claim;
use super::patience::Patience;
use crate::engine::Transaction;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::write::Work;

/// See [`super::Leases::succeed`].
pub(super) struct Succeed {
    pub(super) claim: Claim,
}

impl Work for Succeed {
    type Done = usize;
    const DOING: &'static str = "taking the place of an earlier run";

    async fn run(&self, transaction: &Transaction) -> Result<usize, StoreError> {
        let Claim { holder, lease, .. } = self.claim;
        Patience::of(lease).limit(transaction).await.doing(Self::DOING)?;
        let run = async |sql: String, more: Vec<Value>| {
            let earlier = [format!("{}%", holder.instance()), holder.to_string()].map(Value::from);
            let values = earlier.into_iter().chain(more);
            let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
            transaction.execute_raw(statement).await.map(|done| done.rows_affected()).doing(Self::DOING)
        };
        let unless_busy = transaction.skip_locked();
        let freed = run(
            format!(
                "UPDATE tracker_leases SET holder = '', expires_at = $3 WHERE shard IN
                 (SELECT shard FROM tracker_leases WHERE holder LIKE $1 AND holder <> $2 {unless_busy})"
            ),
            vec![Moment(Timestamp::EPOCH).into()],
        )
        .await?;
        run(
            format!(
                "DELETE FROM trackers WHERE holder IN
                 (SELECT holder FROM trackers WHERE holder LIKE $1 AND holder <> $2 {unless_busy})"
            ),
            Vec::new(),
        )
        .await?;
        Ok(usize::try_from(freed).unwrap_or(usize::MAX))
    }
}
