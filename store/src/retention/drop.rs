//! Dropping the raw prices of a week whose bars are there.

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement};

use super::weeks;
use crate::engine::{Engine, Transaction};
use crate::entity::moment::Moment;
use crate::entity::price_week::Column;
use crate::error::{Doing, StoreError, code};
use crate::options::EngineKind;
use crate::week::Week;
use crate::write::{Work, write};

/// So many rows are deleted in one transaction, and writers wait for that.
const ROWS: u64 = 2_000;
/// How often it is tried to have the table alone for a moment.
const ATTEMPTS: usize = 5;
/// `lock_not_available`: others used the table all the time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Drops a week; false where others used the table all the time.
pub(super) async fn drop(engine: &Engine, week: Week, now: Timestamp) -> Result<bool, StoreError> {
    match engine.kind() {
        EngineKind::Sqlite => {
            let mut from = Some(0);
            while let Some(token_id) = from {
                from = write(engine, Delete { week, from: token_id }).await?;
            }
        }
        EngineKind::Postgres => {
            let mut attempt = 1;
            while !drop_partition(engine, week).await? {
                if attempt == ATTEMPTS {
                    return Ok(false);
                }
                attempt += 1;
            }
        }
    }
    write(engine, Finish { week, now }).await?;
    Ok(true)
}

/// Postgres: detaches and drops the partition, which needs the whole table for a moment. It waits for that no longer than
/// writers may wait behind it.
async fn drop_partition(engine: &Engine, week: Week) -> Result<bool, StoreError> {
    match write(engine, DropPartition { engine, week }).await {
        Ok(()) => Ok(true),
        Err(error) if error.driver().and_then(code).as_deref() == Some(LOCK_NOT_AVAILABLE) => Ok(false),
        Err(error) => Err(error),
    }
}

struct DropPartition<'a> {
    engine: &'a Engine,
    week: Week,
}

impl Work for DropPartition<'_> {
    type Done = ();
    const DOING: &'static str = "dropping a week of prices";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        self.engine.drop_partition(transaction, self.week).await.doing(Self::DOING)
    }
}

/// SQLite: deletes some rows of the week, of tokens from a number on; returns with which token to go on. Token by token,
/// for there is no index on the time alone.
struct Delete {
    week: Week,
    from: i64,
}

impl Work for Delete {
    type Done = Option<i64>;
    const DOING: &'static str = "deleting old prices";

    async fn run(&self, transaction: &Transaction) -> Result<Option<i64>, StoreError> {
        let mut token_id = self.from;
        let mut deleted = 0;
        while let Some(next) = self.first_token(transaction, token_id).await? {
            token_id = next;
            if deleted >= ROWS {
                return Ok(Some(token_id));
            }
            deleted += self.delete(transaction, token_id).await?;
        }
        Ok(None)
    }
}

impl Delete {
    fn range(&self) -> (Moment, Moment) {
        (Moment(self.week.starts_at()), Moment(self.week.ends_at()))
    }

    /// The first token from a number on that has prices in the week.
    async fn first_token(&self, transaction: &Transaction, from: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT token_id FROM tokens WHERE token_id >= $1 AND EXISTS (
                       SELECT 1 FROM price_snapshots WHERE price_snapshots.token_id = tokens.token_id
                       AND price_snapshots.observed_at >= $2 AND price_snapshots.observed_at < $3)
                   ORDER BY token_id LIMIT 1";
        let (start, end) = self.range();
        let values = [from.into(), start.into(), end.into()];
        let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        let row = transaction.query_one_raw(statement).await.doing(Self::DOING)?;
        row.map(|row| row.try_get_by_index(0)).transpose().doing(Self::DOING)
    }

    /// Deletes a token's first prices in the week.
    async fn delete(&self, transaction: &Transaction, token_id: i64) -> Result<u64, StoreError> {
        let sql = format!(
            "DELETE FROM price_snapshots WHERE token_id = $1 AND observed_at >= $2 AND observed_at < COALESCE(
                 (SELECT observed_at FROM price_snapshots WHERE token_id = $1 AND observed_at >= $2 AND observed_at < $3
                  ORDER BY observed_at, source LIMIT 1 OFFSET {ROWS}) + 1, $3)"
        );
        let (start, end) = self.range();
        let values = [token_id.into(), start.into(), end.into()];
        let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        Ok(transaction.execute_raw(statement).await.doing(Self::DOING)?.rows_affected())
    }
}

struct Finish {
    week: Week,
    now: Timestamp,
}

impl Work for Finish {
    type Done = ();
    const DOING: &'static str = "noting that a week of prices was dropped";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        weeks::advance(transaction, self.week, Column::DroppedAt, self.now).await
    }
}
