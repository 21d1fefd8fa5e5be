//! What is too much, and what takes too long.

use super::*;

/// Stands in for a service: answers that the contract's RPC of that name does not exist, once it has read the message.
fn reads_the_whole_message() -> Router {
    async fn read(request: HttpRequest<Body>) -> axum::response::Response {
        let codec = tonic_prost::ProstCodec::<(), v1::RecordAlertRequest>::default();
        let mut grpc =
            tonic::server::Grpc::new(codec).apply_max_message_size_config(Some(limit::MOST_REQUEST_BYTES), None);
        let answer = tower::service_fn(|_: tonic::Request<v1::RecordAlertRequest>| async {
            Err::<tonic::Response<()>, _>(Status::unimplemented("read"))
        });
        grpc.unary(answer, request).await.map(Body::new)
    }
    Router::new().route("/perftrack.v1.TrackingService/RecordAlert", post(read))
}

fn request_with(text_bytes: usize) -> v1::RecordAlertRequest {
    let alert = v1::Alert { config_revision: "x".repeat(text_bytes), ..v1::Alert::default() };
    v1::RecordAlertRequest { alert: Some(alert), trust_recorded_peak: false }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_told_the_limit() {
    let running = start(reads_the_whole_message(), ServeOptions::default()).await;
    let mut client = TrackingServiceClient::new(running.channel().await);
    // The fields around the text take as many bytes for all texts of about this length.
    let around = request_with(limit::MOST_REQUEST_BYTES).encoded_len() - limit::MOST_REQUEST_BYTES;
    let largest = request_with(limit::MOST_REQUEST_BYTES - around);
    assert_eq!(largest.encoded_len(), limit::MOST_REQUEST_BYTES);
    assert_eq!(client.record_alert(largest).await.unwrap_err().message(), "read");
    let status = client.record_alert(request_with(limit::MOST_REQUEST_BYTES - around + 1)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    let told = "the message has 4194305 bytes, more than the 4194304 bytes that the server takes: send less at once";
    assert_eq!(status.message(), told);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "MESSAGE_TOO_LARGE");
    running.stopped().await;
}

/// The status of one call to `path` of a router, without a network.
async fn status_from(router: Router, path: &str, timeout: &str) -> Option<Status> {
    let request = HttpRequest::builder().uri(path).header("grpc-timeout", timeout).body(Body::empty()).unwrap();
    let response: Result<_, Infallible> = router.oneshot(request).await;
    crate::response::status_of(&response.unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_a_little_before_its_callers_deadline() {
    let router = Router::new()
        .route("/hangs", get(std::future::pending::<()>))
        .route("/answers", get(|| async { tokio::time::sleep(Duration::from_millis(979)).await }))
        .layer(from_fn(deadline::honour));
    let began = tokio::time::Instant::now();
    let status = status_from(router.clone(), "/hangs", "1S").await.unwrap();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "DEADLINE_EXCEEDED");
    assert_eq!(began.elapsed(), Duration::from_millis(980));
    assert!(status_from(router, "/answers", "1S").await.is_none());
}

#[tokio::test]
async fn beyond_the_most_calls_only_health_and_reflection_get_through() {
    let full = Arc::new(Room::new(0, 0));
    let router = Router::new()
        .route("/perftrack.v1.TrackingService/GetAlert", get(|| async {}))
        .route("/grpc.health.v1.Health/Check", get(|| async {}))
        .layer(from_fn_with_state(full, limit::bound));
    let status = status_from(router.clone(), "/perftrack.v1.TrackingService/GetAlert", "1S").await.unwrap();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "TOO_MANY_CALLS");
    assert!(status.get_error_details().retry_info().unwrap().retry_delay.is_some());
    assert!(status_from(router, "/grpc.health.v1.Health/Check", "1S").await.is_none());
}

#[tokio::test]
async fn as_many_calls_run_as_there_is_room_for_and_the_next_is_told_when_to_come_again() {
    const MOST: usize = 3;
    let (entered, release) = (Arc::new(tokio::sync::Semaphore::new(0)), Arc::new(tokio::sync::Semaphore::new(0)));
    let routes = Router::new().route("/perftrack.v1.TrackingService/GetAlert", {
        let (entered, release) = (entered.clone(), release.clone());
        post(|| async move {
            entered.add_permits(1);
            release.acquire().await.unwrap().forget();
            Status::not_found("it ended by itself").into_http::<Body>()
        })
    });
    let running = start(routes, ServeOptions { most_calls: MOST, ..ServeOptions::default() }).await;
    let channel = running.channel().await;
    becomes(channel.clone(), "", ServingStatus::Serving).await;
    let call = || {
        let mut client = TrackingServiceClient::new(channel.clone());
        tokio::spawn(async move { client.get_alert(v1::GetAlertRequest::default()).await.unwrap_err() })
    };
    let in_flight: Vec<_> = (0..MOST).map(|_| call()).collect();
    let _ = entered.acquire_many(u32::try_from(MOST).unwrap()).await.unwrap();
    let refused = call().await.unwrap();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "TOO_MANY_CALLS");
    assert!(refused.get_details_retry_info().unwrap().retry_delay.is_some());
    release.add_permits(MOST + 1);
    for call in in_flight {
        assert_eq!(call.await.unwrap().message(), "it ended by itself");
    }
    assert_eq!(call().await.unwrap().message(), "it ended by itself", "there is room again");
    running.stopped().await;
}

#[tokio::test]
async fn a_stream_ends_at_its_callers_deadline_and_one_too_many_is_told_to_wait() {
    let answers = || async {
        tonic::body::Body::new(Body::from_stream(futures::stream::pending::<Result<axum::body::Bytes, Infallible>>()))
    };
    let path = "/perftrack.v1.TrackingService/WatchEvents";
    let router = Router::new()
        .route(path, get(move || async move { HttpResponse::new(Body::new(answers().await)) }))
        .layer(from_fn_with_state(Arc::new(Room::new(0, 1)), limit::bound))
        .layer(from_fn(deadline::honour));
    let ask = |timeout: &'static str| {
        let request = HttpRequest::builder().uri(path).header("grpc-timeout", timeout).body(Body::empty()).unwrap();
        router.clone().oneshot(request)
    };
    let first = ask("200m").await.unwrap();
    assert!(crate::response::status_of(&first).is_none());
    let second = crate::response::status_of(&ask("200m").await.unwrap()).unwrap();
    assert_eq!(second.code(), Code::ResourceExhausted);
    assert_eq!(second.get_error_details().error_info().unwrap().reason, "TOO_MANY_STREAMS");
    let mut body = first.into_body();
    let frame = std::future::poll_fn(|context| http_body::Body::poll_frame(Pin::new(&mut body), context)).await;
    let trailers = frame.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(Status::from_header_map(&trailers).unwrap().code(), Code::DeadlineExceeded);
    assert!(crate::response::status_of(&ask("200m").await.unwrap()).is_none(), "its place is free again");
}
