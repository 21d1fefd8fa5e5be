//! `alerts`: what the bot called, with its features as columns. Written once, but for a recorded peak that is vouched
//! for later.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One alert. Columns are named and measured as the fields of [`domain::alert::Alert`]; NULL is unknown.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub alert_id: Uuid,
    pub name: String,
    pub symbol: String,
    pub alerted_at: Moment,
    pub recorded_at: Moment,
    /// `alerted` or `shadow`.
    pub decision: String,
    pub shadow_sample_rate: Option<f64>,
    pub entry_price_usd: Option<f64>,
    pub entry_market_cap_usd: Option<f64>,
    pub entry_liquidity_usd: Option<f64>,
    pub entry_volume_24h_usd: Option<f64>,
    pub preliminary_score: Option<i32>,
    pub final_score: Option<i32>,
    pub conviction_type: Option<String>,
    pub smart_money_involved: Option<bool>,
    pub smart_wallet_address: Option<String>,
    pub smart_wallet_pnl: Option<f64>,
    pub velocity_score_15m: Option<i32>,
    pub velocity_bonus: Option<i32>,
    pub passed_junior_strict: Option<bool>,
    pub passed_senior_strict: Option<bool>,
    pub passed_debate: Option<bool>,
    pub lp_locked: Option<bool>,
    pub mint_revoked: Option<bool>,
    pub top10_concentration: Option<f64>,
    pub bundlers_percent: Option<f64>,
    pub insiders_percent: Option<f64>,
    pub token_age_minutes: Option<f64>,
    pub holder_count: Option<i32>,
    pub unique_traders_15m: Option<i32>,
    pub sol_price_usd: Option<f64>,
    pub feed_source: Option<String>,
    pub dex_name: Option<String>,
    /// The bot's own features; NULL when there are none.
    pub extra: Option<Json>,
    /// NULL when there are none.
    pub annotations: Option<Json>,
    pub config_revision: Option<String>,
    pub recorded_peak_price_usd: Option<f64>,
    pub recorded_peak_at: Option<Moment>,
    pub trust_recorded_peak: bool,
    /// Microseconds.
    pub tracking_window: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
