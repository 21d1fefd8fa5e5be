//! Removing old events.

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement};

use crate::engine::{Engine, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::write::{Work, write};

/// So many in one transaction.
const CHUNK: i64 = 10_000;

pub(super) async fn prune(engine: &Engine, before: Timestamp) -> Result<u64, StoreError> {
    let mut pruned = 0;
    loop {
        let chunk = write(engine, Prune { before }).await?;
        pruned += chunk;
        if chunk < CHUNK.unsigned_abs() {
            return Ok(pruned);
        }
    }
}

/// Prunes the first events, as far as they are old, and writes down how far.
struct Prune {
    before: Timestamp,
}

/// The last of the first events that are all old.
const OLD: &str = "
    SELECT MAX(event_id) FROM (SELECT event_id, recorded_at FROM events ORDER BY event_id LIMIT $1) AS first
    WHERE event_id < COALESCE(
        (SELECT MIN(event_id) FROM (SELECT event_id, recorded_at FROM events ORDER BY event_id LIMIT $1) AS kept
         WHERE kept.recorded_at >= $2),
        9223372036854775807)";

impl Work for Prune {
    type Done = u64;
    const DOING: &'static str = "pruning old events";

    async fn run(&self, transaction: &Transaction) -> Result<u64, StoreError> {
        let statement = |sql: &str, values: Vec<sea_orm::Value>| {
            Statement::from_sql_and_values(transaction.get_database_backend(), sql, values)
        };
        let old = statement(OLD, vec![CHUNK.into(), Moment(self.before).into()]);
        let found = transaction.query_one_raw(old).await.doing(Self::DOING)?;
        let last: Option<i64> = found.map(|row| row.try_get_by_index(0)).transpose().doing(Self::DOING)?.flatten();
        let Some(last) = last else { return Ok(0) };
        let to = statement("UPDATE event_log SET pruned_to = $1 WHERE pruned_to < $1", vec![last.into()]);
        transaction.execute_raw(to).await.doing(Self::DOING)?;
        let remove = statement("DELETE FROM events WHERE event_id <= $1", vec![last.into()]);
        Ok(transaction.execute_raw(remove).await.doing(Self::DOING)?.rows_affected())
    }
}
