//! `/metrics` over HTTP, for Prometheus.

use std::net::{SocketAddr, TcpListener};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Registry, TextEncoder};
use tokio::task::AbortHandle;

use super::{TelemetryError, from_the_start};
use crate::methods;

/// Serves what `registry` gathers until the handle is aborted. Must be called within a runtime.
pub(super) fn serve(address: SocketAddr, registry: Registry) -> Result<AbortHandle, TelemetryError> {
    let failed = |source| TelemetryError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let routes = Router::new().route("/metrics", get(metrics)).with_state(registry);
    let serving = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "metrics are not served any more");
        }
    });
    tracing::info!(metrics.address = %bound, "metrics at http://{bound}/metrics");
    Ok(serving.abort_handle())
}

async fn metrics(State(registry): State<Registry>) -> Response {
    let mut families = registry.gather();
    from_the_start::complete(&mut families, &methods::served());
    match TextEncoder::new().encode_to_string(&families) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written down");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
