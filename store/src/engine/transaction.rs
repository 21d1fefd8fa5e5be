//! A running transaction that writes. Dropped without a commit, it is rolled back.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::Mutex;

use super::{Rows, connecting, executing, postgres, sqlite};

/// Reads and writes, all or nothing.
pub(crate) struct Transaction {
    // SeaORM passes connections by shared reference.
    connection: Mutex<Connection>,
    backend: DbBackend,
    /// It writes events.
    tells: AtomicBool,
}

enum Connection {
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
}

impl From<sqlx::Transaction<'static, sqlx::Postgres>> for Transaction {
    fn from(transaction: sqlx::Transaction<'static, sqlx::Postgres>) -> Self {
        Self {
            connection: Mutex::new(Connection::Postgres(transaction)),
            backend: DbBackend::Postgres,
            tells: AtomicBool::new(false),
        }
    }
}

impl From<sqlx::Transaction<'static, sqlx::Sqlite>> for Transaction {
    fn from(transaction: sqlx::Transaction<'static, sqlx::Sqlite>) -> Self {
        Self {
            connection: Mutex::new(Connection::Sqlite(transaction)),
            backend: DbBackend::Sqlite,
            tells: AtomicBool::new(false),
        }
    }
}

impl Transaction {
    /// Begins in a task of its own. A caller that gives up while the database is still answering BEGIN would otherwise
    /// leave a connection in the pool that is inside a transaction and does not know it.
    pub(super) async fn begin<D>(
        begin: impl Future<Output = Result<sqlx::Transaction<'static, D>, sqlx::Error>> + Send + 'static,
    ) -> Result<Self, DbErr>
    where
        D: sqlx::Database,
        Self: From<sqlx::Transaction<'static, D>>,
    {
        match tokio::spawn(begin).await {
            Ok(begun) => begun.map(Self::from).map_err(connecting),
            // The runtime is shutting down.
            Err(_) => Err(connecting(sqlx::Error::WorkerCrashed)),
        }
    }

    /// Keeps what was written. It is durable when this returns `Ok`; after an error it may or may not have been kept.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        match self.connection.into_inner() {
            Connection::Postgres(transaction) => transaction.commit().await,
            Connection::Sqlite(transaction) => transaction.commit().await,
        }
        .map_err(executing)
    }

    /// Undoes what was written.
    pub(crate) async fn roll_back(self) -> Result<(), DbErr> {
        match self.connection.into_inner() {
            Connection::Postgres(transaction) => transaction.rollback().await,
            Connection::Sqlite(transaction) => transaction.rollback().await,
        }
        .map_err(connecting)
    }

    /// Runs a statement that reads the relation `given` (see [`Rows`]), and returns the rows that it answers with.
    pub(crate) async fn bulk(&self, sql: &str, rows: &Rows) -> Result<Vec<QueryResult>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match &mut *self.connection.lock().await {
            Connection::Postgres(connection) => postgres::bulk(&mut **connection, sql, rows).await,
            Connection::Sqlite(connection) => sqlite::bulk(connection, sql, rows).await,
        }
    }

    /// Runs two statements that read the relation `given` and answer nothing; in one where the database can.
    pub(crate) async fn bulk_beside(&self, one: &str, other: &str, rows: &Rows) -> Result<(), DbErr> {
        let given = rows.given();
        if self.backend == DbBackend::Postgres {
            return self.bulk(&format!("{given}, beside AS ({one}) {other}"), rows).await.map(|_| ());
        }
        for statement in [other, one] {
            self.bulk(&format!("{given} {statement}"), rows).await?;
        }
        Ok(())
    }

    /// Says that it writes events: those who watch are woken once it is committed.
    pub(crate) fn tell(&self) {
        self.tells.store(true, Ordering::Relaxed);
    }

    /// Whether it writes events.
    pub(crate) fn tells(&self) -> bool {
        self.tells.load(Ordering::Relaxed)
    }

    /// What a SELECT ends with to lock the rows of `tokens` against other writers.
    pub(crate) const fn lock_tokens(&self) -> &'static str {
        match self.backend {
            DbBackend::Sqlite => sqlite::LOCK_TOKENS,
            _ => postgres::LOCK_TOKENS,
        }
    }

    /// The number of this transaction for `dataset_change`, as an SQL expression.
    pub(crate) const fn change(&self) -> &'static str {
        match self.backend {
            DbBackend::Sqlite => sqlite::CHANGE,
            _ => postgres::CHANGE,
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &mut *self.connection.lock().await {
            Connection::Postgres(connection) => postgres::execute(&mut **connection, statement).await,
            Connection::Sqlite(connection) => sqlite::execute(&mut **connection, statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &mut *self.connection.lock().await {
            Connection::Postgres(connection) => postgres::execute_unprepared(&mut **connection, sql).await,
            Connection::Sqlite(connection) => sqlite::execute_unprepared(&mut **connection, sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &mut *self.connection.lock().await {
            Connection::Postgres(connection) => postgres::query_one(&mut **connection, statement).await,
            Connection::Sqlite(connection) => sqlite::query_one(&mut **connection, statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &mut *self.connection.lock().await {
            Connection::Postgres(connection) => postgres::query_all(&mut **connection, statement).await,
            Connection::Sqlite(connection) => sqlite::query_all(&mut **connection, statement).await,
        }
    }
}
