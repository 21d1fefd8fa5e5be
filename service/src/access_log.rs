//! Of each call: a span, its part in the metrics, and a line in the log when it ended badly.

use std::sync::LazyLock;
use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, UpDownCounter};
use opentelemetry::trace::TraceContextExt as _;
use tonic::Code;
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::methods;
use crate::response::status_of;
use crate::status::code_name;
use crate::telemetry::{SPANS, from_caller};

/// What the duration of calls is.
pub(crate) const DURATION_HELP: &str =
    "How long calls took until their answer, or the first message of it, began, by how they ended";
/// The attributes of it.
pub(crate) const METHOD: &str = "rpc.method";
pub(crate) const CODE: &str = "rpc.response.status_code";

/// What is counted of calls; health and reflection are left out.
struct CallMetrics {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
}

static CALLS: LazyLock<CallMetrics> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("perftrack.service");
    CallMetrics {
        duration: meter
            .f64_histogram("rpc.server.call.duration")
            .with_unit("s")
            .with_description(DURATION_HELP)
            .build(),
        active: meter
            .i64_up_down_counter("rpc.server.active_calls")
            .with_unit("{call}")
            .with_description("Calls whose answer has not begun yet")
            .build(),
    }
});

/// Counts a call as active while it lives, also where the caller goes away.
struct Active;

impl Active {
    fn begin() -> Self {
        CALLS.active.add(1, &[]);
        Self
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        CALLS.active.add(-1, &[]);
    }
}

/// Watches a call until its answer begins: what the server could not do is a warning, all else for those who look closely.
pub(crate) async fn log_call(request: Request, next: Next) -> Response {
    let method = request.uri().path().trim_start_matches('/').to_owned();
    if method.starts_with("grpc.") {
        return next.run(request).await;
    }
    let span = span_of(&method, &request);
    let began = Instant::now();
    let active = Active::begin();
    let response = next.run(request).instrument(span.clone()).await;
    drop(active);
    let elapsed = began.elapsed();
    let status = status_of(&response);
    let code = status.as_ref().map_or(Code::Ok, tonic::Status::code);
    let message = status.as_ref().map_or("", tonic::Status::message);
    span.record("rpc.response.status_code", code_name(code));
    // Any path can be asked for, by anybody: only those that exist become names in the metrics.
    let counted = methods::known(&method).unwrap_or("_OTHER");
    let attributes = [KeyValue::new(METHOD, counted), KeyValue::new(CODE, code_name(code))];
    CALLS.duration.record(elapsed.as_secs_f64(), &attributes);
    let elapsed_ms = elapsed.as_secs_f64() * 1_000.0;
    match code {
        Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable | Code::ResourceExhausted => {
            span.record("otel.status_code", "ERROR");
            span.in_scope(|| {
                tracing::warn!(rpc.method = method, rpc.code = ?code, rpc.message = message, elapsed_ms, "a call failed");
            });
        }
        _ => span.in_scope(|| {
            tracing::debug!(rpc.method = method, rpc.code = ?code, rpc.message = message, elapsed_ms, "answered a call");
        }),
    }
    response
}

fn span_of(method: &str, request: &Request) -> Span {
    let span = tracing::info_span!(
        target: SPANS,
        "call",
        otel.name = method,
        otel.kind = "server",
        otel.status_code = field::Empty,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = field::Empty,
        trace_id = field::Empty,
    );
    if !span.is_disabled() {
        // It fails only where nothing is traced.
        let _ = span.set_parent(from_caller(request.headers()));
        let context = span.context();
        let trace = context.span().span_context().clone();
        if trace.is_valid() {
            // Lines of the log name the trace that they belong to.
            span.record("trace_id", trace.trace_id().to_string());
        }
    }
    span
}
