//! Observations as rows, and back.

use std::sync::Arc;

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::engine::Rows;
use crate::entity::moment::Moment;
use crate::entity::price_snapshot::{Column, Entity, Model};
use crate::error::{Doing, StoreError};
use crate::stored::{quantity, stored};

/// Many rows, for one INSERT.
pub(crate) fn rows<'a>(observations: &[(i64, &'a Observation)]) -> Rows<'a> {
    Rows::default()
        .with("token_id", observations.iter().map(|(token_id, _)| *token_id))
        .with("observed_at", observations.iter().map(|(_, seen)| Moment(seen.observed_at)))
        .with("source", observations.iter().map(|(_, seen)| &*seen.source))
        .with("price_usd", observations.iter().map(|(_, seen)| seen.price_usd.get()))
        .with("market_cap_usd", observations.iter().map(|(_, seen)| seen.market_cap_usd.map(f64::from)))
        .with("liquidity_usd", observations.iter().map(|(_, seen)| seen.liquidity_usd.map(f64::from)))
        .with("volume_24h_usd", observations.iter().map(|(_, seen)| seen.volume_24h_usd.map(f64::from)))
        .with("holder_count", observations.iter().map(|(_, seen)| seen.holder_count))
        .with("dex_name", observations.iter().map(|(_, seen)| seen.dex_name.as_deref()))
        .with("pool", observations.iter().map(|(_, seen)| seen.pool.as_deref()))
}

/// The observation of a row.
pub(crate) fn observation(model: Model) -> Result<Observation, StoreError> {
    let price = quantity("price_snapshots.price_usd", Some(model.price_usd))?;
    Ok(Observation {
        observed_at: model.observed_at.0,
        source: model.source.into(),
        price_usd: stored("price_snapshots.price_usd", &model.price_usd, price)?,
        market_cap_usd: quantity("price_snapshots.market_cap_usd", model.market_cap_usd)?,
        liquidity_usd: quantity("price_snapshots.liquidity_usd", model.liquidity_usd)?,
        volume_24h_usd: quantity("price_snapshots.volume_24h_usd", model.volume_24h_usd)?,
        holder_count: model.holder_count,
        dex_name: model.dex_name.map(Into::into),
        pool: model.pool.map(Into::into),
    })
}

/// All observations of a token from `first` to `last`, both included, in the order that they are folded in.
pub(crate) async fn between(
    connection: &impl ConnectionTrait,
    token_id: i64,
    first: Timestamp,
    last: Timestamp,
) -> Result<Vec<Observation>, StoreError> {
    let models = Entity::find()
        .filter(Column::TokenId.eq(token_id))
        .filter(Column::ObservedAt.gte(Moment(first)))
        .filter(Column::ObservedAt.lte(Moment(last)))
        .order_by_asc(Column::ObservedAt)
        .order_by_asc(Column::Source)
        .all(connection)
        .await
        .doing("reading stored observations")?;
    models.into_iter().map(observation).collect()
}

/// About a day of a token.
pub(crate) const CHUNK: u64 = 2_000;

/// A token's next observations behind a moment and source and before `to`, at most [`CHUNK`].
pub(crate) async fn chunk(
    connection: &impl ConnectionTrait,
    token_id: i64,
    (at, source): &(Timestamp, Arc<str>),
    to: Timestamp,
) -> Result<Vec<Observation>, StoreError> {
    let models = Entity::find()
        .filter(Column::TokenId.eq(token_id))
        .filter(Column::ObservedAt.gte(Moment(*at)))
        .filter(Column::ObservedAt.lt(Moment(to)))
        .filter(Condition::any().add(Column::ObservedAt.gt(Moment(*at))).add(Column::Source.gt(&**source)))
        .order_by_asc(Column::ObservedAt)
        .order_by_asc(Column::Source)
        .limit(CHUNK)
        .all(connection)
        .await
        .doing("reading stored prices")?;
    models.into_iter().map(observation).collect()
}

/// All observations of a token in `[from, to)`, in the order that they are folded in.
pub(crate) async fn before(
    connection: &impl ConnectionTrait,
    token_id: i64,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Observation>, StoreError> {
    let mut all = between(connection, token_id, from, to).await?;
    all.retain(|seen| seen.observed_at < to);
    Ok(all)
}
