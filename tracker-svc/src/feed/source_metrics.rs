//! What a price source was asked, how it answered, and its mood, as metrics.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};

use super::http::FetchError;

/// See the module. Nothing is written where no exporter is installed.
#[derive(Debug)]
pub(super) struct SourceMetrics {
    source: &'static str,
    requests: Counter<u64>,
    seconds: Histogram<f64>,
    breaker_open: Gauge<u64>,
    budget: Gauge<f64>,
}

impl SourceMetrics {
    /// All of them are there from the beginning, so that rates have one.
    pub(super) fn new(source: &'static str) -> Self {
        let meter = opentelemetry::global::meter("perftrack.tracker");
        let metrics = Self {
            source,
            requests: meter
                .u64_counter("perftrack.source.requests")
                .with_unit("{request}")
                .with_description(
                    "Requests to price sources, by how they ended: ok, rate_limited (429), refused (401, 403), failed",
                )
                .build(),
            seconds: meter
                .f64_histogram("perftrack.source.request.duration")
                .with_unit("s")
                .with_description("How long price sources took to answer or fail")
                .build(),
            breaker_open: meter
                .u64_gauge("perftrack.source.breaker_open")
                .with_description("1 while a price source is left alone because it kept failing, else 0")
                .build(),
            budget: meter
                .f64_gauge("perftrack.source.budget_per_minute")
                .with_unit("{request}")
                .with_description(
                    "Requests that this replica may send to a price source in a minute, as its mood is now",
                )
                .build(),
        };
        for ending in ["ok", "rate_limited", "refused", "failed"] {
            metrics.requests.add(0, &metrics.attributes(ending));
        }
        metrics.breaker(false);
        metrics
    }

    /// A request ended; `budget` is what may be asked in a minute now.
    pub(super) fn ended<T>(&self, answer: &Result<T, FetchError>, took: Duration, budget: f64) {
        let ending = match answer {
            Ok(_) => "ok",
            Err(FetchError::RateLimited(_)) => "rate_limited",
            Err(error) if error.is_about_us() => "refused",
            Err(_) => "failed",
        };
        self.requests.add(1, &self.attributes(ending));
        self.seconds.record(took.as_secs_f64(), &[KeyValue::new("source", self.source)]);
        self.budget.record(budget, &[KeyValue::new("source", self.source)]);
    }

    /// The breaker closed or opened.
    pub(super) fn breaker(&self, is_open: bool) {
        self.breaker_open.record(u64::from(is_open), &[KeyValue::new("source", self.source)]);
    }

    fn attributes(&self, ending: &'static str) -> [KeyValue; 2] {
        [KeyValue::new("source", self.source), KeyValue::new("ending", ending)]
    }
}
