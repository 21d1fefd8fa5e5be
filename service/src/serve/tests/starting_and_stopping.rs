//! From an address to a server, and back down.

use super::*;

#[tokio::test]
async fn an_rpc_that_does_not_exist_is_unimplemented() {
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let mut client = TrackingServiceClient::new(running.channel().await);
    let status = client.record_alert(v1::RecordAlertRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    running.stopped().await;
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

/// Tells each caller the address that it calls from.
fn telling_where_from() -> Router {
    let told = post(|request: HttpRequest<Body>| async move {
        let from = request.extensions().get::<SocketAddr>().map_or_else(String::new, ToString::to_string);
        Status::not_found(from).into_http::<Body>()
    });
    Router::new().route("/perftrack.v1.TrackingService/GetAlert", told)
}

async fn where_from(client: &mut TrackingServiceClient<Channel>) -> String {
    loop {
        let answer = client.get_alert(v1::GetAlertRequest::default()).await.unwrap_err();
        // What never left this client, because its connection had just ended, is its library's to repeat; tonic does not.
        if std::error::Error::source(&answer).is_none() {
            assert_eq!(answer.code(), Code::NotFound, "{answer:?}");
            return answer.message().to_owned();
        }
    }
}

#[tokio::test]
async fn a_client_is_asked_in_time_to_make_another_connection() {
    let options = ServeOptions { max_connection_age: Some(Duration::from_millis(20)), ..ServeOptions::default() };
    let running = start(telling_where_from(), options).await;
    let channel = running.channel().await;
    becomes(channel.clone(), "", ServingStatus::Serving).await;
    let mut client = TrackingServiceClient::new(channel);
    let mut from = std::collections::BTreeSet::new();
    while from.len() < 4 {
        from.insert(where_from(&mut client).await);
    }
    running.stopped().await;
}

#[tokio::test]
async fn clients_are_asked_to_go_when_a_server_leaves_and_may_come_again_until_they_know_another() {
    let options = ServeOptions { shutdown_delay: Duration::from_hours(1), ..ServeOptions::default() };
    let running = start(telling_where_from(), options).await;
    let channel = running.channel().await;
    becomes(channel.clone(), "", ServingStatus::Serving).await;
    // A stream that goes on holds its connection, and is not ended by it.
    let request = HealthCheckRequest { service: String::new() };
    let mut watched = HealthClient::new(channel.clone()).watch(request).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let mut client = TrackingServiceClient::new(channel);
    let before = where_from(&mut client).await;
    assert_eq!(where_from(&mut client).await, before, "it stays on its connection");
    running.stop.cancel();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    while where_from(&mut client).await == before {}
    assert!(futures::FutureExt::now_or_never(watched.message()).is_none(), "the stream has not ended");
    // Whoever comes only now is answered too.
    becomes(running.channel().await, "", ServingStatus::NotServing).await;
    running.server.abort();
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
async fn a_stop_of_a_server_that_never_served_waits_for_no_balancer() {
    let options = ServeOptions { shutdown_delay: Duration::from_hours(1), ..ServeOptions::default() };
    // It waits for its database.
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.address();
    let stop = CancellationToken::new();
    let server = Server::start(listener, &[SERVICE_NAME], stop.clone(), &options).await.unwrap();
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    stop.cancel();
    let told = TrackingServiceClient::new(channel).get_alert(v1::GetAlertRequest::default()).await.unwrap_err();
    assert_eq!(told.code(), Code::Unavailable);
    assert_eq!(told.get_details_error_info().unwrap().reason, "SHUTTING_DOWN");
    server.end().await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    // It has one that never answers.
    let running = start(RoutesBuilder::default(), options).await;
    running.healthy.store(false, Ordering::SeqCst);
    becomes(running.channel().await, "", ServingStatus::NotServing).await;
    running.stopped().await;
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
