//! What correlates: for every feature how outcomes differ with and without it, and how sure that is.

pub mod adjusted;
pub mod categories;
pub mod code;
pub mod cohort;
pub mod comparison;
pub mod curves;
pub mod description;
pub mod details;
pub mod effect;
pub mod features;
pub mod few;
pub mod flags;
pub mod group;
mod judge;
pub mod labelled;
mod note;
pub mod numbers;
pub mod periods;
pub mod placed;
pub mod progress;
pub mod questions;
pub mod ranked;
pub mod ranks;
pub mod report;
pub mod selection;
pub mod standing;
pub mod tabulate;
pub mod within_day;
pub mod young;

use crate::dataset::Snapshot;
use crate::dataset::filter::Kept;
use cohort::Cohort;
use comparison::Comparison;
use description::Description;
use judge::Look;
use progress::Progress;
use questions::Answered;
use report::FeatureReport;
use selection::{Selection, Window};
use standing::Now;

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

impl Question {
    /// The question that the verdicts are about: all alerts since the beginning, all features.
    #[must_use]
    pub fn standing() -> Self {
        Self { window: Window::default(), kept: Kept::everything(), features: Vec::new() }
    }
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
    /// The questions that an operator asks, answered.
    pub questions: Vec<Answered>,
    /// Where the standing question stands; `None` of any other.
    pub progress: Option<Progress>,
    /// How many questions were asked at once.
    pub family_size: usize,
    /// Features that no matured alert has a value for.
    pub unrecorded: Vec<String>,
}

/// The answer to the standing question, kept with the revision.
struct StandingAnswer(Answer);

/// The answer about a window of time, of which the latest few are kept with the revision.
struct WindowAnswer(Answer);

/// Answers a question from one revision of the data: the same question on the same revision has the same answer. The standing
/// question is worked out once for a revision, and so are the windows that were asked about last.
#[must_use]
pub fn correlate(snapshot: &Snapshot, question: &Question) -> Answer {
    let selection = Selection::of(snapshot, question.window, &question.kept);
    let mut answer = if selection.is_standing {
        snapshot.derived().once(|| StandingAnswer(correlate_selection(snapshot, &selection))).0.clone()
    } else if selection.is_filtered {
        correlate_selection(snapshot, &selection)
    } else {
        let answer = |_: &Window| WindowAnswer(correlate_selection(snapshot, &selection));
        snapshot.derived().recent(question.window, answer).0.clone()
    };
    if !question.features.is_empty() {
        answer.features.retain(|report| question.features.contains(&report.feature));
        answer.unrecorded.retain(|name| question.features.contains(name));
    }
    answer
}

/// The same for alerts that are chosen already, with all features.
#[must_use]
pub fn correlate_selection(snapshot: &Snapshot, selection: &Selection) -> Answer {
    let (recorded, unrecorded): (Vec<_>, Vec<_>) =
        snapshot.columns().iter().enumerate().partition(|(_, column)| column.count_known(&selection.matured) > 0);
    let Description { cohort, mut features, smart_money, sides } = Description::of(snapshot, selection, recorded);
    let now = selection.is_standing.then(|| Now::of(snapshot));
    let look = match &now {
        Some(now) => Look::Standing(now),
        None if selection.is_filtered => Look::Filtered,
        None => Look::Window,
    };
    let family_size = judge::judge(&mut features, &cohort, look);
    for report in &mut features {
        report.note = note::note(report, look);
    }
    Answer {
        questions: questions::answers(sides, &features, smart_money.as_ref()),
        comparisons: smart_money.into_iter().collect(),
        unrecorded: unrecorded.into_iter().map(|(_, column)| column.name.clone()).collect(),
        progress: now.map(|now| Progress::of(&now, cohort.alerts_per_day)),
        features,
        cohort,
        family_size,
    }
}

#[cfg(test)]
mod honesty;
#[cfg(test)]
mod tests;
