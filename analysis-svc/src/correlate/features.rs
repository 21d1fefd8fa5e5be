//! The report of one feature, before it is judged beside the others.

use super::labelled::Labelled;
use super::report::FeatureReport;
use super::tabulate::layout::Layout;
use super::{categories, flags, numbers};
use crate::dataset::Snapshot;
use crate::dataset::columns::{Column, Values};
use crate::inference::signal::Signal;

/// How outcomes differ with the feature, and how the alerts with each of its values did.
#[must_use]
pub fn report(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    place: usize,
    column: &Column,
) -> FeatureReport {
    let (groups, effects, stats) = match &column.values {
        Values::Flags(values) => {
            let (groups, effects) = flags::report(snapshot, layout, labelled, values);
            (groups, effects, None)
        }
        Values::Numbers(values) => {
            let (groups, effects, stats) = numbers::report(snapshot, layout, labelled, (place, values));
            (groups, effects, Some(stats))
        }
        Values::Categories(values) => {
            let (groups, effects) = categories::report(snapshot, layout, labelled, values);
            (groups, effects, None)
        }
    };
    let rows = labelled.rows();
    let known = column.count_known(rows);
    FeatureReport {
        feature: column.name.clone(),
        column: place,
        kind: column.kind(),
        groups,
        effects,
        numbers: stats,
        known,
        unknown: rows.count() - known,
        is_mixed: column.is_mixed,
        signal: Signal::None,
        note: String::new(),
    }
}
