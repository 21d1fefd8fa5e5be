//! `price_bars`: what is kept of observations beyond their retention, five minutes a row.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One bar. Columns are named and measured as the fields of [`domain::bar::PriceBar`].
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "price_bars")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: Moment,
    pub open_usd: f64,
    pub high_usd: f64,
    pub low_usd: f64,
    pub close_usd: f64,
    pub liquidity_usd: Option<f64>,
    pub volume_24h_usd: Option<f64>,
    pub snapshot_count: i32,
    pub market_cap_usd: Option<f64>,
    pub dex_name: Option<String>,
    pub pool: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
