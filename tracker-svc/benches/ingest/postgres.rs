//! PostgreSQL alone: rows out of one database, and into another.

use std::time::Instant;

use futures::TryStreamExt;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use store::Store;
use throwaway_postgres::Database;

/// The rows of a table in the format of COPY.
pub struct Rows {
    table: String,
    columns: String,
    data: Vec<u8>,
    /// How many.
    pub count: u64,
}

/// All rows of a table.
pub async fn rows_of(database: &Database, table: &str) -> Rows {
    let pool = PgPool::connect(database.url()).await.unwrap();
    let sql = "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
               WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped";
    let columns: String = sqlx::query_scalar(sql).bind(table).fetch_one(&pool).await.unwrap();
    let count: i64 =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(&pool).await.unwrap();
    let copy = format!("COPY (SELECT {columns} FROM {table}) TO STDOUT");
    let mut stream = pool.copy_out_raw(&copy).await.unwrap();
    let mut data = Vec::new();
    while let Some(some) = stream.try_next().await.unwrap() {
        data.extend_from_slice(&some);
    }
    drop(stream);
    pool.close().await;
    Rows { table: table.to_owned(), columns, data, count: count.try_into().unwrap() }
}

/// Copies rows into their tables, in one transaction; returns the seconds that it took.
pub async fn copy(database: &Database, tables: &[Rows]) -> f64 {
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let began = Instant::now();
    let mut transaction = connection.begin().await.unwrap();
    for Rows { table, columns, data, .. } in tables {
        let mut copy = transaction.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await.unwrap();
        for part in data.chunks(256 * 1_024) {
            copy.send(part).await.unwrap();
        }
        copy.finish().await.unwrap();
    }
    transaction.commit().await.unwrap();
    began.elapsed().as_secs_f64()
}

/// Runs statements.
pub async fn run(database: &Database, sql: String) {
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Brings the tables up to date.
pub async fn migrate(database: &Database) {
    let store = Store::connect(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}
