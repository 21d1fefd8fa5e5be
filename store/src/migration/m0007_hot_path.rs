//! What recording need not pay for.
//!
//! Every row of `alerts` and `outcomes` cost Postgres a query for its foreign key, a third of the work. The rows of one
//! alert are written by one transaction in one place, which holds the token's lock, and removed in one; the tests assert
//! that they belong together. (SQLite keeps its keys: there they cost little, and could only be dropped with the table.)
//!
//! The index on `window_end` is not needed beside the one on `seal_due_at`, which is never earlier.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

use super::dialect;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if connection.get_database_backend() == DbBackend::Postgres {
            dialect::run(connection, DROP_KEYS).await?;
        }
        dialect::run(connection, "DROP INDEX outcomes_followed;").await
    }
}

const DROP_KEYS: &str = "
ALTER TABLE alerts DROP CONSTRAINT alerts_token_id_fkey;
ALTER TABLE outcomes DROP CONSTRAINT outcomes_token_id_alert_id_fkey;
";
