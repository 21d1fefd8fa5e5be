//! A database for one test.

use std::env;

use anyhow::{Context, Result};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::cluster::Cluster;

const SERVER: &str = "PERFTRACK_TEST_DATABASE_URL";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// An empty database of the caller's own. Dropped with this guard, whoever is still connected to it.
#[derive(Debug)]
pub struct Database {
    url: String,
    administration: String,
    name: String,
}

/// A fresh, empty database: on the server that `PERFTRACK_TEST_DATABASE_URL` names, else on this process's own cluster,
/// which the first call starts.
pub async fn database() -> Result<Database> {
    match env::var(SERVER) {
        Ok(server) if !server.is_empty() => Database::create(&server).await,
        _ => CLUSTER.get_or_try_init(Cluster::own).await?.database().await,
    }
}

impl Database {
    pub(crate) async fn create(administration: &str) -> Result<Self> {
        let name = format!("perftrack_test_{}", Uuid::new_v4().simple());
        let url = with_database(administration, &name)?;
        run(administration, &format!("CREATE DATABASE {name}")).await?;
        Ok(Self { url, administration: administration.to_owned(), name })
    }

    /// Its address, for sqlx and libpq alike.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let administration = std::mem::take(&mut self.administration);
        // A runtime of its own, because the caller's cannot be waited on from here. A server that is gone took the
        // database along, so that a failure leaves nothing behind.
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(run(&administration, &drop_it))
        })
        .join();
    }
}

async fn run(url: &str, statement: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await.with_context(|| format!("connecting to {}", shown(url)))?;
    connection.execute(AssertSqlSafe(statement)).await.with_context(|| format!("running {statement:?}"))?;
    connection.close().await.context("closing the connection")
}

/// The same server, another database: the path of the address is replaced.
fn with_database(url: &str, name: &str) -> Result<String> {
    let (server, parameters) = url.split_once('?').map_or((url, ""), |(server, parameters)| (server, parameters));
    let (scheme, rest) = server.split_once("://").with_context(|| format!("{SERVER} is no postgres:// address"))?;
    let authority = rest.split('/').next().unwrap_or_default();
    let separator = if parameters.is_empty() { "" } else { "?" };
    Ok(format!("{scheme}://{authority}/{name}{separator}{parameters}"))
}

/// Without the password.
fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, server))) => format!("{scheme}://{server}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_in_an_address_is_replaced() {
        let cases = [
            ("postgres://me:secret@db:5432/postgres", "postgres://me:secret@db:5432/fresh"),
            ("postgres://me@db", "postgres://me@db/fresh"),
            ("postgres://me@db/old?sslmode=require", "postgres://me@db/fresh?sslmode=require"),
        ];
        for (given, expected) in cases {
            assert_eq!(with_database(given, "fresh").unwrap(), expected);
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(shown("postgres://me:secret@db/postgres"), "postgres://db/postgres");
    }
}
