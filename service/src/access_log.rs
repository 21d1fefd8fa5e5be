//! One event per call: which, how it ended, and how long it took.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tonic::Code;

use crate::response::status_of;

/// Logs a call when its answer begins: what the server could not do as a warning, all else for those who look closely.
pub(crate) async fn log_call(request: Request, next: Next) -> Response {
    let method = request.uri().path().trim_start_matches('/').to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    let elapsed_ms = began.elapsed().as_secs_f64() * 1_000.0;
    let status = status_of(&response);
    let code = status.as_ref().map_or(Code::Ok, tonic::Status::code);
    let message = status.as_ref().map_or("", tonic::Status::message);
    match code {
        Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable | Code::ResourceExhausted => {
            tracing::warn!(rpc.method = method, rpc.code = ?code, rpc.message = message, elapsed_ms, "a call failed");
        }
        _ => {
            tracing::debug!(rpc.method = method, rpc.code = ?code, rpc.message = message, elapsed_ms, "answered a call")
        }
    }
    response
}
