//! What the tests of the other crates rely on.

use anyhow::Result;
use sqlx::{Connection, PgConnection};
use throwaway_postgres::proxy::Proxy;
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

#[tokio::test]
async fn a_server_on_a_small_disk_can_run_out_of_room_and_get_it_back() -> Result<()> {
    let cluster = Cluster::on_small_disk(48).await?;
    let database = cluster.database().await?;
    let mut connection = PgConnection::connect(database.url()).await?;
    sqlx::query("CREATE TABLE rows (text text)").execute(&mut connection).await?;
    let disk = cluster.disk().ok_or_else(|| anyhow::anyhow!("it is on a small disk"))?;
    disk.fill()?;
    let insert = "INSERT INTO rows SELECT md5(i::text) FROM generate_series(1, 10000) AS i";
    let error = sqlx::query(insert).execute(&mut connection).await.err();
    let code = error.as_ref().and_then(|error| error.as_database_error()?.code());
    assert_eq!(code.as_deref(), Some("53100"), "{error:?}");
    disk.make_room()?;
    sqlx::query(insert).execute(&mut connection).await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_passes_cuts_hangs_refuses_and_loses_an_answer() -> Result<()> {
    let database = database().await?;
    let proxy = Proxy::before(database.url()).await?;
    let url = proxy.url();
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::query("CREATE TABLE kept (id int)").execute(&mut connection).await?;

    proxy.hang();
    let waiting = tokio::spawn(async move {
        let answer = sqlx::query("INSERT INTO kept VALUES (1)").execute(&mut connection).await;
        (connection, answer)
    });
    proxy.until(|seen| seen.held == 1).await;
    assert!(!waiting.is_finished());
    proxy.pass().await?;
    let (mut connection, answer) = waiting.await?;
    answer?;

    proxy.lose_answer_to(b"VALUES (2)");
    assert!(sqlx::raw_sql("INSERT INTO kept VALUES (2)").execute(&mut connection).await.is_err());
    assert_eq!(proxy.seen().lost, 1);
    let mut connection = PgConnection::connect(&url).await?;
    let kept = sqlx::query("SELECT FROM kept").fetch_all(&mut connection).await?.len();
    assert_eq!(kept, 2, "it was done");

    proxy.refuse().await;
    assert!(!answers(&url).await);
    sqlx::query("SELECT 1").execute(&mut connection).await?;
    proxy.cut();
    assert!(sqlx::query("SELECT 1").execute(&mut connection).await.is_err());
    proxy.pass().await?;
    assert!(answers(&url).await);
    Ok(())
}
