//! A fresh database of either engine, removed with its guard.

use tempfile::TempDir;

/// Keeps a database alive.
pub enum Engine {
    /// A file in a folder of its own.
    Sqlite(TempDir),
    /// A database of its own on a throwaway server.
    Postgres(throwaway_postgres::Database),
}

impl Engine {
    /// An empty SQLite file.
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// An empty Postgres database.
    pub async fn postgres() -> Self {
        Self::Postgres(throwaway_postgres::database().await.unwrap())
    }

    /// How the services reach it.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("perftrack.db").display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }

    /// Brings its tables up to date and opens it.
    pub async fn store(&self) -> store::Store {
        let store = store::Store::connect(self.url()).await.unwrap();
        store.migrate().await.unwrap();
        store
    }
}
