//! Nothing acknowledged is ever lost.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use domain::timestamp::Timestamp;
use domain::token::{Chain, TokenKey};
use futures::TryStreamExt as _;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{RecordAlertRequest, RecordAlertsRequest, RecordPricesRequest};
use tokio::sync::{Notify, mpsc};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::UnboundedReceiverStream;

use crate::alerts::{alert, mint, now, price};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_tracker_has_everything_that_its_streams_acknowledged_on_sqlite() {
    acknowledged_in_streams_is_durable(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_tracker_has_everything_that_its_streams_acknowledged_on_postgres() {
    acknowledged_in_streams_is_durable(Engine::postgres().await).await;
}

/// Streams without an end, until the kill breaks them; prices go to tokens whose alerts were acknowledged.
async fn acknowledged_in_streams_is_durable(engine: Engine) {
    const ROUNDS: usize = 3;
    const ENOUGH: usize = 300;
    engine.store().await.close().await;
    let (mut alerts, mut prices) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let tracker = Service::start("tracker-svc", &[], environment(&engine)).await;
        let (priced, to_price) = mpsc::unbounded_channel();
        let alerting = tokio::spawn(stream_alerts(tracker.url("tracker"), priced));
        let (sender, mut enough) = mpsc::unbounded_channel();
        let pricing = tokio::spawn(stream_prices(tracker.url("tracker"), to_price, sender));
        for _ in 0..ENOUGH {
            enough.recv().await.unwrap();
        }
        tracker.kill().await;
        alerts.extend(alerting.await.unwrap());
        prices.extend(pricing.await.unwrap());
    }
    let store = engine.store().await;
    assert!(prices.len() >= ROUNDS * ENOUGH && alerts.len() >= prices.len());
    for id in &alerts {
        let id = domain::alert::AlertId(id.parse().unwrap());
        assert!(store.alerts().get(id).await.unwrap().is_some(), "{id} was acknowledged and is gone");
    }
    for address in &prices {
        let token = TokenKey { chain: Chain::Solana, address: address.parse().unwrap() };
        let stored: Vec<_> =
            store.observations().prices(token, Timestamp::EPOCH, Timestamp::MAX).try_collect().await.unwrap();
        assert_eq!(stored.len(), 1, "the price of {address} was acknowledged and is gone");
    }
    store.close().await;
}

/// The ids of the alerts that were acknowledged; tells their tokens as they are.
async fn stream_alerts(url: String, acknowledged: mpsc::UnboundedSender<String>) -> Vec<String> {
    let mints: Arc<Mutex<HashMap<u64, String>>> = Arc::default();
    let sent = Arc::clone(&mints);
    let requests = tokio_stream::iter((1..).map(move |sequence| {
        let mint = mint();
        sent.lock().unwrap().insert(sequence, mint.clone());
        let RecordAlertRequest { alert, trust_recorded_peak } = alert(&mint);
        RecordAlertsRequest { sequence, alert, trust_recorded_peak }
    }));
    let mut client = TrackingServiceClient::connect(url).await.unwrap();
    let mut answers = client.record_alerts(requests).await.unwrap().into_inner();
    let mut ids = Vec::new();
    while let Ok(Some(answer)) = answers.message().await {
        assert_eq!(answer.error, None);
        ids.push(answer.alert_id);
        let mint = mints.lock().unwrap().remove(&answer.sequence).unwrap();
        let _ = acknowledged.send(mint);
    }
    ids
}

/// The tokens whose price was acknowledged.
async fn stream_prices(
    url: String,
    tokens: mpsc::UnboundedReceiver<String>,
    acknowledged: mpsc::UnboundedSender<()>,
) -> Vec<String> {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let sending = Arc::clone(&sent);
    let requests = UnboundedReceiverStream::new(tokens).map(move |mint| {
        let observations = vec![price(&mint, now(), 1e-4)];
        let mut sent = sending.lock().unwrap();
        sent.push(mint);
        RecordPricesRequest { sequence: sent.len() as u64, observations }
    });
    let mut client = TrackingServiceClient::connect(url).await.unwrap();
    let mut answers = client.record_prices(requests).await.unwrap().into_inner();
    let mut answered = 0;
    while let Ok(Some(answer)) = answers.message().await {
        assert_eq!(answer.accepted, 1);
        answered = usize::try_from(answer.sequence).unwrap();
        let _ = acknowledged.send(());
    }
    let sent = sent.lock().unwrap();
    sent[..answered].to_vec()
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
