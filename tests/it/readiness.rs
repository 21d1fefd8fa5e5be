//! Readiness follows what a tracker needs, in both directions; liveness follows nothing but the process.

use sqlx::{Connection as _, Executor as _};
use throwaway_postgres::proxy::Proxy;
use tonic_health::pb::health_check_response::ServingStatus;

use crate::engine::Engine;
use crate::health::Health;
use crate::process::{NOWHERE, Starting};

#[tokio::test(flavor = "multi_thread")]
async fn readiness_goes_down_and_up_with_the_database_and_with_the_leases_and_liveness_stays() {
    let engine = Engine::postgres().await;
    engine.store().await.close().await;
    let proxy = Proxy::before(&engine.url()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("PERFTRACK_DATABASE_URL", proxy.url()),
        ("PERFTRACK_DATABASE_TIMEOUT", "1s".into()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_HEALTH_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_LEASE", "1s".into()),
        ("PERFTRACK_DEXSCREENER_URL", NOWHERE.into()),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
    ];
    let starting = Starting::new("tracker-svc", environment, &folder.path().join("log"));
    let probes = starting.says(&["listening for health probes", "server.address="]).await;
    let probes = format!("http://{}", probes.rsplit_once("server.address=").unwrap().1.trim());
    let mut alive = Health::watch(probes.clone(), "liveness").await;
    let mut ready = Health::watch(probes, "readiness").await;
    alive.serves().await;
    ready.serves().await;

    proxy.hang();
    ready.does_not_serve().await;
    proxy.pass().await.unwrap();
    ready.serves().await;

    // The database answers, but nobody can renew a lease.
    let mut other = sqlx::PgConnection::connect(&engine.url()).await.unwrap();
    let mut holding = other.begin().await.unwrap();
    holding.execute("LOCK TABLE tracker_leases IN ACCESS EXCLUSIVE MODE").await.unwrap();
    ready.does_not_serve().await;
    starting.says(&["not serving", "the tracking loop does not renew its leases"]).await;
    holding.rollback().await.unwrap();
    ready.serves().await;

    assert_eq!(alive.all_so_far(), [ServingStatus::Unknown, ServingStatus::Serving]);
    assert_eq!(starting.ready().await.stop().await, Some(0));
}
