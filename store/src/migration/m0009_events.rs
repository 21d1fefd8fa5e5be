//! Events as they are written: small rows, read in the order of their numbers. The table that they were planned in was
//! never written to.

use sea_orm_migration::prelude::*;
use uuid::Uuid;

use super::dialect;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        dialect::run(connection, UP).await?;
        // A number that tells this database's cursors from those of another.
        let log_id = Uuid::new_v4().as_u64_pair().0 >> 1;
        let sql = format!("INSERT INTO event_log (log_id, pruned_to) VALUES ({log_id}, 0)");
        connection.execute_unprepared(&sql).await.map(|_| ())
    }
}

const UP: &str = "
DROP TABLE events;

CREATE TABLE events (
    event_id {number},
    token_id {integer64} NOT NULL,
    alert_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    change_pct {double},
    detail {text},
    happened_at {moment} NOT NULL,
    recorded_at {moment} NOT NULL
);

CREATE TABLE event_log (
    log_id {integer64} NOT NULL,
    pruned_to {integer64} NOT NULL
);
";
