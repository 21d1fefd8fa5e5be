//! What outcomes were sealed as, as metrics: how they ended, how much of them was seen, what was not believed.

use std::sync::LazyLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};

use crate::entity::outcome::Model;

/// Nothing is written where no exporter is installed.
struct SealMetrics {
    sealed: Counter<u64>,
    coverage: Histogram<f64>,
    held_dropped: Counter<u64>,
}

static METRICS: LazyLock<SealMetrics> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("perftrack.store");
    let metrics = SealMetrics {
        sealed: meter
            .u64_counter("perftrack.outcomes.sealed")
            .with_unit("{outcome}")
            .with_description("Outcomes whose window is over, by what they were sealed as")
            .build(),
        coverage: meter
            .f64_histogram("perftrack.outcomes.coverage")
            .with_unit("1")
            .with_description("The share of the expected observations that each of them had")
            .build(),
        held_dropped: meter
            .u64_counter("perftrack.outcomes.held_dropped")
            .with_unit("{observation}")
            .with_description("Prices that were held as implausible and dropped, nobody having confirmed them")
            .build(),
    };
    for status in ["complete", "lost", "no_data"] {
        metrics.sealed.add(0, &[KeyValue::new("status", status)]);
    }
    metrics.held_dropped.add(0, &[]);
    metrics
});

/// From the beginning they are there, so that rates have one.
pub(super) fn begin() {
    LazyLock::force(&METRICS);
}

pub(super) fn sealed(outcomes: &[Model]) {
    for outcome in outcomes {
        METRICS.sealed.add(1, &[KeyValue::new("status", outcome.status.clone())]);
        if let Some(coverage) = outcome.coverage {
            METRICS.coverage.record(coverage, &[]);
        }
        METRICS.held_dropped.add(u64::try_from(outcome.held_dropped).unwrap_or_default(), &[]);
    }
}
