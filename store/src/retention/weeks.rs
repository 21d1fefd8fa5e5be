//! Which weeks of prices are still there as they were observed.

use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::moment::Moment;
use crate::entity::price_week::{Column, Entity};
use crate::error::{Doing, StoreError};
use crate::week::Week;

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
        .doing("looking which prices are still kept")?;
    Ok(found.into_iter().map(|week| Week::of(week.starts_at.0)).collect())
}
