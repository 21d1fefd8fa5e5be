//! A disk that is really full: callers learn that it is, nothing acknowledged is lost, and when there is room again all
//! goes on by itself.

use throwaway_postgres::{Cluster, SmallDisk};

use crate::health::Health;
use crate::load::{Load, is_full_or_unavailable};
use crate::tracker::{Tracker, nothing_is_lost};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_postgres_is_said_and_survived() {
    let cluster = Cluster::on_small_disk(64).await.unwrap();
    let database = cluster.database().await.unwrap();
    let tracker = Tracker::start(database.url(), None).await;
    let disk = cluster.disk().unwrap();
    full_and_free_again(tracker, disk, || database.url().to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_sqlite_is_said_and_survived() {
    let disk = SmallDisk::new(32).unwrap();
    let url = |folder: &std::path::Path| format!("sqlite://{}", folder.join("perftrack.db").display());
    let tracker = Tracker::start(&url(disk.path()), Some(&disk)).await;
    // SQLite follows the way in to a path that only means something inside, so that a copy is read.
    let outside = tempfile::tempdir().unwrap();
    full_and_free_again(tracker, &disk, || {
        for entry in std::fs::read_dir(disk.seen_from_outside()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), outside.path().join(entry.file_name())).unwrap();
        }
        url(outside.path())
    })
    .await;
}

async fn full_and_free_again(mut tracker: Tracker, disk: &SmallDisk, url: impl FnOnce() -> String) {
    let load = Load::start(&tracker.service.url("tracker"), is_full_or_unavailable);
    let mut health = Health::watch(tracker.service.url("tracker"), "").await;
    health.serves().await;
    load.gets_on().await;
    tracker.looks_on().await;
    disk.fill().unwrap();
    load.is_refused().await;
    disk.make_room().unwrap();
    health.serves().await;
    load.gets_on().await;
    tracker.looks_on().await;
    let acknowledged = load.stop().await;
    assert_eq!(tracker.service.stop().await, Some(0));
    let store = store::Store::connect(url()).await.unwrap();
    nothing_is_lost(&store, &acknowledged).await;
    crate::tracker::assert_is_whole(&store, &tracker.followed).await;
    store.close().await;
}
