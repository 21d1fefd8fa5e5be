//! How the ticks go, as metrics: what is to be looked at, what is, and how long the last one waits.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};

use super::roster::Count;
use crate::feed::look::Jumps;

/// See the module. Nothing is written where no exporter is installed.
#[derive(Debug)]
pub(super) struct TickMetrics {
    followed: Gauge<u64>,
    planned: Gauge<u64>,
    left_out: Gauge<u64>,
    missing: Gauge<u64>,
    held_back: Gauge<u64>,
    longest_wait_seconds: Gauge<f64>,
    elapsed_seconds: Histogram<f64>,
    jumps: Counter<u64>,
}

impl TickMetrics {
    pub(super) fn new() -> Self {
        let meter = opentelemetry::global::meter("perftrack.tracker");
        let tokens =
            |name, description| meter.u64_gauge(name).with_unit("{token}").with_description(description).build();
        let seconds = |name, description| meter.f64_gauge(name).with_unit("s").with_description(description).build();
        Self {
            followed: tokens("perftrack.tick.tokens_followed", "Tokens with an open window"),
            planned: tokens("perftrack.tick.tokens_planned", "Those of them that have a turn in every interval"),
            left_out: tokens(
                "perftrack.tick.tokens_left_out",
                "Those of them that the price sources leave no room for in every interval",
            ),
            missing: tokens("perftrack.tick.tokens_missing", "Those of them of which the last look told no price"),
            held_back: tokens(
                "perftrack.tick.tokens_held_back",
                "Those of them that a source might have told of, had its limit left a request",
            ),
            longest_wait_seconds: seconds(
                "perftrack.tick.longest_wait",
                "The longest time since one of them was looked at",
            ),
            elapsed_seconds: meter.f64_histogram("perftrack.tick.duration").with_unit("s").build(),
            jumps: meter
                .u64_counter("perftrack.tick.jumps")
                .with_description("Prices that had jumped, by how other sources settled them")
                .build(),
        }
    }

    /// How it stands.
    pub(super) fn stands(&self, count: &Count) {
        let Count { followed, planned, missing, held_back, longest_wait } = *count;
        self.followed.record(followed as u64, &[]);
        self.planned.record(planned as u64, &[]);
        self.left_out.record((followed - planned) as u64, &[]);
        self.missing.record(missing as u64, &[]);
        self.held_back.record(held_back as u64, &[]);
        self.longest_wait_seconds.record(longest_wait.as_secs_f64(), &[]);
    }

    /// Where the seconds of a look are recorded.
    pub(super) fn duration(&self) -> Histogram<f64> {
        self.elapsed_seconds.clone()
    }

    /// How the jumps of a look ended.
    pub(super) fn jumps(&self, jumps: Jumps) {
        let Jumps { confirmed, outvoted, open } = jumps;
        for (ending, count) in [("confirmed", confirmed), ("outvoted", outvoted), ("open", open)] {
            if count > 0 {
                self.jumps.add(count as u64, &[KeyValue::new("ending", ending)]);
            }
        }
    }
}
