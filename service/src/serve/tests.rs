use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request as HttpRequest, Response as HttpResponse};
use axum::routing::{get, post};
use perftrack::v1;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::tracking_service_server::SERVICE_NAME;
use prost::Message;
use prost_types::FileDescriptorProto;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1 as reflection_v1;
use tonic_reflection::pb::v1alpha as reflection_v1alpha;
use tonic_types::StatusExt;

use super::*;

/// A server on a free port that is stopped at the end of its test.
struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    healthy: Arc<AtomicBool>,
    server: JoinHandle<Result<(), ServeError>>,
}

async fn start(routes: impl Into<RoutesBuilder>, options: ServeOptions) -> Running {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.address();
    let (stop, healthy) = (CancellationToken::new(), Arc::new(AtomicBool::new(true)));
    let (routes, token, flag) = (routes.into(), stop.clone(), healthy.clone());
    let server = tokio::spawn(async move {
        let probe = || {
            let healthy = flag.load(Ordering::SeqCst);
            async move { if healthy { Ok(()) } else { Err("the database is away") } }
        };
        serve(listener, routes, &[SERVICE_NAME], probe, token, &options).await
    });
    Running { address, stop, healthy, server }
}

impl Running {
    async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    async fn stopped(self) {
        self.stop.cancel();
        self.server.await.unwrap().unwrap();
    }
}

/// Watches the health of a service until it is `wanted`.
async fn becomes(channel: Channel, service: &str, wanted: ServingStatus) {
    let request = HealthCheckRequest { service: service.to_owned() };
    let mut changes = HealthClient::new(channel).watch(request).await.unwrap().into_inner();
    while changes.message().await.unwrap().unwrap().status() != wanted {}
}

#[tokio::test]
async fn health_follows_the_database_for_every_service_and_for_the_whole() {
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let channel = running.channel().await;
    for name in ["", SERVICE_NAME] {
        becomes(channel.clone(), name, ServingStatus::Serving).await;
    }
    running.healthy.store(false, Ordering::SeqCst);
    becomes(channel.clone(), "", ServingStatus::NotServing).await;
    let unknown = HealthCheckRequest { service: "perftrack.v1.Nothing".to_owned() };
    assert_eq!(HealthClient::new(channel).check(unknown).await.unwrap_err().code(), Code::NotFound);
    running.stopped().await;
}

async fn reflect(
    channel: Channel,
    request: reflection_v1::server_reflection_request::MessageRequest,
) -> reflection_v1::server_reflection_response::MessageResponse {
    let mut client = reflection_v1::server_reflection_client::ServerReflectionClient::new(channel);
    let request = reflection_v1::ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    answers.message().await.unwrap().unwrap().message_response.unwrap()
}

#[tokio::test]
async fn reflection_shows_the_contract_with_its_comments_and_the_error_details() {
    use reflection_v1::server_reflection_request::MessageRequest;
    use reflection_v1::server_reflection_response::MessageResponse;
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let channel = running.channel().await;

    let listed = reflect(channel.clone(), MessageRequest::ListServices(String::new())).await;
    let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
    let names: Vec<String> = listed.service.into_iter().map(|service| service.name).collect();
    let expected = [
        SERVICE_NAME,
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];
    assert_eq!(names, expected);

    for symbol in [
        "perftrack.v1.TrackingService.RecordAlert",
        "perftrack.v1.Alert.extra",
        "google.rpc.BadRequest",
        "google.rpc.ErrorInfo",
        "google.rpc.Status",
        "grpc.health.v1.Health",
        "google.protobuf.Struct",
    ] {
        let found = reflect(channel.clone(), MessageRequest::FileContainingSymbol(symbol.to_owned())).await;
        let MessageResponse::FileDescriptorResponse(files) = found else { panic!("{symbol}: {found:?}") };
        let file = FileDescriptorProto::decode(files.file_descriptor_proto[0].as_slice()).unwrap();
        if symbol.starts_with("perftrack.") {
            let comments = file.source_code_info.unwrap().location;
            assert!(comments.iter().any(|location| location.leading_comments.is_some()), "{symbol}");
        }
        for import in file.dependency {
            let found = reflect(channel.clone(), MessageRequest::FileByFilename(import.clone())).await;
            assert!(matches!(found, MessageResponse::FileDescriptorResponse(_)), "{import} of {symbol}");
        }
    }
    running.stopped().await;
}

#[tokio::test]
async fn reflection_answers_in_its_older_version_too() {
    use reflection_v1alpha::server_reflection_request::MessageRequest;
    use reflection_v1alpha::server_reflection_response::MessageResponse;
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let mut client = reflection_v1alpha::server_reflection_client::ServerReflectionClient::new(running.channel().await);
    let request = reflection_v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol(SERVICE_NAME.to_owned())),
    };
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{answer:?}");
    drop(answers);
    running.stopped().await;
}

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
    assert!(status.message().contains("4194304 bytes"), "{}", status.message());
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "MESSAGE_TOO_LARGE");
    running.stopped().await;
}

