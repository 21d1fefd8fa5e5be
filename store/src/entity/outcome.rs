//! `outcomes`: what became of each alert, with the state of its fold. The only rows that are rewritten every minute, so
//! that no index may stand on what the fold changes.

use sea_orm::entity::prelude::*;

use super::moment::Moment;

/// One outcome. Columns are named and measured as the fields of [`domain::outcome::Outcome`]; NULL is unknown.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outcomes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub alert_id: Uuid,
    /// The alert's, repeated here so that a batch of prices reads one table.
    pub alerted_at: Moment,
    /// The first moment after the window.
    pub window_end: Moment,
    /// When it is to be sealed.
    pub seal_due_at: Moment,
    /// Microseconds; NULL for imports.
    pub expected_interval: Option<i64>,
    /// The transaction that recorded, sealed or, after that, refolded it: what the dataset is refreshed by. Folding while
    /// the window is open leaves it alone.
    pub dataset_change: i64,
    /// The fold's state, as [`domain::outcome::Fold::to_bytes`] writes it. Of an open outcome it is all that is kept up to
    /// date: what follows is meaningless until the seal, but for `policy_version`.
    pub state: Vec<u8>,
    /// `tracking`, `complete`, `lost` or `no_data`.
    pub status: String,
    pub sealed_at: Option<Moment>,
    pub entry_price_usd: Option<f64>,
    /// `observed` or `quoted`.
    pub entry_source: Option<String>,
    pub entry_at: Option<Moment>,
    pub quoted_price_usd: Option<f64>,
    pub entry_gap_pct: Option<f64>,
    pub last_price_usd: Option<f64>,
    pub last_price_at: Option<Moment>,
    pub peak_price_usd: Option<f64>,
    pub peak_at: Option<Moment>,
    pub peak_market_cap_usd: Option<f64>,
    pub max_gain_pct: Option<f64>,
    pub max_drawdown_pct: Option<f64>,
    pub drawdown_from_peak_pct: Option<f64>,
    pub return_1h_pct: Option<f64>,
    pub return_6h_pct: Option<f64>,
    pub return_24h_pct: Option<f64>,
    pub pumped_at: Option<Moment>,
    pub is_rug: Option<bool>,
    /// `liquidity_removed` or `price_collapse`.
    pub rug_reason: Option<String>,
    pub rug_at: Option<Moment>,
    pub rug_hit_at: Option<Moment>,
    pub rug_after_pump: Option<bool>,
    pub round_trip: Option<bool>,
    pub is_dead: Option<bool>,
    pub fell_80: Option<bool>,
    /// `trailing_stop`, `hard_stop`, `liquidity_gone` or `window_end`.
    pub exit_reason: Option<String>,
    pub exit_at: Option<Moment>,
    pub exit_return_pct: Option<f64>,
    pub exit_liquidity_assumed: bool,
    pub held_dropped: i32,
    pub snapshot_count: i32,
    pub coverage: Option<f64>,
    pub policy_version: i32,
    /// Replayed from bars.
    pub approximate: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
