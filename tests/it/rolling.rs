//! Two replicas of each service under load, with TLS and tokens, while an operator does what operators do.

use throwaway_postgres::Cluster;
use tonic::Status;

use crate::engine::Engine;
use crate::fleet::Fleet;
use crate::fleet::callers::Callers;
use crate::fleet::credentials::trusting;
use crate::load::is_unavailable;
use crate::tracker::nothing_is_lost;

/// Nothing but an answer will do.
fn nothing(_: &Status) -> bool {
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_restarted_one_after_the_other_and_no_call_fails() {
    let engine = Engine::postgres().await;
    let store = engine.store().await;
    let mut fleet = Fleet::start(&engine.url(), "30s").await;
    let tls = trusting([fleet.credentials.authority.pem.as_str()]);
    let callers = Callers::start(&fleet, &tls, nothing).await;
    callers.get_on().await;
    for replica in 0..fleet.len() {
        fleet.restart(replica).await;
        callers.get_on().await;
    }
    let (acknowledged, counts) = callers.stop().await;
    println!("{counts:?}");
    assert!(counts.retried + counts.reopened > 0, "no restart met a caller: {counts:?}");
    fleet.stop().await;
    nothing_is_lost(&store, &acknowledged).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_under_load_and_no_call_fails() {
    let engine = Engine::postgres().await;
    let store = engine.store().await;
    let mut fleet = Fleet::start(&engine.url(), "30s").await;
    let old = fleet.credentials.authority.pem.clone();
    let callers = Callers::start(&fleet, &trusting([old.as_str()]), nothing).await;
    callers.get_on().await;
    fleet.renew_certificate().await;
    // Connections that are there already are none of its business; new ones trust the new authority alone.
    let newcomers = Callers::start(&fleet, &trusting([fleet.credentials.authority.pem.as_str()]), nothing).await;
    tokio::join!(callers.get_on(), newcomers.get_on());
    let (acknowledged, _) = callers.stop().await;
    let (later, _) = newcomers.stop().await;
    fleet.stop().await;
    nothing_is_lost(&store, &acknowledged).await;
    nothing_is_lost(&store, &later).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_bounced_under_load_and_callers_are_told_to_try_again() {
    let cluster = Cluster::lasting().await.unwrap();
    let database = cluster.database().await.unwrap();
    let store = store::Store::connect(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let fleet = Fleet::start(database.url(), "2s").await;
    let tls = trusting([fleet.credentials.authority.pem.as_str()]);
    let callers = Callers::start(&fleet, &tls, is_unavailable).await;
    callers.get_on().await;
    for _ in 0..2 {
        cluster.stop().await.unwrap();
        callers.are_refused().await;
        cluster.start().await.unwrap();
        callers.get_on().await;
    }
    let (acknowledged, _) = callers.stop().await;
    fleet.stop().await;
    let store = store::Store::connect(database.url()).await.unwrap();
    nothing_is_lost(&store, &acknowledged).await;
    store.close().await;
}
