//! A server with room for few streams, and a page of what the data alone makes.

use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetPerformanceRequest, ListRecommendationsRequest, WatchEventsRequest};
use serde_json::json;
use store::recommendations::LedgerEntry;
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::alerts::now;
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

#[tokio::test(flavor = "multi_thread")]
async fn as_many_streams_are_open_as_there_is_room_for_and_the_next_is_told_when_to_come_again() {
    const MOST: usize = 3;
    let engine = Engine::sqlite();
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_MAX_CONCURRENT_STREAMS", MOST.to_string()),
        ("PERFTRACK_DEXSCREENER_URL", NOWHERE.into()),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
    ];
    let service = Service::start("tracker-svc", &[], environment).await;
    let mut client = TrackingServiceClient::connect(service.url("tracker")).await.unwrap();
    let mut streams = Vec::new();
    for _ in 0..MOST {
        streams.push(client.watch_events(WatchEventsRequest::default()).await.unwrap());
    }
    let refused = client.watch_events(WatchEventsRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    let details = refused.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "TOO_MANY_STREAMS");
    assert!(details.retry_info().is_some_and(|info| info.retry_delay.is_some()));
    // Calls have room of their own, and a place that is given up is another's.
    client.get_performance(GetPerformanceRequest::default()).await.unwrap();
    streams.pop();
    while client.watch_events(WatchEventsRequest::default()).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    drop(streams);
    assert_eq!(service.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_ledger_has_a_most() {
    const MOST: usize = 1_000;
    let engine = Engine::sqlite();
    let store = engine.store().await;
    let entry = |_| LedgerEntry {
        id: Uuid::new_v4(),
        recommended_at: now(),
        priority: "low".to_owned(),
        confidence: "question".to_owned(),
        issue: "too few alerts".to_owned(),
        content: json!({}),
    };
    store.recommendations().add((0..=MOST).map(entry).collect()).await.unwrap();
    store.close().await;
    let environment = [("PERFTRACK_DATABASE_URL", engine.url()), ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into())];
    let service = Service::start("analysis-svc", &[], environment).await;
    let mut client = AnalysisServiceClient::connect(service.url("analysis")).await.unwrap();
    let asked = |page_size: usize, page_token: &str| ListRecommendationsRequest {
        page_size: page_size.try_into().unwrap(),
        page_token: page_token.to_owned(),
    };
    for page_size in [MOST, MOST + 1] {
        let page = client.list_recommendations(asked(page_size, "")).await.unwrap().into_inner();
        assert_eq!(page.entries.len(), MOST);
        let rest = client.list_recommendations(asked(page_size, &page.next_page_token)).await.unwrap().into_inner();
        assert_eq!((rest.entries.len(), rest.next_page_token.as_str()), (1, ""));
    }
    let refused = ListRecommendationsRequest { page_size: -1, ..ListRecommendationsRequest::default() };
    let refused = client.list_recommendations(refused).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(service.stop().await, Some(0));
}
