//! The rows of `price_weeks`: how far each week has come.

use std::collections::BTreeSet;

use domain::timestamp::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::entity::price_week::{Column, Entity, Model};
use crate::error::{Doing, StoreError};
use crate::week::Week;

const DOING: &str = "looking which prices are still kept";

fn week_of(row: &Model) -> Week {
    Week::of(row.starts_at.0)
}

/// The weeks of `[from, to)` that only bars are left of, oldest first.
pub(crate) async fn rolled_in(
    connection: &impl ConnectionTrait,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Week>, StoreError> {
    let found = Entity::find()
        .filter(Column::RolledAt.is_not_null())
        .filter(Column::StartsAt.gte(Moment(Week::of(from).starts_at())))
        .filter(Column::StartsAt.lt(Moment(to)))
        .order_by_asc(Column::StartsAt)
        .all(connection)
        .await
        .doing(DOING)?;
    Ok(found.iter().map(week_of).collect())
}

/// Those of some weeks that take no prices any more.
pub(crate) async fn closed(
    connection: &impl ConnectionTrait,
    weeks: &BTreeSet<Week>,
) -> Result<BTreeSet<Week>, StoreError> {
    let found = some(weeks).all(connection).await.doing(DOING)?;
    Ok(found.iter().filter(|row| row.closed_at.is_some()).map(week_of).collect())
}

/// The same, and sees to it that the others stay open until the transaction ends.
pub(crate) async fn hold_open(
    transaction: &Transaction,
    weeks: &BTreeSet<Week>,
    now: Timestamp,
) -> Result<BTreeSet<Week>, StoreError> {
    note(transaction, weeks, now).await?;
    let found = some(weeks).lock_shared().all(transaction).await.doing("holding old weeks of prices open")?;
    Ok(found.iter().filter(|row| row.closed_at.is_some()).map(week_of).collect())
}

fn some(weeks: &BTreeSet<Week>) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::StartsAt.is_in(weeks.iter().map(|week| Moment(week.starts_at()))))
        .order_by_asc(Column::StartsAt)
}

/// Gives weeks their rows, where they have none.
pub(super) async fn note(transaction: &Transaction, weeks: &BTreeSet<Week>, now: Timestamp) -> Result<(), StoreError> {
    let rows = Rows::default()
        .with("starts_at", weeks.iter().map(|week| Moment(week.starts_at())))
        .with("noticed_at", weeks.iter().map(|_| Moment(now)));
    let sql = rows.insert_into("price_weeks", "ON CONFLICT DO NOTHING");
    transaction.bulk(&sql, &rows).await.map(|_| ()).doing("noting old weeks of prices")
}

/// A week's row, which nobody else changes or holds until the transaction ends.
pub(super) async fn lock(transaction: &Transaction, week: Week) -> Result<Option<Model>, StoreError> {
    let row = Entity::find_by_id(Moment(week.starts_at())).lock_exclusive().one(transaction).await;
    row.doing("locking an old week of prices")
}

/// A week has come further, unless it had already.
pub(super) async fn advance(
    transaction: &Transaction,
    week: Week,
    to: Column,
    now: Timestamp,
) -> Result<(), StoreError> {
    let advanced = Entity::update_many()
        .col_expr(to, Expr::value(Moment(now)))
        .filter(Column::StartsAt.eq(Moment(week.starts_at())))
        .filter(to.is_null())
        .exec(transaction)
        .await;
    advanced.map(|_| ()).doing("noting how far an old week of prices has come")
}

/// How many outcomes that are not sealed reach into a week.
pub(super) async fn unsealed(transaction: &Transaction, week: Week) -> Result<u64, StoreError> {
    let doing = "counting the open outcomes that need an old week of prices";
    let sql = "SELECT COUNT(*) FROM outcomes WHERE sealed_at IS NULL AND alerted_at < $1 AND window_end >= $2";
    let values = [Moment(week.ends_at()).into(), Moment(week.starts_at()).into()];
    let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
    let row = transaction.query_one_raw(statement).await.doing(doing)?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0)).doing(doing)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The weeks that are closed, and not dropped yet.
pub(super) async fn unfinished(connection: &impl ConnectionTrait) -> Result<Vec<Week>, StoreError> {
    let found = Entity::find()
        .filter(Column::ClosedAt.is_not_null())
        .filter(Column::DroppedAt.is_null())
        .all(connection)
        .await
        .doing(DOING)?;
    Ok(found.iter().map(week_of).collect())
}

/// The end of the last week that only bars are left of.
pub(super) async fn raw_from(connection: &impl ConnectionTrait) -> Result<Option<Timestamp>, StoreError> {
    let last = Entity::find()
        .filter(Column::RolledAt.is_not_null())
        .order_by_desc(Column::StartsAt)
        .one(connection)
        .await
        .doing(DOING)?;
    Ok(last.map(|last| week_of(&last).ends_at()))
}
