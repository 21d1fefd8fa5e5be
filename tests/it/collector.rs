//! An OpenTelemetry collector that hands on what it is sent.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use tokio_stream::wrappers::TcpListenerStream;

/// What stands before a message on the wire: whether it is compressed, and its length.
const FRAME_BYTES: usize = 5;

/// Starts one and returns its URL. `keep` gets the path that was called, and the message: names and texts stand in it as
/// they are.
pub async fn collector(keep: impl Fn(&str, Vec<u8>) + Send + Sync + 'static) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let keep = Arc::new(keep);
    let answer = move |request: Request| {
        let keep = Arc::clone(&keep);
        async move {
            let path = request.uri().path().to_owned();
            let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
            keep(&path, body[FRAME_BYTES..].to_vec());
            // Every service answers with an empty message.
            let mut answer = Response::new(Body::from(vec![0; FRAME_BYTES]));
            answer.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
            answer
        }
    };
    let routes = tonic::service::Routes::from(axum::Router::new().fallback(answer));
    let serving = tonic::transport::Server::builder().add_routes(routes);
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    url
}
