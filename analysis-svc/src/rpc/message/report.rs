use domain::feature::FeatureKind;
use perftrack::v1;

use super::effect::{effect, verdict};
use super::group::group;
use super::int32;
use crate::correlate::report::{FeatureReport, NumberStats};
use crate::inference::signal::Signal;

/// What one feature has to do with the outcomes.
pub fn feature_report(report: &FeatureReport) -> v1::FeatureReport {
    v1::FeatureReport {
        feature: report.feature.clone(),
        kind: kind(report.kind).into(),
        groups: report.groups.iter().map(group).collect(),
        effects: report.effects.iter().map(effect).collect(),
        verdict: verdict(&report.verdict()).into(),
        signal: signal(report.signal).into(),
        note: report.note.clone(),
        numbers: report.numbers.as_ref().map(numbers),
        known: int32(report.known),
        unknown: int32(report.unknown),
    }
}

fn numbers(stats: &NumberStats) -> v1::NumberStats {
    v1::NumberStats {
        mean_of_pumps: stats.mean_of_pumps,
        mean_of_others: stats.mean_of_others,
        mean_of_rugs: stats.mean_of_rugs,
        mean_of_non_rugs: stats.mean_of_non_rugs,
        median: stats.median,
        min: stats.min,
        max: stats.max,
    }
}

const fn kind(kind: FeatureKind) -> v1::FeatureKind {
    match kind {
        FeatureKind::Boolean => v1::FeatureKind::Boolean,
        FeatureKind::Number => v1::FeatureKind::Number,
        FeatureKind::Category => v1::FeatureKind::Category,
    }
}

const fn signal(signal: Signal) -> v1::Signal {
    match signal {
        Signal::Positive => v1::Signal::Positive,
        Signal::Negative => v1::Signal::Negative,
        Signal::Mixed => v1::Signal::Mixed,
        Signal::None => v1::Signal::None,
    }
}
