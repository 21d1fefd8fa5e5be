//! How a server is told to stop.

use std::time::Duration;

use crate::engine::Engine;
use crate::health::Health;
use crate::process::Starting;

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_is_told_twice_at_once_is_one_and_the_next_ends_it_at_once() {
    let engine = Engine::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_SHUTDOWN_DELAY", "1h".into()),
    ];
    let service = Starting::new("analysis-svc", environment, &log).ready().await;
    // Before it has said so, no balancer could have sent anybody here.
    Health::watch(service.url("analysis"), "").await.serves().await;
    service.ask_to_stop().await;
    service.ask_to_stop().await;
    while !std::fs::read_to_string(&log).unwrap().contains("calls are still taken") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A moment later it still takes calls; told once more, it goes.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert!(!std::fs::read_to_string(&log).unwrap().contains("stopping at once"));
    assert_eq!(service.stop().await, Some(130));
}
