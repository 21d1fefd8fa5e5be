//! Tokens and their alerts.

use sea_orm_migration::prelude::*;

use super::dialect;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager.get_connection(), UP).await
    }
}

const UP: &str = "
CREATE TABLE tokens (
    token_id {number},
    chain {text} NOT NULL,
    address {text} NOT NULL,
    UNIQUE (chain, address)
);

CREATE TABLE alert_ids (
    alert_id {uuid} PRIMARY KEY,
    token_id {integer64} NOT NULL,
    request_hash {bytes} NOT NULL
);

CREATE TABLE alerts (
    token_id {integer64} NOT NULL REFERENCES tokens,
    alert_id {uuid} NOT NULL,
    name {text} NOT NULL,
    symbol {text} NOT NULL,
    alerted_at {moment} NOT NULL,
    recorded_at {moment} NOT NULL,
    decision {text} NOT NULL,
    shadow_sample_rate {double},
    entry_price_usd {double},
    entry_market_cap_usd {double},
    entry_liquidity_usd {double},
    entry_volume_24h_usd {double},
    preliminary_score {integer},
    final_score {integer},
    conviction_type {text},
    smart_money_involved {boolean},
    smart_wallet_address {text},
    smart_wallet_pnl {double},
    velocity_score_15m {integer},
    velocity_bonus {integer},
    passed_junior_strict {boolean},
    passed_senior_strict {boolean},
    passed_debate {boolean},
    lp_locked {boolean},
    mint_revoked {boolean},
    top10_concentration {double},
    bundlers_percent {double},
    insiders_percent {double},
    token_age_minutes {double},
    holder_count {integer},
    unique_traders_15m {integer},
    sol_price_usd {double},
    feed_source {text},
    dex_name {text},
    extra {json},
    annotations {json},
    config_revision {text},
    recorded_peak_price_usd {double},
    recorded_peak_at {moment},
    trust_recorded_peak {boolean} NOT NULL,
    tracking_window {integer64},
    PRIMARY KEY (token_id, alert_id)
);

CREATE INDEX alerts_by_time ON alerts (alerted_at, alert_id);
";
