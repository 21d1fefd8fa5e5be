//! Whom the tracker asks: the price sources that it was told of, and nobody whom they name.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use tokio::net::TcpListener;

use crate::alerts::{alert, mint};
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_of_a_price_source_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let source = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", source.local_addr().unwrap());
    let target = format!("http://{}/", elsewhere.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::default());
    let counted = Arc::clone(&asked);
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let target = target.clone();
        async move { Redirect::temporary(&target) }
    };
    tokio::spawn(axum::serve(source, Router::new().fallback(answer)).into_future());

    let engine = Engine::sqlite();
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_DEXSCREENER_URL", url),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
        ("PERFTRACK_POLL_INTERVAL", "100ms".into()),
    ];
    let tracker = Service::start("tracker-svc", &[], environment).await;
    let mut bot = TrackingServiceClient::connect(tracker.url("tracker")).await.unwrap();
    bot.record_alert(alert(&mint())).await.unwrap();
    while asked.load(Ordering::SeqCst) < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(tracker.stop().await, Some(0));
    // Whoever connected would wait in line.
    assert!(tokio::time::timeout(Duration::ZERO, elsewhere.accept()).await.is_err(), "somebody was sent on");
}
