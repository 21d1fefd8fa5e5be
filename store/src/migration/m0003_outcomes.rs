//! Outcomes, with room in their pages for the update of every minute.

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
CREATE TABLE outcomes (
    token_id {integer64} NOT NULL,
    alert_id {uuid} NOT NULL,
    alerted_at {moment} NOT NULL,
    window_end {moment} NOT NULL,
    seal_due_at {moment} NOT NULL,
    expected_interval {integer64},
    dataset_change {integer64} NOT NULL,
    state {bytes} NOT NULL,
    status {text} NOT NULL,
    sealed_at {moment},
    entry_price_usd {double},
    entry_source {text},
    entry_at {moment},
    quoted_price_usd {double},
    entry_gap_pct {double},
    last_price_usd {double},
    last_price_at {moment},
    peak_price_usd {double},
    peak_at {moment},
    peak_market_cap_usd {double},
    max_gain_pct {double},
    max_drawdown_pct {double},
    drawdown_from_peak_pct {double},
    return_1h_pct {double},
    return_6h_pct {double},
    return_24h_pct {double},
    pumped_at {moment},
    is_rug {boolean},
    rug_reason {text},
    rug_at {moment},
    rug_hit_at {moment},
    rug_after_pump {boolean},
    round_trip {boolean},
    is_dead {boolean},
    fell_80 {boolean},
    exit_reason {text},
    exit_at {moment},
    exit_return_pct {double},
    exit_liquidity_assumed {boolean} NOT NULL,
    held_dropped {integer} NOT NULL,
    snapshot_count {integer} NOT NULL,
    coverage {double},
    policy_version {integer} NOT NULL,
    PRIMARY KEY (token_id, alert_id),
    FOREIGN KEY (token_id, alert_id) REFERENCES alerts
) {rewritten in place};

CREATE INDEX outcomes_open ON outcomes (seal_due_at) WHERE sealed_at IS NULL;
CREATE INDEX outcomes_followed ON outcomes (window_end) WHERE sealed_at IS NULL;
CREATE INDEX outcomes_changed ON outcomes (dataset_change, alert_id);
";
