//! Nothing acknowledged is ever lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use perftrack::v1::tracking_service_client::TrackingServiceClient;
use tokio::sync::Notify;

use crate::alerts::{alert, mint};
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_tracker_has_every_alert_that_it_acknowledged_on_sqlite() {
    acknowledged_is_durable(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_tracker_has_every_alert_that_it_acknowledged_on_postgres() {
    acknowledged_is_durable(Engine::postgres().await).await;
}

async fn acknowledged_is_durable(engine: Engine) {
    const CALLERS: usize = 8;
    const ROUNDS: usize = 3;
    const ENOUGH: usize = 40;
    engine.store().await.close().await;
    let mut acknowledged = Vec::new();
    for _ in 0..ROUNDS {
        let tracker = Service::start("tracker-svc", &[], environment(&engine)).await;
        let (counted, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (url, counted, enough) = (tracker.url("tracker"), Arc::clone(&counted), Arc::clone(&enough));
                tokio::spawn(async move {
                    let mut client = TrackingServiceClient::connect(url).await.unwrap();
                    let mut ids = Vec::new();
                    // Until the connection breaks in the middle of a call.
                    while let Ok(answer) = client.record_alert(alert(&mint())).await {
                        ids.push(answer.into_inner().alert_id);
                        if counted.fetch_add(1, Ordering::Relaxed) == ENOUGH {
                            enough.notify_one();
                        }
                    }
                    ids
                })
            })
            .collect();
        enough.notified().await;
        tracker.kill().await;
        for caller in callers {
            acknowledged.extend(caller.await.unwrap());
        }
    }
    assert!(acknowledged.len() > ROUNDS * ENOUGH);
    let store = engine.store().await;
    for id in &acknowledged {
        let id = domain::alert::AlertId(id.parse().unwrap());
        assert!(store.alerts().get(id).await.unwrap().is_some(), "{id} was acknowledged and is gone");
    }
    store.close().await;
}

fn environment(engine: &Engine) -> [(&'static str, String); 5] {
    [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_DEXSCREENER_URL", NOWHERE.into()),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
    ]
}
