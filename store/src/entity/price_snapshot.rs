//! `price_snapshots`: raw observations, each stored once, whichever alerts it serves. Partitioned by week on Postgres.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One observation. Columns are named and measured as the fields of [`domain::observation::Observation`].
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "price_snapshots")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub observed_at: Moment,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    pub price_usd: f64,
    pub market_cap_usd: Option<f64>,
    pub liquidity_usd: Option<f64>,
    pub volume_24h_usd: Option<f64>,
    pub holder_count: Option<i32>,
    pub dex_name: Option<String>,
    pub pool: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
