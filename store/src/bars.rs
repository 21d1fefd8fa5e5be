//! Bars as rows, and back.

use domain::bar::PriceBar;
use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::engine::Rows;
use crate::entity::moment::Moment;
use crate::entity::price_bar::{Column, Entity, Model};
use crate::error::{Doing, StoreError};
use crate::stored::{quantity, stored};

/// Many rows, for one INSERT.
pub(crate) fn rows(bars: &[(i64, PriceBar)]) -> Rows<'_> {
    Rows::default()
        .with("token_id", bars.iter().map(|(token_id, _)| *token_id))
        .with("starts_at", bars.iter().map(|(_, bar)| Moment(bar.starts_at)))
        .with("open_usd", bars.iter().map(|(_, bar)| bar.open_usd.get()))
        .with("high_usd", bars.iter().map(|(_, bar)| bar.high_usd.get()))
        .with("low_usd", bars.iter().map(|(_, bar)| bar.low_usd.get()))
        .with("close_usd", bars.iter().map(|(_, bar)| bar.close_usd.get()))
        .with("liquidity_usd", bars.iter().map(|(_, bar)| bar.liquidity_usd.map(f64::from)))
        .with("volume_24h_usd", bars.iter().map(|(_, bar)| bar.volume_24h_usd.map(f64::from)))
        .with("snapshot_count", bars.iter().map(|(_, bar)| bar.observations))
        .with("market_cap_usd", bars.iter().map(|(_, bar)| bar.market_cap_usd.map(f64::from)))
        .with("dex_name", bars.iter().map(|(_, bar)| bar.dex_name.as_deref()))
        .with("pool", bars.iter().map(|(_, bar)| bar.pool.as_deref()))
}

/// The bar of a row.
pub(crate) fn bar(model: Model) -> Result<PriceBar, StoreError> {
    let price = |column: &'static str, usd: f64| -> Result<PriceUsd, StoreError> {
        stored(column, &usd, quantity(column, Some(usd))?)
    };
    Ok(PriceBar {
        starts_at: model.starts_at.0,
        open_usd: price("price_bars.open_usd", model.open_usd)?,
        high_usd: price("price_bars.high_usd", model.high_usd)?,
        low_usd: price("price_bars.low_usd", model.low_usd)?,
        close_usd: price("price_bars.close_usd", model.close_usd)?,
        liquidity_usd: quantity("price_bars.liquidity_usd", model.liquidity_usd)?,
        pool: model.pool.map(Into::into),
        dex_name: model.dex_name.map(Into::into),
        market_cap_usd: quantity("price_bars.market_cap_usd", model.market_cap_usd)?,
        volume_24h_usd: quantity("price_bars.volume_24h_usd", model.volume_24h_usd)?,
        observations: model.snapshot_count,
    })
}

/// The stored bars of a token that begin in `[from, to)`, oldest first, at most `limit`.
pub(crate) async fn beginning_in(
    connection: &impl ConnectionTrait,
    token_id: i64,
    (from, to): (Timestamp, Timestamp),
    limit: u64,
) -> Result<Vec<PriceBar>, StoreError> {
    let models = Entity::find()
        .filter(Column::TokenId.eq(token_id))
        .filter(Column::StartsAt.gte(Moment(from)))
        .filter(Column::StartsAt.lt(Moment(to)))
        .order_by_asc(Column::StartsAt)
        .limit(limit)
        .all(connection)
        .await
        .doing("reading bars of prices")?;
    models.into_iter().map(bar).collect()
}
