//! The database restarts, hangs, refuses or is cut off, while bots record and prices come in: callers are told to try
//! again, health tells the truth, the loop resumes by itself, nothing acknowledged is lost.

use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;
use throwaway_postgres::Cluster;
use throwaway_postgres::proxy::Proxy;
use tonic_health::pb::health_check_response::ServingStatus;

use crate::health::Health;
use crate::load::{Load, is_unavailable};
use crate::tracker::{Tracker, nothing_is_lost};

/// A tracker at work behind a network that can be broken.
struct Scene {
    cluster: Cluster,
    database: throwaway_postgres::Database,
    proxy: Proxy,
    tracker: Tracker,
    load: Load,
    health: Health,
}

impl Scene {
    async fn new() -> Self {
        // One that keeps what it acknowledged when it crashes.
        let cluster = Cluster::lasting().await.unwrap();
        let database = cluster.database().await.unwrap();
        store::Store::connect(database.url()).await.unwrap().migrate().await.unwrap();
        let proxy = Proxy::before(database.url()).await.unwrap();
        let mut tracker = Tracker::start(&proxy.url(), None).await;
        let load = Load::start(&tracker.service.url("tracker"), is_unavailable);
        let mut health = Health::watch(tracker.service.url("tracker"), "perftrack.v1.TrackingService").await;
        health.serves().await;
        load.gets_on().await;
        tracker.looks_on().await;
        Self { cluster, database, proxy, tracker, load, health }
    }

    /// The database is away: callers and health say so.
    async fn is_away(&mut self) {
        self.load.is_refused().await;
        self.health.does_not_serve().await;
    }

    /// It is back: all goes on by itself.
    async fn goes_on(&mut self) {
        self.health.serves().await;
        self.load.gets_on().await;
        self.tracker.looks_on().await;
    }

    /// Ends in order; everything that was acknowledged is there.
    async fn ends_well(self) {
        let acknowledged = self.load.stop().await;
        assert_eq!(self.tracker.service.stop().await, Some(0));
        let store = store::Store::connect(self.database.url()).await.unwrap();
        nothing_is_lost(&store, &acknowledged).await;
        crate::tracker::assert_is_whole(&store, &self.tracker.followed).await;
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_cut_hangs_or_refuses_loses_nothing_and_stops_nothing() {
    let mut scene = Scene::new().await;
    for _ in 0..3 {
        scene.proxy.cut();
        scene.load.gets_on().await;
    }
    scene.goes_on().await;

    scene.proxy.hang();
    scene.is_away().await;
    scene.proxy.pass().await.unwrap();
    scene.goes_on().await;

    // A network that comes back may also have forgotten every connection.
    scene.proxy.hang();
    scene.is_away().await;
    scene.proxy.cut();
    scene.proxy.pass().await.unwrap();
    scene.goes_on().await;

    scene.proxy.refuse().await;
    scene.proxy.cut();
    scene.is_away().await;
    scene.proxy.pass().await.unwrap();
    scene.goes_on().await;

    for _ in 0..5 {
        let lost = scene.proxy.seen().lost;
        scene.proxy.lose_answer_to(b"COMMIT");
        scene.proxy.until(|seen| seen.lost > lost).await;
        scene.load.gets_on().await;
    }
    scene.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_or_crashes_loses_nothing_and_stops_nothing() {
    let mut scene = Scene::new().await;
    for by_force in [false, true] {
        if by_force {
            scene.cluster.kill().await.unwrap();
        } else {
            scene.cluster.stop().await.unwrap();
        }
        scene.is_away().await;
        scene.cluster.start().await.unwrap();
        scene.goes_on().await;
    }
    scene.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_process_writes_to_for_a_while_loses_nothing_and_stops_nothing() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("perftrack.db").display());
    let mut tracker = Tracker::start(&url, None).await;
    let load = Load::start(&tracker.service.url("tracker"), is_unavailable);
    let mut health = Health::watch(tracker.service.url("tracker"), "").await;
    health.serves().await;
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for _ in 0..2 {
        load.gets_on().await;
        tracker.looks_on().await;
        other.execute("BEGIN IMMEDIATE").await.unwrap();
        load.is_refused().await;
        assert_eq!(health.now(), ServingStatus::Serving, "it still answers whoever reads");
        other.execute("ROLLBACK").await.unwrap();
    }
    load.gets_on().await;
    tracker.looks_on().await;
    let acknowledged = load.stop().await;
    assert_eq!(tracker.service.stop().await, Some(0));
    let store = store::Store::connect(url).await.unwrap();
    nothing_is_lost(&store, &acknowledged).await;
    store.close().await;
}
