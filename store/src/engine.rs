//! The two kinds of database behind one face. [`Engine`] reads (any number at a time), [`Transaction`] writes; both are
//! SeaORM connections. What differs stands in `postgres.rs` and `sqlite.rs`.

mod bulk;
mod connection;
mod held;
mod pool_metrics;
mod postgres;
mod probe;
mod sqlite;
mod transaction;

use std::collections::BTreeSet;
use std::time::Duration;

use domain::timestamp::Timestamp;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement,
};

use tokio::sync::watch;

pub(crate) use bulk::Rows;
pub(crate) use transaction::Transaction;

use connection::Connection;

use crate::error::StoreError;
use crate::options::{ConnectOptions, EngineKind};
use crate::week::Week;

/// An open database.
pub(crate) enum Engine {
    Postgres(postgres::Postgres),
    Sqlite(sqlite::Sqlite),
}

impl Engine {
    /// Opens the database that the address names, and checks that it answers.
    pub(crate) async fn open(options: &ConnectOptions) -> Result<Self, StoreError> {
        match options.kind()? {
            EngineKind::Postgres => postgres::Postgres::open(options).await.map(Self::Postgres),
            EngineKind::Sqlite => sqlite::Sqlite::open(options).await.map(Self::Sqlite),
        }
    }

    pub(crate) const fn kind(&self) -> EngineKind {
        match self {
            Self::Postgres(_) => EngineKind::Postgres,
            Self::Sqlite(_) => EngineKind::Sqlite,
        }
    }

    /// How long one statement may take.
    pub(crate) const fn statement_timeout(&self) -> Duration {
        match self {
            Self::Postgres(postgres) => postgres.statement_timeout,
            Self::Sqlite(sqlite) => sqlite.statement_timeout,
        }
    }

    /// Begins to write. On SQLite this waits for its turn.
    pub(crate) async fn begin(&self) -> Result<Transaction, DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.begin().await,
            Self::Sqlite(sqlite) => sqlite.begin().await,
        }
    }

    /// Begins to read from one moment's state, whatever is written meanwhile.
    pub(crate) async fn snapshot(&self) -> Result<Transaction, DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.snapshot().await,
            Self::Sqlite(sqlite) => sqlite.snapshot().await,
        }
    }

    /// Begins to change tables, alone: other migrators wait until this transaction ends.
    pub(crate) async fn begin_migration(&self) -> Result<DatabaseTransaction, DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.begin_migration().await,
            Self::Sqlite(sqlite) => sqlite.begin_migration().await,
        }
    }

    /// A connection that reads.
    async fn reader(&self) -> Result<Connection, DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.reader().await,
            Self::Sqlite(sqlite) => sqlite.reader().await,
        }
    }

    /// Whether the database answers, soon. That all connections are busy is no reason to say no.
    pub(crate) async fn probe(&self) -> Result<(), DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.probe.ask().await,
            Self::Sqlite(sqlite) => sqlite.probe.ask().await,
        }
    }

    /// The plain SeaORM connection. Nothing that is asked of it has a limit in time.
    pub(crate) fn orm(&self) -> DatabaseConnection {
        match self {
            Self::Postgres(postgres) => postgres.orm(),
            Self::Sqlite(sqlite) => sqlite.orm(),
        }
    }

    /// Makes sure that observations of these moments have somewhere to go.
    pub(crate) async fn make_partitions(&self, moments: impl Iterator<Item = Timestamp>) -> Result<(), DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.make_partitions(moments).await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Weeks before `end`, a Monday, that have raw prices: at least the oldest of them.
    pub(crate) async fn weeks_before(&self, end: Timestamp) -> Result<BTreeSet<Week>, DbErr> {
        match self {
            Self::Postgres(_) => postgres::weeks_before(self, end).await,
            Self::Sqlite(_) => sqlite::weeks_before(self, end).await,
        }
    }

    /// Drops the partition of a week, where there are partitions. To be called before the transaction locks anything else.
    pub(crate) async fn drop_partition(&self, transaction: &Transaction, week: Week) -> Result<(), DbErr> {
        match self {
            Self::Postgres(postgres) => postgres.drop_partition(transaction, week).await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Whether a failed transaction may be run again at once: it was the victim of a deadlock, or a partition was gone.
    pub(crate) fn may_repeat(&self, error: &DbErr) -> bool {
        match self {
            Self::Postgres(postgres) => postgres.may_repeat(error),
            Self::Sqlite(_) => false,
        }
    }

    /// The number below which no transaction can still commit, as an SQL expression: rows of `dataset_change` and
    /// `written_by` at or above it may yet get company.
    pub(crate) const fn settled_below(&self) -> &'static str {
        match self {
            Self::Postgres(_) => postgres::SETTLED_BELOW,
            Self::Sqlite(_) => sqlite::SETTLED_BELOW,
        }
    }

    /// The number that the next transaction gets, as an SQL expression: every one that has a number already is below.
    pub(crate) const fn upcoming_change(&self) -> &'static str {
        match self {
            Self::Postgres(_) => postgres::UPCOMING_CHANGE,
            Self::Sqlite(_) => sqlite::UPCOMING_CHANGE,
        }
    }

    /// The last number that was given to an event, as an SQL expression.
    pub(crate) const fn last_event_number(&self) -> &'static str {
        match self {
            Self::Postgres(_) => postgres::LAST_EVENT_NUMBER,
            Self::Sqlite(_) => sqlite::LAST_EVENT_NUMBER,
        }
    }

    /// Says to those who watch that events were written.
    pub(crate) fn told(&self) {
        self.events().send_modify(|written| *written += 1);
    }

    /// Counts the transactions of this process that wrote events.
    pub(crate) const fn events(&self) -> &watch::Sender<u64> {
        match self {
            Self::Postgres(postgres) => &postgres.events,
            Self::Sqlite(sqlite) => &sqlite.events,
        }
    }

    /// Numbers of changes that lie in the future come from another server, of which this database is a copy: they are
    /// made old. The other server may have told its watchers of more events than were copied: their numbers are passed
    /// over, so that a cursor from there stands before all that is told here.
    pub(crate) async fn renumber_changes(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        match self {
            Self::Postgres(_) => {
                if transaction.execute_unprepared(postgres::RENUMBER_CHANGES).await?.rows_affected() > 0 {
                    transaction.execute_unprepared(postgres::SKIP_EVENT_NUMBERS).await?;
                }
                Ok(())
            }
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Waits for running work, then closes the connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Postgres(postgres) => postgres.close().await,
            Self::Sqlite(sqlite) => sqlite.close().await,
        }
    }
}

/// The words that table definitions are written with, and what the engine calls them.
pub(crate) const fn dialect(backend: DbBackend) -> &'static [(&'static str, &'static str)] {
    match backend {
        DbBackend::Sqlite => sqlite::DIALECT,
        _ => postgres::DIALECT,
    }
}

/// The present moment by the database's clock, which moves on during a transaction, as an SQL expression.
pub(crate) const fn present_moment(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => sqlite::PRESENT_MOMENT,
        _ => postgres::PRESENT_MOMENT,
    }
}

/// Reads through the pool: each statement on whichever connection is free.
#[async_trait::async_trait]
impl ConnectionTrait for Engine {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Postgres(_) => DbBackend::Postgres,
            Self::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.reader().await?.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.reader().await?.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.reader().await?.query_one(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.reader().await?.query_all(statement).await
    }
}

fn connecting(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn executing(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn querying(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
