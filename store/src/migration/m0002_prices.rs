//! Raw observations, their five-minute bars, and the pinned pools.

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
CREATE TABLE price_snapshots (
    token_id {integer64} NOT NULL,
    observed_at {moment} NOT NULL,
    source {text} NOT NULL,
    price_usd {double} NOT NULL,
    market_cap_usd {double},
    liquidity_usd {double},
    volume_24h_usd {double},
    holder_count {integer},
    dex_name {text},
    pool {text},
    PRIMARY KEY (token_id, observed_at, source)
) {partitioned by observed_at};

CREATE TABLE price_bars (
    token_id {integer64} NOT NULL,
    starts_at {moment} NOT NULL,
    open_usd {double} NOT NULL,
    high_usd {double} NOT NULL,
    low_usd {double} NOT NULL,
    close_usd {double} NOT NULL,
    liquidity_usd {double},
    volume_24h_usd {double},
    snapshot_count {integer} NOT NULL,
    PRIMARY KEY (token_id, starts_at)
) {clustered};

CREATE TABLE pools (
    token_id {integer64} PRIMARY KEY REFERENCES tokens,
    pool {text} NOT NULL,
    dex_name {text},
    pinned_at {moment} NOT NULL
);
";
