//! What is left of a deleted alert: that it was there, for those who keep a copy of the dataset. And from when on each of
//! the bot's configs held, which may be more than once.

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
CREATE TABLE removed_alerts (
    alert_id {uuid} PRIMARY KEY,
    dataset_change {integer64} NOT NULL,
    removed_at {moment} NOT NULL
);

CREATE INDEX removed_alerts_by_change ON removed_alerts (dataset_change);

CREATE TABLE config_uses (
    effective_at {moment} NOT NULL,
    revision {text} NOT NULL REFERENCES configs,
    recorded_at {moment} NOT NULL,
    PRIMARY KEY (effective_at, revision)
);

INSERT INTO config_uses (effective_at, revision, recorded_at) SELECT effective_at, revision, recorded_at FROM configs;

ALTER TABLE configs DROP COLUMN effective_at;
";
