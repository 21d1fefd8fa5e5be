//! Table definitions are written once; the words in braces are the engine's.

use sea_orm::{ConnectionTrait, DbErr};

use crate::engine;

/// Runs the statements of `definition`, which end in `;`, after putting the engine's words in.
pub(super) async fn run(connection: &impl ConnectionTrait, definition: &str) -> Result<(), DbErr> {
    let mut sql = definition.to_owned();
    for (word, here) in engine::dialect(connection.get_database_backend()) {
        sql = sql.replace(word, here);
    }
    connection.execute_unprepared(&sql).await.map(|_| ())
}
