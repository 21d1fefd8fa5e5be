//! Which tracker polls which tokens.

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
CREATE TABLE tracker_leases (
    shard {integer} PRIMARY KEY,
    holder {text} NOT NULL,
    epoch {integer64} NOT NULL,
    expires_at {moment} NOT NULL
);
";
