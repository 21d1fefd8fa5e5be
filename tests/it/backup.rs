//! A backup as docs/back-up.md says it: taken while bots record and prices come in, restored on another server, and asked
//! the same questions.

use std::path::Path;
use std::process::Command;

use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetPerformanceRequest, ListAlertsRequest, ListPricesRequest};
use store::Store;
use throwaway_postgres::Cluster;

use crate::load::{Load, is_unavailable};
use crate::process::{NOWHERE, Service};
use crate::tracker::{Tracker, assert_is_whole};

fn run(binaries: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(binaries.join(program)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What a tracker on this database says of everything that is there.
async fn answers(url: &str, followed: &str) -> impl PartialEq + std::fmt::Debug {
    let sources = ["DEXSCREENER", "JUPITER", "GECKOTERMINAL"].map(|name| (format!("PERFTRACK_{name}_URL"), NOWHERE));
    let own = [("PERFTRACK_DATABASE_URL", url), ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0")];
    let environment = own.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(sources);
    let service = Service::start("tracker-svc", &[], environment).await;
    let mut client = TrackingServiceClient::connect(service.url("tracker")).await.unwrap();
    let alerts = client.list_alerts(ListAlertsRequest { page_size: 1_000, ..Default::default() }).await.unwrap();
    let performance = client.get_performance(GetPerformanceRequest::default()).await.unwrap();
    let prices = ListPricesRequest { alert_id: followed.to_owned(), page_size: 1_000, ..Default::default() };
    let prices = client.list_prices(prices).await.unwrap();
    assert_eq!(service.stop().await, Some(0));
    let (alerts, prices) = (alerts.into_inner(), prices.into_inner());
    assert!(!alerts.alerts.is_empty() && !prices.observations.is_empty());
    (alerts.alerts, performance.into_inner(), prices.observations)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_at_work_is_whole_and_one_taken_at_rest_gives_the_same_answers() {
    let (here, elsewhere) = (Cluster::own().await.unwrap(), Cluster::own().await.unwrap());
    let original = here.database().await.unwrap();
    Store::connect(original.url()).await.unwrap().migrate().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dump = |name: &str| {
        let file = folder.path().join(name).to_str().unwrap().to_owned();
        run(here.binaries(), "pg_dump", &["--format=custom", "--file", &file, "--dbname", original.url()]);
        file
    };
    let restore = async |file: &str| {
        let copy = elsewhere.database().await.unwrap();
        let arguments = ["--no-owner", "--exit-on-error", "--single-transaction", "--dbname", copy.url(), file];
        run(elsewhere.binaries(), "pg_restore", &arguments);
        let store = Store::connect(copy.url()).await.unwrap();
        // As `tracker-svc migrate up` does: numbers that the other server gave out are made old.
        store.migrate().await.unwrap();
        (copy, store)
    };

    let mut tracker = Tracker::start(original.url(), None).await;
    let load = Load::start(&tracker.service.url("tracker"), is_unavailable);
    load.gets_on().await;
    tracker.looks_on().await;
    let at_work = tokio::task::block_in_place(|| dump("at-work"));
    load.gets_on().await;
    load.stop().await;
    let followed = tracker.followed.clone();
    assert_eq!(tracker.service.stop().await, Some(0));

    let (_copy, store) = restore(&at_work).await;
    assert_is_whole(&store, &followed).await;
    store.close().await;

    let at_rest = tokio::task::block_in_place(|| dump("at-rest"));
    let (copy, store) = restore(&at_rest).await;
    store.close().await;
    assert_eq!(answers(original.url(), &followed).await, answers(copy.url(), &followed).await);
}
