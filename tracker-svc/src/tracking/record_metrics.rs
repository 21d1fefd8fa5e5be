//! What became of the prices that were polled, as a metric.

use std::sync::LazyLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use store::observations::Reception;

/// Nothing is written where no exporter is installed.
static OBSERVATIONS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("perftrack.tracker");
    let counter = meter.u64_counter("perftrack.observations").with_unit("{observation}");
    let counter = counter.with_description("Polled prices, by what the store made of them").build();
    for reception in [Reception::Accepted, Reception::Duplicate, Reception::Conflict] {
        counter.add(0, &[KeyValue::new("reception", name(reception))]);
    }
    counter
});

pub(super) fn received(receptions: &[Reception]) {
    for (reception, count) in counted(receptions) {
        OBSERVATIONS.add(count, &[KeyValue::new("reception", name(reception))]);
    }
}

/// A batch has hundreds, nearly all of one kind.
fn counted(receptions: &[Reception]) -> Vec<(Reception, u64)> {
    let mut counts: Vec<(Reception, u64)> = Vec::new();
    for reception in receptions {
        match counts.iter_mut().find(|(kind, _)| kind == reception) {
            Some((_, count)) => *count += 1,
            None => counts.push((*reception, 1)),
        }
    }
    counts
}

const fn name(reception: Reception) -> &'static str {
    match reception {
        Reception::Accepted => "accepted",
        Reception::Duplicate => "duplicate",
        Reception::Conflict => "conflict",
        Reception::UnknownToken => "unknown_token",
        Reception::OutsideRetention => "outside_retention",
        Reception::Invalid => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_once() {
        let receptions = [Reception::Accepted, Reception::Conflict, Reception::Accepted];
        assert_eq!(counted(&receptions), [(Reception::Accepted, 2), (Reception::Conflict, 1)]);
    }
}
