//! Giving everything back.

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement, Value};

use super::Holder;
use crate::engine::Transaction;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::write::Work;

/// See [`super::Leases::release`].
pub(super) struct Release {
    pub(super) holder: Holder,
}

impl Work for Release {
    type Done = ();
    const DOING: &'static str = "giving leases back";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let long_ago = Value::from(Moment(Timestamp::EPOCH));
        for (sql, values) in [
            ("UPDATE tracker_leases SET holder = '', expires_at = $2 WHERE holder = $1", vec![long_ago]),
            ("DELETE FROM trackers WHERE holder = $1", Vec::new()),
        ] {
            let values = std::iter::once(Value::from(self.holder.to_string())).chain(values);
            let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
            transaction.execute_raw(statement).await.doing(Self::DOING)?;
        }
        Ok(())
    }
}
