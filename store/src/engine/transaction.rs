//! A running transaction that writes. Dropped without a commit, it is rolled back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::{Mutex, mpsc};
use tracing::Instrument as _;

use super::connection::Connection;
use super::{Rows, connecting, postgres, sqlite};

/// Reads and writes, all or nothing. Every statement has a limit in time.
pub(crate) struct Transaction {
    // SeaORM passes connections by shared reference.
    connection: Mutex<Connection>,
    backend: DbBackend,
    /// It writes events.
    tells: AtomicBool,
}

impl Transaction {
    /// Begins with `statement` on the connection that `acquired` gives, in a task of its own: a caller that gives up while
    /// the database is still answering BEGIN leaves no connection behind that nobody takes care of.
    pub(super) async fn begin(
        acquired: impl Future<Output = Result<Connection, DbErr>> + Send + 'static,
        statement: &'static str,
    ) -> Result<Self, DbErr> {
        let begin = async move {
            let mut connection = acquired.await?;
            connection.begin(statement).await?;
            Ok::<_, DbErr>(connection)
        };
        let connection = match tokio::spawn(begin.in_current_span()).await {
            Ok(begun) => begun?,
            // The runtime is shutting down.
            Err(_) => return Err(connecting(sqlx::Error::WorkerCrashed)),
        };
        let backend = match connection {
            Connection::Postgres(_) => DbBackend::Postgres,
            Connection::Sqlite(_) => DbBackend::Sqlite,
        };
        Ok(Self { connection: Mutex::new(connection), backend, tells: AtomicBool::new(false) })
    }

    /// Keeps what was written. It is durable when this returns `Ok`; after an error it may or may not have been kept.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.connection.into_inner().commit().await
    }

    /// Undoes what was written.
    pub(crate) async fn roll_back(self) -> Result<(), DbErr> {
        self.connection.into_inner().roll_back().await
    }

    /// Lets each of its further statements take so long, where the usual limit is too short for so much work.
    #[expect(dead_code, reason = "for work on whole partitions")]
    pub(crate) async fn take_time(&self, limit: Duration) -> Result<(), DbErr> {
        self.connection.lock().await.take_time(limit).await
    }

    /// Runs a statement that reads the relation `given` (see [`Rows`]), and returns the rows that it answers with.
    pub(crate) async fn bulk(&self, sql: &str, rows: &Rows<'_>) -> Result<Vec<QueryResult>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.connection.lock().await.bulk(sql, rows).await
    }

    /// Adds rows that nothing speaks against, in the fastest way that the engine has. One that is there already is an
    /// error, after which this transaction can only be rolled back.
    pub(crate) async fn copy_in(&self, table: &str, rows: &Rows<'_>) -> Result<(), DbErr> {
        if rows.is_empty() {
            return Ok(());
        }
        self.connection.lock().await.copy_in(table, rows).await
    }

    /// Sends what a `COPY … TO STDOUT` answers in pieces, until nobody listens any more, and ends. Postgres has that alone.
    pub(crate) async fn copy_out(self, sql: &str, chunks: &mpsc::Sender<Vec<u8>>) -> Result<(), DbErr> {
        let mut connection = self.connection.into_inner();
        connection.copy_out(sql, chunks).await
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

    /// What a SELECT ends with to keep its rows of `tracker_leases` from being taken over until this transaction ends.
    pub(crate) const fn keep_leases(&self) -> &'static str {
        match self.backend {
            DbBackend::Sqlite => "",
            _ => postgres::KEEP_LEASES,
        }
    }

    /// What a SELECT ends with to lock its rows for itself, leaving out those that somebody has locked in any way.
    pub(crate) const fn skip_locked(&self) -> &'static str {
        match self.backend {
            DbBackend::Sqlite => "",
            _ => postgres::SKIP_LOCKED,
        }
    }

    /// The statement that limits how long this transaction waits for locks and for its client, in milliseconds; `None`
    /// where there is nothing to limit.
    pub(crate) fn limit_patience(&self, most_ms: u128) -> Option<String> {
        match self.backend {
            DbBackend::Sqlite => None,
            _ => Some(postgres::limit_patience(most_ms)),
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
        self.connection.lock().await.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.lock().await.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.connection.lock().await.query_one(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.connection.lock().await.query_all(statement).await
    }
}
