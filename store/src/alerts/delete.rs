//! Forgetting an alert.

use std::iter::once;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::locking;
use crate::write::Work;

/// Deletes an alert with all that is its own. False where there is none.
pub(super) struct Delete {
    pub(super) id: AlertId,
    pub(super) now: Timestamp,
}

impl Work for Delete {
    type Done = bool;
    const DOING: &'static str = "deleting an alert";

    async fn run(&self, transaction: &Transaction) -> Result<bool, StoreError> {
        let id: Value = self.id.0.into();
        let statement = |sql: &str, values: Vec<Value>| {
            Statement::from_sql_and_values(transaction.get_database_backend(), sql, values)
        };
        let find = statement("SELECT token_id FROM alert_ids WHERE alert_id = $1", vec![id.clone()]);
        let Some(found) = transaction.query_one_raw(find).await.doing(Self::DOING)? else { return Ok(false) };
        let token_id: i64 = found.try_get_by_index(0).doing(Self::DOING)?;
        let locked = locking::lock_numbers(transaction, [token_id]).await?;

        // Another may have deleted it before the lock was ours: then there is nothing to delete any more.
        let forget = statement("DELETE FROM alert_ids WHERE alert_id = $1", vec![id.clone()]);
        if transaction.execute_raw(forget).await.doing(Self::DOING)?.rows_affected() == 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM outcomes WHERE token_id = $1 AND alert_id = $2",
            "DELETE FROM alerts WHERE token_id = $1 AND alert_id = $2",
            // Without an index, which every event would pay for.
            "DELETE FROM events WHERE token_id = $1 AND alert_id = $2",
        ] {
            let delete = statement(sql, vec![token_id.into(), id.clone()]);
            transaction.execute_raw(delete).await.doing(Self::DOING)?;
        }
        let rows = Rows::default()
            .with("alert_id", once(self.id.0))
            .with("dataset_change", once(locked.change))
            .with("removed_at", once(Moment(self.now)));
        let again = "ON CONFLICT (alert_id) DO UPDATE SET dataset_change = excluded.dataset_change, \
                     removed_at = excluded.removed_at";
        let sql = rows.insert_into("removed_alerts", again);
        transaction.bulk(&sql, &rows).await.map(|_| true).doing(Self::DOING)
    }
}
