//! What an operator can set about logs, metrics and traces.

use std::net::SocketAddr;

use super::{LogFilter, LogFormat};
use crate::config::{AnyKey, ConfigError, HttpUrl, Key, Settings, keys};

/// Where metrics can be scraped.
pub const METRICS_LISTEN_ADDR: Key<SocketAddr> = Key::new(
    "metrics_listen_addr",
    "metrics-listen",
    "ADDRESS",
    "Where Prometheus finds /metrics, over HTTP and in the clear: keep it from the world; port 0 takes any free one, which \
     the log names (default: nowhere)",
);

/// Where telemetry is sent.
pub const OTLP_ENDPOINT: Key<HttpUrl> = Key::new(
    "otlp_endpoint",
    "otlp-endpoint",
    "URL",
    "An OpenTelemetry collector (OTLP over gRPC), such as http://localhost:4317, that is sent traces, metrics and logs \
     (default: nobody)",
);

/// Which share of the calls is traced.
pub const TRACE_SAMPLE_RATIO: Key<f64> = Key::new(
    "trace_sample_ratio",
    "trace-sample-ratio",
    "SHARE",
    "Share of the calls that are traced, 0 to 1, where the caller did not decide. Too large: the collector drowns. Too small: \
     the slow call that you look for was not traced",
)
.default("0.1")
.check(|ratio| if (0.0..=1.0).contains(ratio) { Ok(()) } else { Err("not between 0 and 1".to_owned()) });

/// The settings of this file.
pub const TELEMETRY: &[&dyn AnyKey] = &[&METRICS_LISTEN_ADDR, &OTLP_ENDPOINT, &TRACE_SAMPLE_RATIO];

/// What a program says of itself, and to whom.
#[derive(Clone, Debug)]
pub struct TelemetrySettings {
    /// Which events are logged.
    pub log: LogFilter,
    /// How they are written.
    pub log_format: LogFormat,
    /// Where metrics can be scraped.
    pub metrics_listen: Option<SocketAddr>,
    /// The collector.
    pub otlp_endpoint: Option<HttpUrl>,
    /// The share of the calls that are traced, 0 to 1.
    pub trace_sample_ratio: f64,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            log: LogFilter::default(),
            log_format: LogFormat::default(),
            metrics_listen: None,
            otlp_endpoint: None,
            trace_sample_ratio: 0.1,
        }
    }
}

impl TelemetrySettings {
    /// Reads it from checked settings.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting that is wrong.
    pub fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            log: settings.get_optional(&keys::LOG)?.unwrap_or_default(),
            log_format: settings.get_optional(&keys::LOG_FORMAT)?.unwrap_or_default(),
            metrics_listen: settings.get_optional(&METRICS_LISTEN_ADDR)?,
            otlp_endpoint: settings.get_optional(&OTLP_ENDPOINT)?,
            trace_sample_ratio: settings.get(&TRACE_SAMPLE_RATIO)?,
        })
    }
}