#[tokio::test]
async fn an_rpc_that_does_not_exist_is_unimplemented() {
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let mut client = TrackingServiceClient::new(running.channel().await);
    let status = client.record_alert(v1::RecordAlertRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
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

/// A router whose WatchEvents never ends, behind the tokens of a file that a test can change.
fn watch_events_for(tokens: tokio::sync::watch::Receiver<Arc<crate::auth::Tokens>>) -> Router {
    let guard = Arc::new(Guard { tokens: Some(tokens), reflection: Reflection::Off });
    let endless = || async {
        // It always has something more to say.
        let words = futures::stream::repeat_with(|| Ok::<_, Infallible>(axum::body::Bytes::from_static(b"event")));
        HttpResponse::new(Body::from_stream(words))
    };
    Router::new()
        .route("/perftrack.v1.TrackingService/WatchEvents", get(endless))
        .layer(from_fn_with_state(guard, auth::check))
}

/// How the answer to WatchEvents with this token ends.
async fn end_of_stream(router: Router, token: &str) -> Status {
    let request = HttpRequest::builder()
        .uri("/perftrack.v1.TrackingService/WatchEvents")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let mut body = router.oneshot(request).await.unwrap().into_body();
    let mut words = 0;
    loop {
        let frame = std::future::poll_fn(|context| http_body::Body::poll_frame(Pin::new(&mut body), context)).await;
        match frame.unwrap().unwrap().into_trailers() {
            Ok(trailers) => {
                assert!(words > 0, "it began");
                return Status::from_header_map(&trailers).unwrap();
            }
            Err(_) => words += 1,
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_token_expires_or_is_taken_away() {
    use crate::auth::{Role, Tokens, create};
    let tokens = |lines: &[&str]| Arc::new(Tokens::parse(&lines.join("\n"), std::path::Path::new("tokens")).unwrap());

    let soon = std::time::SystemTime::now() + Duration::from_millis(1_500);
    let (token, line) = create("guest", Role::Reader, Some(soon.into())).unwrap();
    let (_file, watched) = tokio::sync::watch::channel(tokens(&[&line]));
    let ended = end_of_stream(watch_events_for(watched), &token).await;
    assert_eq!((ended.code(), ended.message()), (Code::Unauthenticated, "a valid token is needed"));

    let (token, line) = create("bot", Role::Reader, None).unwrap();
    let (other, other_line) = create("other", Role::Reader, None).unwrap();
    let (file, watched) = tokio::sync::watch::channel(tokens(&[&line, &other_line]));
    let (gone, stays) = (watch_events_for(watched.clone()), watch_events_for(watched));
    let gone = tokio::spawn(async move { end_of_stream(gone, &token).await });
    let stays = tokio::spawn(async move { end_of_stream(stays, &other).await });
    tokio::task::yield_now().await;
    file.send_replace(tokens(&[&other_line]));
    assert_eq!(gone.await.unwrap().code(), Code::Unauthenticated);
    assert!(!stays.is_finished(), "whose token stays is not interrupted");
    stays.abort();
}

#[tokio::test]
async fn a_stop_lets_the_call_in_flight_end_and_takes_no_new_one() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let routes = Router::new().route("/perftrack.v1.TrackingService/GetAlert", {
        let (entered, release) = (entered.clone(), release.clone());
        post(|| async move {
            entered.notify_one();
            release.notified().await;
            Status::not_found("it ended by itself").into_http::<Body>()
        })
    });
    let running = start(routes, ServeOptions::default()).await;
    let channel = running.channel().await;
    becomes(channel.clone(), "", ServingStatus::Serving).await;
    let request = HealthCheckRequest { service: String::new() };
    let mut watched = HealthClient::new(channel.clone()).watch(request).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let in_flight = tokio::spawn(async move {
        TrackingServiceClient::new(channel).get_alert(v1::GetAlertRequest::default()).await.unwrap_err()
    });
    entered.notified().await;

    running.stop.cancel();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(watched.message().await.unwrap().is_none(), "a watcher does not hold the shutdown up");
    release.notify_one();
    assert_eq!(in_flight.await.unwrap().message(), "it ended by itself");
    let address = running.address;
    running.stopped().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn connections_that_are_idle_or_never_say_a_word_do_not_hold_a_stop_up() {
    let options = ServeOptions { drain_timeout: Duration::from_hours(1), ..ServeOptions::default() };
    let running = start(RoutesBuilder::default(), options).await;
    let mut silent = tokio::net::TcpStream::connect(running.address).await.unwrap();
    // Taken after it, so that the silent one is taken too when this one is answered; idle from then on.
    let idle = running.channel().await;
    becomes(idle.clone(), "", ServingStatus::Serving).await;
    running.stopped().await;
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut Vec::new()).await;
    assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
    drop(idle);
}

#[tokio::test]
async fn a_call_that_comes_while_the_server_starts_waits_a_little_for_it() {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.address();
    let stop = CancellationToken::new();
    let server = Server::start(listener, &[SERVICE_NAME], stop.clone(), &ServeOptions::default()).await.unwrap();
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut client = TrackingServiceClient::new(channel);
    // Nothing serves yet, and nothing comes: the caller is told to try again.
    let told = client.get_alert(v1::GetAlertRequest::default()).await.unwrap_err();
    assert_eq!(told.code(), Code::Unavailable);
    assert_eq!(told.get_details_error_info().unwrap().reason, "STARTING");
    // It comes a moment later: the call goes through, to services that do not know it.
    let mut early = client.clone();
    let early = tokio::spawn(async move { early.get_alert(v1::GetAlertRequest::default()).await });
    tokio::task::yield_now().await;
    let running = tokio::spawn(server.run(RoutesBuilder::default(), || async { Ok::<_, Infallible>(()) }));
    assert_eq!(early.await.unwrap().unwrap_err().code(), Code::Unimplemented);
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_probe_is_told_that_the_process_lives_whatever_the_database_does() {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let options =
        ServeOptions { health_listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))), ..ServeOptions::default() };
    let stop = CancellationToken::new();
    let server = Server::start(listener, &[SERVICE_NAME], stop.clone(), &options).await.unwrap();
    let probe_address = server.health_address().unwrap();
    let running = tokio::spawn(server.run(RoutesBuilder::default(), || async { Err::<(), _>("the database is away") }));
    let channel = Channel::from_shared(format!("http://{probe_address}")).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(channel);
    for (service, expected) in [("liveness", ServingStatus::Serving), ("", ServingStatus::NotServing)] {
        let answer = health.check(HealthCheckRequest { service: service.to_owned() }).await.unwrap();
        assert_eq!(answer.into_inner().status(), expected, "{service}");
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_without_an_end_does_not_hold_a_stop_up_for_ever() {
    let entered = Arc::new(Notify::new());
    let routes = Router::new().route("/perftrack.v1.TrackingService/GetAlert", {
        let entered = entered.clone();
        post(|| async move {
            entered.notify_one();
            std::future::pending::<()>().await;
        })
    });
    let options = ServeOptions { drain_timeout: Duration::from_millis(20), ..ServeOptions::default() };
    let running = start(routes, options).await;
    let channel = running.channel().await;
    let hanging =
        tokio::spawn(
            async move { TrackingServiceClient::new(channel).get_alert(v1::GetAlertRequest::default()).await },
        );
    entered.notified().await;
    running.stopped().await;
    hanging.abort();
}

#[tokio::test]
async fn an_address_in_use_is_named_with_what_to_do() {
    let first = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    assert_ne!(first.address().port(), 0);
    let error = Listener::bind(first.address()).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on {}: ", first.address())), "{error}");
    assert!(error.ends_with("choose another address with --listen, or port 0 for any free one"), "{error}");
}

#[test]
fn the_ready_line_names_every_server() {
    let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let line = ready_line(&[("tracker", address(50_051)), ("analysis", address(50_052))]);
    assert_eq!(line, "ready tracker=127.0.0.1:50051 analysis=127.0.0.1:50052");
}

/// A certificate for 127.0.0.1 in files of its own, and the authority that vouches for it.
fn certificate(folder: &std::path::Path) -> (TlsFiles, tonic::transport::Certificate) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let files =
        TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem"), client_authorities: None };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, tonic::transport::Certificate::from_pem(made.cert.pem()))
}

async fn by_tls(address: SocketAddr, authority: &tonic::transport::Certificate) -> Option<Channel> {
    let tls = tonic::transport::ClientTlsConfig::new().ca_certificate(authority.clone());
    let endpoint = Channel::from_shared(format!("https://{address}")).unwrap().tls_config(tls).unwrap();
    endpoint.connect().await.ok()
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (files, first) = certificate(folder.path());
    let options = ServeOptions { tls: Some(files.clone()), ..ServeOptions::default() };
    let running = start(RoutesBuilder::default(), options).await;
    let channel = by_tls(running.address, &first).await.unwrap();
    becomes(channel, "", ServingStatus::Serving).await;
    std::fs::write(&files.certificate, "no certificate").unwrap();
    let (_, second) = certificate(folder.path());
    while by_tls(running.address, &second).await.is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(by_tls(running.address, &first).await.is_none());
    running.stopped().await;
}

#[tokio::test]
async fn a_caller_with_a_good_token_gets_through_and_one_that_is_taken_away_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let (token, line) = crate::auth::create("bot", crate::auth::Role::Reader, None).unwrap();
    std::fs::write(&path, line).unwrap();
    let options = ServeOptions { tokens_file: Some(path.clone()), ..ServeOptions::default() };
    let running = start(RoutesBuilder::default(), options).await;
    let channel = running.channel().await;
    becomes(channel.clone(), "", ServingStatus::Serving).await;
    let mut client = TrackingServiceClient::new(channel);
    let mut get = async |token: Option<&str>| {
        let mut request = tonic::Request::new(v1::GetAlertRequest::default());
        if let Some(token) = token {
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        client.get_alert(request).await.unwrap_err().code()
    };
    assert_eq!(get(None).await, Code::Unauthenticated);
    assert_eq!(get(Some(&token)).await, Code::Unimplemented, "no such service is behind this server");
    std::fs::write(&path, "").unwrap();
    while get(Some(&token)).await != Code::Unauthenticated {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
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
