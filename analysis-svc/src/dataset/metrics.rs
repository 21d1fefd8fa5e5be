//! How large the dataset is, and how long it takes to bring it up to date, as metrics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use opentelemetry::metrics::{Gauge, Histogram};

/// See the module. Nothing is written where no exporter is installed.
#[derive(Debug)]
pub(super) struct DatasetMetrics {
    alerts: Gauge<u64>,
    bytes: Gauge<u64>,
    limit_bytes: Gauge<u64>,
    bytes_per_alert: Gauge<f64>,
    changes: Histogram<u64>,
    elapsed_seconds: Histogram<f64>,
    /// When the data was last brought up to date.
    loaded: Arc<LoadedAt>,
}

/// In milliseconds after the first time, which is none before it.
#[derive(Debug, Default)]
struct LoadedAt {
    first: OnceLock<Instant>,
    after_ms: AtomicU64,
}

impl LoadedAt {
    fn now(&self) {
        let after = self.first.get_or_init(Instant::now).elapsed().as_millis();
        self.after_ms.store(u64::try_from(after).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn age(&self) -> Option<Duration> {
        let after = Duration::from_millis(self.after_ms.load(Ordering::Relaxed));
        self.first.get().map(|first| first.elapsed().saturating_sub(after))
    }
}

impl DatasetMetrics {
    pub(super) fn new() -> Self {
        let meter = opentelemetry::global::meter("perftrack.analysis");
        let loaded = Arc::new(LoadedAt::default());
        let watched = Arc::clone(&loaded);
        meter
            .f64_observable_gauge("perftrack.dataset.revision_age")
            .with_unit("s")
            .with_description("Time since the data in memory last changed; nothing before the first question")
            .with_callback(move |observer| {
                if let Some(age) = watched.age() {
                    observer.observe(age.as_secs_f64(), &[]);
                }
            })
            .build();
        Self {
            loaded,
            alerts: meter
                .u64_gauge("perftrack.dataset.alerts")
                .with_unit("{alert}")
                .with_description("Alerts held in memory")
                .build(),
            bytes: meter
                .u64_gauge("perftrack.dataset.memory")
                .with_unit("By")
                .with_description("The memory that they take")
                .build(),
            limit_bytes: meter
                .u64_gauge("perftrack.dataset.memory_limit")
                .with_unit("By")
                .with_description("The memory that they may take")
                .build(),
            bytes_per_alert: meter
                .f64_gauge("perftrack.dataset.memory_per_alert")
                .with_unit("By")
                .with_description("The memory that each of them takes")
                .build(),
            changes: meter
                .u64_histogram("perftrack.dataset.changes")
                .with_unit("{alert}")
                .with_description("Alerts that were new, changed or gone when the dataset was brought up to date")
                .build(),
            elapsed_seconds: meter
                .f64_histogram("perftrack.dataset.load.duration")
                .with_unit("s")
                .with_description("How long it took to bring the dataset up to date")
                .build(),
        }
    }

    /// `bytes` of `limit_bytes` hold the alerts.
    pub(super) fn loaded(
        &self,
        alerts: usize,
        (bytes, limit_bytes): (usize, usize),
        changes: usize,
        elapsed: Duration,
    ) {
        self.loaded.now();
        self.alerts.record(alerts as u64, &[]);
        self.bytes.record(bytes as u64, &[]);
        self.limit_bytes.record(limit_bytes as u64, &[]);
        self.bytes_per_alert.record(bytes as f64 / alerts.max(1) as f64, &[]);
        self.changes.record(changes as u64, &[]);
        self.elapsed_seconds.record(elapsed.as_secs_f64(), &[]);
    }
}
