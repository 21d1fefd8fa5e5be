//! Metrics: kept once, scraped by Prometheus, sent to a collector.

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream};
use prometheus::Registry;

use super::{TelemetryError, TelemetrySettings, otlp};

/// Upper bounds for what is measured in seconds: from an answer out of memory to a question that was given up.
pub(super) const SECONDS: [f64; 18] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0];
/// Upper bounds for shares.
const SHARES: [f64; 9] = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0];

/// What keeps the metrics, and where Prometheus finds them, if anywhere.
pub(super) fn provider(
    settings: &TelemetrySettings,
    resource: Resource,
) -> Result<(SdkMeterProvider, Option<Registry>), TelemetryError> {
    let mut builder = SdkMeterProvider::builder().with_resource(resource).with_view(buckets);
    let mut registry = None;
    if settings.metrics_listen.is_some() {
        let scraped = Registry::new();
        let exporter = opentelemetry_prometheus::exporter().with_registry(scraped.clone()).scope_info_enabled(false);
        builder = builder.with_reader(exporter.build().map_err(|error| TelemetryError::Prometheus(error.to_string()))?);
        registry = Some(scraped);
    }
    if let Some(endpoint) = &settings.otlp_endpoint {
        builder = builder.with_periodic_exporter(otlp::metrics(endpoint)?);
    }
    Ok((builder.build(), registry))
}

/// Bounds that fit what is measured.
fn buckets(instrument: &Instrument) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram {
        return None;
    }
    let boundaries = match instrument.unit() {
        "s" => SECONDS.to_vec(),
        "1" => SHARES.to_vec(),
        _ => return None,
    };
    let aggregation = Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: false };
    Stream::builder().with_aggregation(aggregation).build().ok()
}
