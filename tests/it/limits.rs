//! A server with room for few streams.

use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetPerformanceRequest, WatchEventsRequest};
use tonic::Code;
use tonic_types::StatusExt as _;

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
