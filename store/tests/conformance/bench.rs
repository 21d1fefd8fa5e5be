//! A fresh database for one test.

use std::path::Path;

use anyhow::Result;
use store::{ConnectOptions, Durability, Rules, Store};

/// A migrated store, and what keeps its database alive.
pub struct Bench {
    pub store: Store,
    pub url: String,
    pub rules: Rules,
    _guard: Guard,
}

#[expect(dead_code, reason = "held until the test ends")]
enum Guard {
    Postgres(throwaway_postgres::Database),
    Sqlite(tempfile::TempDir),
    Another,
}

impl Bench {
    pub async fn postgres() -> Result<Self> {
        let database = throwaway_postgres::database().await?;
        Self::on(database.url().to_owned(), Guard::Postgres(database)).await
    }

    pub async fn sqlite() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Self::on(sqlite_url(folder.path()), Guard::Sqlite(folder)).await
    }

    async fn on(url: String, guard: Guard) -> Result<Self> {
        let store = Store::connect(options(&url)).await?;
        store.migrate().await?;
        Ok(Self { store, url, rules: Rules::default(), _guard: guard })
    }

    /// The same database through another store; it goes with the first one.
    pub fn beside(first: &Self, store: Store) -> Self {
        Self { store, url: first.url.clone(), rules: first.rules.clone(), _guard: Guard::Another }
    }

    /// A store of its own on the same database, as another process would have.
    pub async fn another(&self) -> Result<Store> {
        Ok(Store::connect(options(&self.url)).await?)
    }

    pub fn is_sqlite(&self) -> bool {
        self.store.kind() == store::EngineKind::Sqlite
    }

    /// Runs a statement behind the store's back.
    pub async fn behind_its_back(&self, sql: &str) -> Result<()> {
        use sqlx::{AssertSqlSafe, Connection, Executor};
        if self.is_sqlite() {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await?;
            connection.execute(AssertSqlSafe(sql)).await?;
            connection.close().await?;
        } else {
            let mut connection = sqlx::PgConnection::connect(&self.url).await?;
            connection.execute(AssertSqlSafe(sql)).await?;
            connection.close().await?;
        }
        Ok(())
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> Result<i64> {
        use sqlx::{AssertSqlSafe, Connection};
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        Ok(if self.is_sqlite() {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await?;
            sqlx::query_scalar(sql).fetch_one(&mut connection).await?
        } else {
            let mut connection = sqlx::PgConnection::connect(&self.url).await?;
            sqlx::query_scalar(sql).fetch_one(&mut connection).await?
        })
    }
}

pub fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("perftrack.db").display())
}

/// Few connections, since many tests run at once, and much patience, since the machine may be busy.
pub fn options(url: &str) -> ConnectOptions {
    ConnectOptions {
        max_connections: 4,
        acquire_timeout: std::time::Duration::from_secs(60),
        durability: Durability::Relaxed,
        ..ConnectOptions::from(url)
    }
}
