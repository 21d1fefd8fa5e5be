//! `price_bars`: five minutes of observations in one row, kept beyond the retention of the raw ones.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// Five minutes of one token's price in USD.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "price_bars")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: i64,
    /// The first moment of the five minutes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: Moment,
    pub open_usd: f64,
    pub high_usd: f64,
    pub low_usd: f64,
    pub close_usd: f64,
    pub liquidity_usd: Option<f64>,
    pub volume_24h_usd: Option<f64>,
    pub snapshot_count: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
