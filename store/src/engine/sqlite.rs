//! SQLite: one connection that writes, several that read, lists of values for many rows, moments as integers.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    SqliteTransactionMode, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait, Value,
};
use sea_query_sqlx::SqlxValues;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Arguments, AssertSqlSafe, SqliteExecutor, SqlitePool};
use tokio::sync::watch;

use super::bulk::Column;
use super::connection::Connection;
use super::held::{Doubt, Held};
use super::probe::Probe;
use super::{Rows, Transaction, connecting, executing, pool_metrics, querying};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::options::{ConnectOptions, Durability};
use crate::week::Week;

pub(super) const DIALECT: &[(&str, &str)] = &[
    ("{number}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("{integer64}", "INTEGER"),
    ("{integer}", "INTEGER"),
    ("{double}", "REAL"),
    ("{boolean}", "BOOLEAN"),
    ("{text}", "TEXT"),
    ("{bytes}", "BLOB"),
    ("{uuid}", "BLOB"),
    ("{json}", "TEXT"),
    ("{moment}", "INTEGER"),
    ("{long ago}", "0"),
    ("{partitioned by observed_at}", "WITHOUT ROWID"),
    ("{clustered}", "WITHOUT ROWID"),
    ("{rewritten in place}", ""),
];

/// Whoever writes is alone.
pub(super) const LOCK_TOKENS: &str = "";
/// Transactions are numbered as they come: none can commit before an earlier one.
pub(super) const CHANGE: &str = "(SELECT MAX(
         COALESCE((SELECT MAX(dataset_change) FROM outcomes), 1),
         COALESCE((SELECT MAX(dataset_change) FROM removed_alerts), 1)) + 1)";
pub(super) const PRESENT_MOMENT: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000";
pub(super) const SETTLED_BELOW: &str = "9223372036854775807";
pub(super) const UPCOMING_CHANGE: &str = "0";
pub(super) const LAST_EVENT_NUMBER: &str = "(SELECT seq FROM sqlite_sequence WHERE name = 'events')";

/// SQLite takes this many values in one statement; some are left for the statement's own.
const MOST_VALUES: usize = 32_000;
/// More rows at once are no faster.
const MOST_ROWS: usize = 256;

/// SQLITE_BUSY.
const BUSY: &str = "5";
/// Between two attempts to open a file.
const OPENED_AGAIN_AFTER: Duration = Duration::from_millis(20);

pub(crate) struct Sqlite {
    readers: SqlitePool,
    writer: SqlitePool,
    pub(super) probe: Probe<sqlx::Sqlite>,
    pub(super) statement_timeout: Duration,
    doubt: Doubt,
    pub(super) events: watch::Sender<u64>,
}

/// Opens the file, again where it is locked, for as long as `patience`. Of several that make a new file at the same moment
/// SQLite refuses some at once: the switch to the write-ahead log does not wait for the busy timeout.
async fn connect(
    pool: SqlitePoolOptions,
    file: &SqliteConnectOptions,
    patience: Duration,
) -> Result<SqlitePool, sqlx::Error> {
    let begun = Instant::now();
    loop {
        match pool.clone().connect_with(file.clone()).await {
            Err(sqlx::Error::Database(error))
                if error.code().as_deref() == Some(BUSY) && begun.elapsed() < patience =>
            {
                tokio::time::sleep(OPENED_AGAIN_AFTER).await;
            }
            connected => return connected,
        }
    }
}

