//! What correlates: for every feature how outcomes differ with and without it, and how sure that is.

pub mod categories;
pub mod cohort;
pub mod comparison;
pub mod effect;
pub mod features;
pub mod flags;
pub mod group;
mod judge;
mod note;
pub mod numbers;
pub mod report;
pub mod selection;

use crate::dataset::Snapshot;
use crate::dataset::filter::Kept;
use cohort::Cohort;
use comparison::Comparison;
use report::FeatureReport;
use selection::{Selection, Window};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which alerts, by time.
    pub window: Window,
    /// Which alerts, by their fields.
    pub kept: Kept,
    /// Which features are shown, by name; empty for all that are known of any alert. The family is that of all features
    /// either way.
    pub features: Vec<String>,
}

/// What the data say.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who is counted, and how they did.
    pub cohort: Cohort,
    /// What each feature has to do with it.
    pub features: Vec<FeatureReport>,
    /// Parts of the cohort side by side.
    pub comparisons: Vec<Comparison>,
    /// How many questions were asked at once.
    pub family_size: usize,
    /// Features that no matured alert has a value for.
    pub unrecorded: Vec<String>,
}

/// Answers a question from one revision of the data: the same question on the same revision has the same answer.
#[must_use]
pub fn correlate(snapshot: &Snapshot, question: &Question) -> Answer {
    let selection = Selection::of(snapshot, question.window, &question.kept);
    let mut answer = correlate_selection(snapshot, &selection);
    if !question.features.is_empty() {
        answer.features.retain(|report| question.features.contains(&report.feature));
        answer.unrecorded.retain(|name| question.features.contains(name));
    }
    answer
}

/// The same for alerts that are chosen already, with all features.
#[must_use]
pub fn correlate_selection(snapshot: &Snapshot, selection: &Selection) -> Answer {
    let cohort = Cohort::of(snapshot, selection);
    let (recorded, unrecorded): (Vec<_>, Vec<_>) =
        snapshot.columns().iter().partition(|column| column.count_known(&selection.matured) > 0);
    let mut features: Vec<FeatureReport> =
        recorded.into_iter().map(|column| features::report(snapshot, selection, column)).collect();
    let family_size = judge::judge(&mut features, &cohort, selection.is_filtered);
    for report in &mut features {
        report.note = note::note(report, selection.is_filtered);
    }
    Answer {
        comparisons: comparison::smart_money(snapshot, selection).into_iter().collect(),
        unrecorded: unrecorded.into_iter().map(|column| column.name.clone()).collect(),
        features,
        cohort,
        family_size,
    }
}

#[cfg(test)]
mod tests;
