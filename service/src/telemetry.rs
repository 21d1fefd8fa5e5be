//! Logs to stderr, metrics to Prometheus, and all of it, with traces, to an OpenTelemetry collector.

mod from_the_start;
mod log;
mod metrics;
mod otlp;
mod propagation;
mod sampling;
mod scrape;
mod settings;
mod statements;

use std::net::SocketAddr;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::task::AbortHandle;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

pub use log::{LogFilter, LogFormat};
pub(crate) use propagation::from_caller;
pub use propagation::headers_for_a_request;
use sampling::Sampled;
pub use settings::{METRICS_LISTEN_ADDR, OTLP_ENDPOINT, TELEMETRY, TRACE_SAMPLE_RATIO, TelemetrySettings};
use statements::Statements;

/// Spans are made under this target alone: those of the libraries would be most of every trace.
pub const SPANS: &str = "perftrack::span";

/// Telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is none.
    #[error("setting up the log: bad filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Something in this process logs already.
    #[error("setting up the log: {0}")]
    Installed(#[from] tracing_subscriber::util::TryInitError),
    /// The collector's address is none, or TLS cannot be used.
    #[error("setting up what is sent to the collector: {0}; see otlp_endpoint")]
    Otlp(#[from] opentelemetry_otlp::ExporterBuildError),
    /// The metrics cannot be offered.
    #[error("setting up the metrics: {0}")]
    Prometheus(String),
    /// The address of the metrics cannot be listened on.
    #[error(
        "cannot listen on {address} for /metrics: {source}; choose another metrics_listen_addr, or port 0 for any free one"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Keeps telemetry running; drop it last, after the services have stopped: what was not sent yet is sent then.
#[must_use = "telemetry runs while this is alive"]
#[derive(Debug, Default)]
pub struct Telemetry {
    meters: Option<SdkMeterProvider>,
    tracers: Option<SdkTracerProvider>,
    loggers: Option<SdkLoggerProvider>,
    scraped: Option<AbortHandle>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(scraped) = &self.scraped {
            scraped.abort();
        }
        // A collector that is away loses the last of it; there is nobody to be told any more.
        let _ = self.tracers.as_ref().map(SdkTracerProvider::shutdown);
        let _ = self.meters.as_ref().map(SdkMeterProvider::shutdown);
        let _ = self.loggers.as_ref().map(SdkLoggerProvider::shutdown);
    }
}

/// Begins to log, for the whole process, and no more.
pub fn start(filter: &LogFilter, format: LogFormat) -> Result<Telemetry, TelemetryError> {
    tracing_subscriber::registry().with(lines(filter, format)?).try_init()?;
    Ok(Telemetry::default())
}

/// Begins to log, to count and to trace, for the whole process, in the name of `service`. Call it before anything else is
/// made: metrics of what was there before are lost. Must be called within a runtime.
///
/// # Errors
/// [`TelemetryError`] where a setting cannot be followed. A collector that is away is none.
pub fn start_all(service: &'static str, settings: &TelemetrySettings) -> Result<Telemetry, TelemetryError> {
    let resource = resource(service);
    let mut telemetry = Telemetry::default();
    let mut registry = None;
    if settings.metrics_listen.is_some() || settings.otlp_endpoint.is_some() {
        let (meters, scraped) = metrics::provider(settings, resource.clone())?;
        global::set_meter_provider(meters.clone());
        telemetry.meters = Some(meters);
        registry = scraped;
    }
    let mut layers = vec![lines(&settings.log, settings.log_format)?];
    if let Some(endpoint) = &settings.otlp_endpoint {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let tracers = otlp::traces(endpoint, settings.trace_sample_ratio, resource.clone())?;
        global::set_tracer_provider(tracers.clone());
        let tracer = tracers.tracer("perftrack");
        let spans = Targets::new().with_target(SPANS, LevelFilter::INFO);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer.clone())
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false);
        layers.push(layer.with_filter(spans).boxed());
        layers.push(Statements::layer(tracer));
        let loggers = otlp::logs(endpoint, resource)?;
        // What is said while the log is sent must not be sent in turn.
        let others = Targets::new()
            .with_default(LevelFilter::TRACE)
            .with_targets(["hyper", "h2", "tonic", "tower", "opentelemetry"].map(|target| (target, LevelFilter::OFF)));
        let filter = settings.log.layer()?.and(others).and(Sampled::new());
        layers.push(OpenTelemetryTracingBridge::new(&loggers).with_filter(filter).boxed());
        telemetry.tracers = Some(tracers);
        telemetry.loggers = Some(loggers);
    }
    tracing_subscriber::registry().with(layers).try_init()?;
    if let (Some(address), Some(registry)) = (settings.metrics_listen, registry) {
        telemetry.scraped = Some(scrape::serve(address, registry)?);
    }
    Ok(telemetry)
}

/// The log on stderr.
fn lines(filter: &LogFilter, format: LogFormat) -> Result<Box<dyn Layer<Registry> + Send + Sync>, TelemetryError> {
    let shown = filter_fn(move |metadata| log::shows(format, metadata));
    Ok(log::lines(format).with_filter(filter.layer()?.and(shown).and(Sampled::new())).boxed())
}

fn resource(service: &'static str) -> Resource {
    Resource::builder_empty()
        .with_service_name(service)
        .with_attributes([
            KeyValue::new("service.namespace", "perftrack"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()),
        ])
        .build()
}