impl Sqlite {
    pub(super) async fn open(options: &ConnectOptions) -> Result<Self, StoreError> {
        let file = SqliteConnectOptions::from_str(&options.url).map_err(|error| options.no_address(&error))?;
        let path = file.get_filename();
        if path.as_os_str().is_empty() || options.url.contains(":memory:") || options.url.contains("mode=memory") {
            return Err(options.no_address(&"a database in memory has no readers besides its writer; name a file"));
        }
        if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(|error| options.no_address(&error))?;
        }
        let file = file
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(options.acquire_timeout)
            .foreign_keys(true)
            .synchronous(match options.durability {
                Durability::Full => SqliteSynchronous::Full,
                Durability::Relaxed => SqliteSynchronous::Off,
            })
            // In pages of 4 KiB. A page that is rewritten many times in between is copied back only once.
            .pragma(
                "wal_autocheckpoint",
                match options.durability {
                    Durability::Full => "1000",
                    Durability::Relaxed => "16000",
                },
            )
            .pragma("cache_size", "-32768")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(256);
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None);
        let doing = "opening the database file";
        // The writer first: it makes the file.
        let writer = connect(pool.clone().max_connections(1), &file, options.acquire_timeout).await;
        let writer = writer.map_err(connecting).doing(doing)?;
        let reading = file.pragma("query_only", "true");
        let readers = connect(pool.max_connections(options.max_connections), &reading, options.acquire_timeout).await;
        let readers = readers.map_err(connecting).doing(doing)?;
        pool_metrics::watch(&readers, "sqlite.readers");
        pool_metrics::watch(&writer, "sqlite.writer");
        Ok(Self {
            readers,
            writer,
            // `SELECT 1` would not look at the file.
            probe: Probe::new(reading, "SELECT 1 FROM sqlite_schema LIMIT 1", options.acquire_timeout),
            statement_timeout: options.statement_timeout,
            doubt: Doubt::new(),
            events: watch::Sender::new(0),
        })
    }

    pub(super) async fn reader(&self) -> Result<Connection, DbErr> {
        Held::acquire(&self.readers, self.statement_timeout, &self.doubt).await.map(Connection::Sqlite)
    }

    pub(super) async fn begin(&self) -> Result<Transaction, DbErr> {
        self.begin_with(&self.writer, "BEGIN IMMEDIATE").await
    }

    /// The first statement fixes the moment.
    pub(super) async fn snapshot(&self) -> Result<Transaction, DbErr> {
        self.begin_with(&self.readers, "BEGIN").await
    }

    async fn begin_with(&self, pool: &SqlitePool, statement: &'static str) -> Result<Transaction, DbErr> {
        let (pool, limit, doubt) = (pool.clone(), self.statement_timeout, self.doubt.clone());
        let acquired = async move { Held::acquire(&pool, limit, &doubt).await.map(Connection::Sqlite) };
        Transaction::begin(acquired, statement).await
    }

    pub(super) fn orm(&self) -> DatabaseConnection {
        SqlxSqliteConnector::from_sqlx_sqlite_pool(self.writer.clone())
    }

    pub(super) async fn begin_migration(&self) -> Result<DatabaseTransaction, DbErr> {
        let immediate = Some(SqliteTransactionMode::Immediate);
        self.orm()
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: immediate,
                ..TransactionOptions::default()
            })
            .await
    }

    pub(super) async fn close(&self) {
        self.probe.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Weeks before `end` that have prices: at least the first such week of every token.
pub(super) async fn weeks_before(connection: &impl ConnectionTrait, end: Timestamp) -> Result<BTreeSet<Week>, DbErr> {
    let sql = "SELECT DISTINCT first FROM (
                   SELECT (SELECT MIN(observed_at) FROM price_snapshots WHERE token_id = tokens.token_id) AS first
                   FROM tokens) WHERE first < $1";
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [Moment(end).into()]);
    let found = connection.query_all_raw(statement).await?;
    found.iter().map(|row| Ok(Week::of(row.try_get_by_index::<Moment>(0)?.0))).collect()
}

/// Moments become microseconds here, the only place where values of entities are bound.
fn with_values(statement: &Statement) -> sqlx::query::Query<'_, sqlx::Sqlite, SqlxValues> {
    let mut values = statement.values.clone().unwrap_or_else(|| sea_orm::Values(Vec::new()));
    for value in &mut values.0 {
        if let Value::ChronoDateTimeUtc(at) = value {
            *value = Value::BigInt(at.map(|at| at.timestamp_micros()));
        }
    }
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

pub(super) async fn execute(to: impl SqliteExecutor<'_>, statement: Statement) -> Result<ExecResult, DbErr> {
    with_values(&statement).execute(to).await.map(ExecResult::from).map_err(executing)
}

pub(super) async fn execute_unprepared(to: impl SqliteExecutor<'_>, sql: &str) -> Result<ExecResult, DbErr> {
    to.execute(AssertSqlSafe(sql.to_owned())).await.map(ExecResult::from).map_err(executing)
}

pub(super) async fn query_one(to: impl SqliteExecutor<'_>, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
    Ok(with_values(&statement).fetch_optional(to).await.map_err(querying)?.map(QueryResult::from))
}

pub(super) async fn query_all(to: impl SqliteExecutor<'_>, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
    let rows = with_values(&statement).fetch_all(to).await.map_err(querying)?;
    Ok(rows.into_iter().map(QueryResult::from).collect())
}

/// In chunks whose sizes are powers of two, so that few different statements are prepared.
pub(super) async fn bulk(to: &mut SqliteConnection, sql: &str, rows: &Rows<'_>) -> Result<Vec<QueryResult>, DbErr> {
    let width = rows.columns.len().max(1);
    let most = (MOST_VALUES / width).clamp(1, MOST_ROWS);
    let row = format!("({})", vec!["?"; width].join(","));
    let mut answer = Vec::new();
    let mut start = 0;
    while start < rows.count {
        let left = (rows.count - start).min(most);
        let size = 1 << left.ilog2();
        let mut arguments = SqliteArguments::default();
        for index in start..start + size {
            for (_, column) in &rows.columns {
                add(&mut arguments, column, index)?;
            }
        }
        let given = format!("VALUES {}", vec![row.as_str(); size].join(","));
        let query = sqlx::query_with(AssertSqlSafe(sql.replace("{given}", &given)), arguments);
        let found = query.fetch_all(&mut *to).await.map_err(querying)?;
        answer.extend(found.into_iter().map(QueryResult::from));
        start += size;
    }
    Ok(answer)
}

fn add(arguments: &mut SqliteArguments, column: &Column<'_>, index: usize) -> Result<(), DbErr> {
    match column {
        Column::Integer64(values) => arguments.add(values[index]),
        Column::Integer(values) => arguments.add(values[index]),
        Column::Double(values) => arguments.add(values[index]),
        Column::Boolean(values) => arguments.add(values[index]),
        Column::Text(values) => arguments.add(values[index].as_deref().map(str::to_owned)),
        Column::Json(values) => arguments.add(values[index].clone()),
        Column::Bytes(values) => arguments.add(values[index].as_deref().map(<[u8]>::to_vec)),
        Column::Uuid(values) => arguments.add(values[index]),
        Column::Moment(values) => arguments.add(values[index].map(domain::timestamp::Timestamp::micros)),
    }
    .map_err(|error| querying(sqlx::Error::Encode(error)))
}
