//! The durations of calls have a series for every method that is served, from the start: of one that begins with its first
//! call, Prometheus cannot tell that there was none before, and a rate over it misses that call.

use prometheus::proto::{Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType};

use super::metrics::SECONDS;
use crate::access_log::{CODE, DURATION_HELP, METHOD};

/// As Prometheus writes the names.
const FAMILY: &str = "rpc_server_call_duration_seconds";

/// Adds what is missing: calls of these methods that went well, of which there were none yet.
pub(super) fn complete(families: &mut Vec<MetricFamily>, methods: &[&str]) {
    if !families.iter().any(|family| family.name() == FAMILY) {
        let mut family = MetricFamily::default();
        family.set_name(FAMILY.to_owned());
        family.set_help(DURATION_HELP.to_owned());
        family.set_field_type(MetricType::HISTOGRAM);
        families.push(family);
    }
    let Some(family) = families.iter_mut().find(|family| family.name() == FAMILY) else { return };
    for method in methods {
        let is_there = |metric: &Metric| {
            let has = |name: &str, value: &str| {
                metric.get_label().iter().any(|label| label.name() == name && label.value() == value)
            };
            has(&METHOD.replace('.', "_"), method) && has(&CODE.replace('.', "_"), "OK")
        };
        if !family.get_metric().iter().any(is_there) {
            family.mut_metric().push(none_yet(method));
        }
    }
}

fn none_yet(method: &str) -> Metric {
    let bucket = |bound: f64| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound);
        bucket
    };
    let mut histogram = Histogram::default();
    histogram.set_bucket(SECONDS.map(bucket).to_vec());
    let label = |name: &str, value: &str| {
        let mut label = LabelPair::default();
        label.set_name(name.replace('.', "_"));
        label.set_value(value.to_owned());
        label
    };
    let mut metric = Metric::default();
    metric.set_label(vec![label(METHOD, method), label(CODE, "OK")]);
    metric.set_histogram(histogram);
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_a_series_and_one_that_has_one_keeps_it() {
        let mut families = Vec::new();
        complete(&mut families, &["a/B", "a/C"]);
        complete(&mut families, &["a/B", "a/D"]);
        let text = prometheus::TextEncoder::new().encode_to_string(&families).unwrap();
        let counts: Vec<&str> = text.lines().filter(|line| line.contains("_count")).collect();
        let expected = ["a/B", "a/C", "a/D"]
            .map(|method| format!("{FAMILY}_count{{rpc_method=\"{method}\",rpc_response_status_code=\"OK\"}} 0"));
        assert_eq!(counts, expected);
        assert!(text.contains("le=\"+Inf\"} 0") && text.contains("le=\"0.0005\"} 0"), "{text}");
    }
}
