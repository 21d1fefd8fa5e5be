//! What is sent to an OpenTelemetry collector, over gRPC.

use std::time::Duration;

use opentelemetry_otlp::{
    ExporterBuildError, LogExporter, MetricExporter, SpanExporter, WithExportConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tonic::transport::ClientTlsConfig;

use super::TelemetryError;
use crate::config::HttpUrl;

/// A collector that takes longer is not waited for: what it was to be told is lost.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn metrics(endpoint: &HttpUrl) -> Result<MetricExporter, TelemetryError> {
    Ok(to(endpoint, MetricExporter::builder().with_tonic()).build()?)
}

/// Traces of `ratio` of the calls, and of all those whose caller says so.
pub(super) fn traces(endpoint: &HttpUrl, ratio: f64, resource: Resource) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter: Result<SpanExporter, ExporterBuildError> = to(endpoint, SpanExporter::builder().with_tonic()).build();
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio)));
    Ok(SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(sampler)
        .with_batch_exporter(exporter?)
        .build())
}

pub(super) fn logs(endpoint: &HttpUrl, resource: Resource) -> Result<SdkLoggerProvider, TelemetryError> {
    let exporter = to(endpoint, LogExporter::builder().with_tonic()).build()?;
    Ok(SdkLoggerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
}

/// The builders of all three are configured alike.
trait Configured: WithExportConfig + WithTonicConfig + Sized {}
impl<B: WithExportConfig + WithTonicConfig> Configured for B {}

fn to<B: Configured>(endpoint: &HttpUrl, builder: B) -> B {
    let builder = builder.with_endpoint(endpoint.as_str()).with_timeout(PATIENCE);
    if endpoint.as_str().starts_with("https:") {
        return builder.with_tls_config(ClientTlsConfig::new().with_native_roots());
    }
    builder
}
