//! A connection to either kind of database.

use std::time::Duration;

use sea_orm::{DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::mpsc;

use super::held::{Held, within_limit};
use super::{Rows, postgres, sqlite};

/// On loan; every question has a limit in time (see [`Held`]).
pub(super) enum Connection {
    Postgres(Held<sqlx::Postgres>),
    Sqlite(Held<sqlx::Sqlite>),
}

impl Connection {
    pub(super) async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        match self {
            Self::Postgres(held) => held.begin(statement).await,
            Self::Sqlite(held) => held.begin(statement).await,
        }
    }

    pub(super) async fn commit(&mut self) -> Result<(), DbErr> {
        match self {
            Self::Postgres(held) => held.commit().await,
            Self::Sqlite(held) => held.commit().await,
        }
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), DbErr> {
        match self {
            Self::Postgres(held) => held.roll_back().await,
            Self::Sqlite(held) => held.roll_back().await,
        }
    }

    /// Lets every statement until the end of the transaction take so long.
    pub(super) async fn take_time(&mut self, limit: Duration) -> Result<(), DbErr> {
        match self {
            Self::Postgres(held) => {
                let sql = postgres::take_time(limit);
                within_limit!(held, connection => postgres::execute_unprepared(connection, &sql))?;
                held.set_limit(limit);
            }
            Self::Sqlite(held) => held.set_limit(limit),
        }
        Ok(())
    }

    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Postgres(held) => within_limit!(held, connection => postgres::execute(connection, statement)),
            Self::Sqlite(held) => within_limit!(held, connection => sqlite::execute(connection, statement)),
        }
    }

    pub(super) async fn execute_unprepared(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Postgres(held) => within_limit!(held, connection => postgres::execute_unprepared(connection, sql)),
            Self::Sqlite(held) => within_limit!(held, connection => sqlite::execute_unprepared(connection, sql)),
        }
    }

    pub(super) async fn query_one(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Postgres(held) => within_limit!(held, connection => postgres::query_one(connection, statement)),
            Self::Sqlite(held) => within_limit!(held, connection => sqlite::query_one(connection, statement)),
        }
    }

    pub(super) async fn query_all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Postgres(held) => within_limit!(held, connection => postgres::query_all(connection, statement)),
            Self::Sqlite(held) => within_limit!(held, connection => sqlite::query_all(connection, statement)),
        }
    }

    /// The limit is for all rows together, also where they take several statements.
    pub(super) async fn bulk(&mut self, sql: &str, rows: &Rows<'_>) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Postgres(held) => within_limit!(held, connection => postgres::bulk(connection, sql, rows)),
            Self::Sqlite(held) => within_limit!(held, connection => sqlite::bulk(connection, sql, rows)),
        }
    }

    /// Sends what a `COPY … TO STDOUT` answers in pieces, until nobody listens any more. Postgres has that alone.
    pub(super) async fn copy_out(&mut self, sql: &str, chunks: &mpsc::Sender<Vec<u8>>) -> Result<(), DbErr> {
        match self {
            Self::Postgres(held) => postgres::copy_out(held, sql, chunks).await,
            Self::Sqlite(_) => Err(DbErr::Custom("SQLite has no COPY".to_owned())),
        }
    }

    /// Adds rows, none of which is there yet.
    pub(super) async fn copy_in(&mut self, table: &str, rows: &Rows<'_>) -> Result<(), DbErr> {
        match self {
            Self::Postgres(held) => {
                held.set_interruptible(false);
                let copied = within_limit!(held, connection => postgres::copy_in(connection, table, rows));
                held.set_interruptible(true);
                copied
            }
            Self::Sqlite(_) => self.bulk(&rows.insert_into(table, ""), rows).await.map(|_| ()),
        }
    }
}
