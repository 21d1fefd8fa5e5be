//! The policies that outcomes are made with; which weeks of prices were rolled up into bars; and what a bar must keep so
//! that outcomes can be approximated from it.

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
CREATE TABLE policies (
    version {integer} PRIMARY KEY,
    content {text} NOT NULL,
    registered_at {moment} NOT NULL,
    in_force_since {moment} NOT NULL
);

CREATE TABLE price_weeks (
    starts_at {moment} PRIMARY KEY,
    noticed_at {moment} NOT NULL,
    closed_at {moment},
    rolled_at {moment},
    dropped_at {moment}
);

ALTER TABLE price_bars ADD COLUMN market_cap_usd {double};
ALTER TABLE price_bars ADD COLUMN dex_name {text};
ALTER TABLE price_bars ADD COLUMN pool {text};
";
