//! Second requests, sent elsewhere because a source was slow, as a metric: how many, and what they were good for.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;

/// See the module. Nothing is written where no exporter is installed.
#[derive(Debug)]
pub(super) struct Hedges(Counter<u64>);

/// What became of a second request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hedge {
    /// Its answer was taken.
    Believed,
    /// The slow source answered before it.
    Overtaken,
    /// It was answered for some of the tokens; the slow source was waited for after all.
    Incomplete,
    /// It was not answered.
    Failed,
}

impl Hedges {
    pub(super) fn new() -> Self {
        let meter = opentelemetry::global::meter("perftrack.tracker");
        let description = "Requests that were sent to another source too, the first being slow, by what became of them";
        let counter = meter.u64_counter("perftrack.feed.hedges").with_unit("{request}");
        Self(counter.with_description(description).build())
    }

    /// A request that was slow at `source` was sent to `backup` too.
    pub(super) fn ended(&self, source: &'static str, backup: &'static str, hedge: Hedge) {
        let attributes =
            [KeyValue::new("source", source), KeyValue::new("backup", backup), KeyValue::new("ending", hedge.name())];
        self.0.add(1, &attributes);
    }
}

impl Hedge {
    const fn name(self) -> &'static str {
        match self {
            Self::Believed => "believed",
            Self::Overtaken => "overtaken",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }
}
