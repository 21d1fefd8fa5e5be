//! The bot's configuration and the ledger of recommendations.

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
CREATE TABLE configs (
    revision {text} PRIMARY KEY,
    config_values {json} NOT NULL,
    effective_at {moment} NOT NULL,
    recorded_at {moment} NOT NULL
);

CREATE TABLE recommendations (
    recommendation_id {uuid} PRIMARY KEY,
    recommended_at {moment} NOT NULL,
    priority {text} NOT NULL,
    confidence {text} NOT NULL,
    issue {text} NOT NULL,
    content {json} NOT NULL
);

CREATE INDEX recommendations_by_time ON recommendations (recommended_at);
";
