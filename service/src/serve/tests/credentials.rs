//! Certificates and tokens, and what becomes of them while the server runs.

use super::*;

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
