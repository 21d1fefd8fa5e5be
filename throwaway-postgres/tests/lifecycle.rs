//! What the tests of the other crates rely on.

use anyhow::Result;
use sqlx::{Connection, PgConnection};
use throwaway_postgres::{Cluster, database};

async fn answers(url: &str) -> bool {
    let Ok(mut connection) = PgConnection::connect(url).await else { return false };
    sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(&mut connection).await.is_ok_and(|one| one == 1)
}

#[tokio::test]
async fn a_database_is_gone_with_its_guard() -> Result<()> {
    let database = database().await?;
    let url = database.url().to_owned();
    assert!(answers(&url).await);
    drop(database);
    assert!(!answers(&url).await);
    Ok(())
}

#[tokio::test]
async fn every_caller_gets_a_database_of_its_own() -> Result<()> {
    let (one, other) = tokio::try_join!(database(), database())?;
    assert_ne!(one.url(), other.url());
    Ok(())
}

#[tokio::test]
async fn a_cluster_that_was_stopped_or_killed_starts_again_with_what_was_committed() -> Result<()> {
    let cluster = Cluster::own().await?;
    let database = cluster.database().await?;
    let mut connection = PgConnection::connect(database.url()).await?;
    sqlx::query("CREATE TABLE kept (id int)").execute(&mut connection).await?;
    for by_force in [false, true] {
        if by_force {
            cluster.kill().await?
        } else {
            cluster.stop().await?
        }
        assert!(!answers(database.url()).await);
        cluster.start().await?;
        let mut connection = PgConnection::connect(database.url()).await?;
        sqlx::query("SELECT FROM kept").fetch_all(&mut connection).await?;
    }
    let folder = cluster.socket();
    drop(database);
    drop(cluster);
    assert!(!folder.parent().is_some_and(|folder| folder.exists()));
    Ok(())
}
