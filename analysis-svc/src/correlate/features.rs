//! The report of one feature, before it is judged beside the others.

use super::labelled::Labelled;
use super::report::FeatureReport;
use super::selection::Selection;
use super::{categories, flags, numbers};
use crate::dataset::Snapshot;
use crate::dataset::columns::{Column, Values};
use crate::inference::signal::Signal;

/// How outcomes differ with the feature, and how the alerts with each of its values did.
#[must_use]
pub fn report(
    snapshot: &Snapshot,
    selection: &Selection,
    labelled: &Labelled,
    place: usize,
    column: &Column,
) -> FeatureReport {
    let rows = &selection.matured;
    let (groups, effects, stats) = match &column.values {
        Values::Flags(values) => {
            let (groups, effects) = flags::report(snapshot, values, rows);
            (groups, effects, None)
        }
        Values::Numbers(values) => (
            numbers::groups(snapshot, values, rows),
            numbers::effects(snapshot, values, rows, &labelled.days(column)),
            Some(numbers::stats(snapshot, values, rows)),
        ),
        Values::Categories(values) => (
            categories::groups(snapshot, values, rows),
            categories::effects(snapshot, values, rows, &labelled.days(column)),
            None,
        ),
    };
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
