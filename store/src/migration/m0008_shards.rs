//! Shards of the tokens, the leases of the shards, and who there is to hold them.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::prelude::*;

use super::dialect;
use crate::leases::Shard;
use crate::stored::token_key;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        dialect::run(connection, UP).await?;
        fill(connection).await?;
        let rows: Vec<String> = std::iter::once(Shard::HOUSEKEEPING)
            .chain(Shard::all())
            .map(|shard| format!("({shard}, '', 0, {{long ago}})"))
            .collect();
        // A tracker of an older version may have left some; nothing ever read them.
        let free = format!(
            "DELETE FROM tracker_leases; INSERT INTO tracker_leases (shard, holder, epoch, expires_at) VALUES {};",
            rows.join(", ")
        );
        dialect::run(connection, &free).await?;
        if connection.get_database_backend() == DbBackend::Postgres {
            // An older program that does not know of shards must not add tokens that nobody would follow.
            connection.execute_unprepared("ALTER TABLE tokens ALTER COLUMN shard DROP DEFAULT").await?;
        }
        Ok(())
    }
}

const UP: &str = "
ALTER TABLE tokens ADD COLUMN shard {integer} NOT NULL DEFAULT 0;

CREATE TABLE trackers (
    holder {text} PRIMARY KEY,
    expires_at {moment} NOT NULL
);
";

/// So many tokens in one statement.
const TOGETHER: i64 = 5_000;

/// Works out the shard of every token that is there.
async fn fill(connection: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let backend = connection.get_database_backend();
    let mut after = i64::MIN;
    loop {
        let sql = "SELECT token_id, chain, address FROM tokens WHERE token_id > $1 ORDER BY token_id LIMIT $2";
        let statement = Statement::from_sql_and_values(backend, sql, [after.into(), TOGETHER.into()]);
        let mut values = Vec::new();
        for row in connection.query_all_raw(statement).await? {
            let (number, chain, address): (i64, String, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            let token = token_key(&chain, &address).map_err(|error| DbErr::Migration(error.to_string()))?;
            values.push(format!("({number}, {})", Shard::of(&token)));
            after = number;
        }
        if values.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "WITH given (token_id, shard) AS (VALUES {})
             UPDATE tokens SET shard = given.shard FROM given WHERE tokens.token_id = given.token_id",
            values.join(", ")
        );
        connection.execute_unprepared(&sql).await?;
    }
}
