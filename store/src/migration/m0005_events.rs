//! Events, for those who watch.

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
CREATE TABLE events (
    event_id {number},
    written_by {integer64} NOT NULL,
    token_id {integer64} NOT NULL,
    alert_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    happened_at {moment} NOT NULL,
    recorded_at {moment} NOT NULL,
    detail {json} NOT NULL
);

CREATE INDEX events_by_writer ON events (written_by, event_id);
";
