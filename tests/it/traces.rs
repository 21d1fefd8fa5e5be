//! The trace of one alert on Postgres: from the call that a bot made to the rows that are copied, and back out of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use perftrack::v1::CorrelateRequest;
use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use prost::Message as _;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;
use tonic::Request;

use crate::alerts::{alert, now};
use crate::collector::collector;
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// What the collector was told of that trace.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Vec<Span>>>);

impl Trace {
    fn take(&self, message: &[u8]) {
        let sent = ExportTraceServiceRequest::decode(message).unwrap();
        let scopes = sent.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        let spans = scopes.flat_map(|scope| scope.spans);
        let trace = u128::from_str_radix(TRACE, 16).unwrap().to_be_bytes();
        self.0.lock().unwrap().extend(spans.filter(|span| span.trace_id == trace));
    }

    /// Waits for a span of that name whose statement begins so; returns the names above it, the outermost first, and how many
    /// rows it wrote.
    async fn above(&self, name: &str, statement: &str) -> (Vec<String>, i64) {
        loop {
            let spans = self.0.lock().unwrap().clone();
            let found = spans.iter().find(|span| span.name == name && text(span).starts_with(statement));
            // Those above it end later, and come later.
            if let Some(found) = found
                && let Some(above) = parents(&spans, found)
            {
                let rows = attribute(found, "db.response.affected_rows");
                let Some(Value::IntValue(rows)) = rows else { panic!("{found:?} does not say how many rows it wrote") };
                return (above, rows);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The names from the caller's span down to that before `span`, where all of them are known.
fn parents(spans: &[Span], span: &Span) -> Option<Vec<String>> {
    if span.parent_span_id == caller().to_be_bytes() {
        return Some(Vec::new());
    }
    let parent = spans.iter().find(|other| other.span_id == span.parent_span_id)?;
    let mut above = parents(spans, parent)?;
    above.push(parent.name.clone());
    Some(above)
}

fn attribute(span: &Span, key: &str) -> Option<Value> {
    span.attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?.value
}

fn text(span: &Span) -> String {
    match attribute(span, "db.query.text") {
        Some(Value::StringValue(text)) => text,
        _ => String::new(),
    }
}

const fn caller() -> u64 {
    0x00f0_67aa_0ba9_02b7
}

/// The request as a part of the caller's trace.
fn traced<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let parent = format!("00-{TRACE}-{:016x}-01", caller());
    request.metadata_mut().insert("traceparent", parent.parse().unwrap());
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_followed_from_its_call_to_the_rows_that_are_copied_into_postgres_and_out_of_it() {
    let (engine, trace, market) = (Engine::postgres().await, Trace::default(), Market::new());
    let mint = market.list(SimulatedToken::draw(Seed(1), now(), Scenario::Flat)).mint.clone();
    let exchange = Exchange::start(market, Faults::none(), Limits::default(), now).await.unwrap();
    let kept = trace.clone();
    let keep = move |path: &str, message: Vec<u8>| {
        if path.contains("TraceService") {
            kept.take(&message);
        }
    };
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_DEXSCREENER_URL", exchange.url(Source::DexScreener)),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
        ("PERFTRACK_OTLP_ENDPOINT", collector(keep).await),
        ("PERFTRACK_TRACE_SAMPLE_RATIO", "0".into()),
        // The question reads the data itself.
        ("PERFTRACK_DATASET_REFRESH", "0s".into()),
    ];
    let tracker = Service::start("tracker-svc", &[], environment.clone()).await;
    let analysis = Service::start("analysis-svc", &[], environment).await;
    let mut bot = TrackingServiceClient::connect(tracker.url("tracker")).await.unwrap();
    bot.record_alert(traced(alert(&mint))).await.unwrap();
    let call = "perftrack.v1.TrackingService/RecordAlert";
    for table in ["alerts", "outcomes", "events"] {
        let copied = trace.above("COPY", &format!("COPY {table} (")).await;
        assert_eq!(copied, (vec![call.to_owned()], 1), "{table}");
    }
    let path = [call, "first_look", "store_observations"].map(str::to_owned).to_vec();
    assert_eq!(trace.above("COPY", "COPY price_snapshots (").await, (path, 1));

    let mut operator = AnalysisServiceClient::connect(analysis.url("analysis")).await.unwrap();
    operator.correlate(traced(CorrelateRequest::default())).await.unwrap();
    let (above, _) = trace.above("COPY", "COPY (SELECT").await;
    assert_eq!(above, ["perftrack.v1.AnalysisService/Correlate"]);
    assert_eq!(analysis.stop().await, Some(0));
    assert_eq!(tracker.stop().await, Some(0));
}
