//! Which events are logged, and how they are written.

use std::io::IsTerminal;

use tracing::{Metadata, Subscriber};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

use super::SPANS;
use crate::config::Setting;

/// What is logged where nothing was said: the services' own words, and only warnings of the libraries below them.
const DEFAULT_FILTER: &str = "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,hyper=warn,h2=warn,tower=warn,\
                              tonic=warn,opentelemetry=warn,opentelemetry_sdk=warn,opentelemetry_otlp=warn";

/// Which events are logged: `info`, or `warn,tracker_svc=debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The same for a layer of its own.
    pub(super) fn layer(&self) -> Result<EnvFilter, tracing_subscriber::filter::ParseError> {
        EnvFilter::try_new(&self.0)
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        Self(DEFAULT_FILTER.to_owned())
    }
}

impl Setting for LogFilter {
    const EXPECTED: &'static str = "error, warn, info, debug, trace, or levels by part such as info,tracker_svc=debug";

    fn parse(text: &str) -> Result<Self, String> {
        EnvFilter::try_new(text).map_err(|error| error.to_string())?;
        // A bare level means ours: the libraries' own debug output would bury it.
        let plain = text.parse::<tracing::Level>().is_ok();
        Ok(Self(if plain { DEFAULT_FILTER.replacen("info", text, 1) } else { text.to_owned() }))
    }
}

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A line of text per event, coloured on a terminal.
    #[default]
    Text,
    /// A JSON object per line.
    Json,
}

impl Setting for LogFormat {
    const EXPECTED: &'static str = "text or json";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("no such format".to_owned()),
        }
    }
}

/// Lines of JSON carry the call that they belong to; in lines of text it would hide what they say.
pub(super) fn shows(format: LogFormat, metadata: &Metadata<'_>) -> bool {
    format == LogFormat::Json || !metadata.is_span() || metadata.target() != SPANS
}

/// Writes events to stderr.
pub(super) fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            layer.with_ansi(colours).boxed()
        }
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_level_is_for_the_services_and_leaves_the_libraries_quiet() {
        assert_eq!(LogFilter::parse("debug"), Ok(LogFilter(DEFAULT_FILTER.replacen("info", "debug", 1))));
        assert_eq!(LogFilter::parse("warn,sqlx=debug"), Ok(LogFilter("warn,sqlx=debug".to_owned())));
        assert!(LogFilter::parse("info,tracker_svc=loud").is_err());
    }

    #[test]
    fn the_default_filter_is_one() {
        assert!(EnvFilter::try_new(DEFAULT_FILTER).is_ok());
    }
}
