//! Which features go with pumps and which with rugs.

use perftrack::v1::{CorrelateResponse, FeatureKind, FeatureReport, Verdict};

use super::{Scope, cohort};
use crate::print::number::{count, counted_noun};
use crate::print::paint;
use crate::print::text::{cut, wrapped};

mod adjusted;
mod checkpoint;
mod comparison;
mod curves;
mod flags;
mod levels;
mod numbers;
mod questions;
mod weeks;

/// Above this share of unknowns, a feature is worth recording more often.
const MUCH_UNKNOWN: f64 = 0.2;

/// The cohort, then every feature by its kind. `every_level` shows all levels of all features.
#[must_use]
pub fn show(answer: &CorrelateResponse, scope: &Scope, every_level: bool, width: Option<usize>) -> String {
    let who = answer.cohort.unwrap_or_default();
    let mut text =
        scope.head("What goes with pumps and with rugs", &cohort::basis(&who, answer.revision.as_ref()), width);
    text += &cohort::show(&who, width);
    if who.alerts == 0 {
        let hint = "Nothing to compare yet: an alert counts once its window is over.";
        return text + &paint::faint(&wrapped(hint, width)) + "\n";
    }
    let of_kind = |kind| answer.features.iter().filter(move |report| report.kind() == kind).collect::<Vec<_>>();
    text += &flags::show(&of_kind(FeatureKind::Boolean), width);
    text += &numbers::show(&of_kind(FeatureKind::Number), width);
    text += &levels::categories(&of_kind(FeatureKind::Category), every_level, width);
    let detailed: Vec<&FeatureReport> = answer
        .features
        .iter()
        .filter(|report| report.kind() != FeatureKind::Category)
        .filter(|report| every_level || report.kind() == FeatureKind::Number && stands_out(report))
        .collect();
    text += &levels::show(&detailed, width);
    text += &comparison::show(&answer.comparisons, width);
    text += &weeks::show(&answer.periods, width);
    text += &adjusted::show(&answer.adjusted, width);
    text += &curves::show(&answer.curves, width);
    text += &questions::show(&answer.questions, width);
    text += &remarks(answer, width);
    text
}

fn stands_out(report: &FeatureReport) -> bool {
    matches!(report.verdict(), Verdict::Supported | Verdict::Suggestive)
}

/// A feature's name, cut where the screen has no room for a long one.
fn feature_name(name: &str, width: Option<usize>) -> String {
    if is_narrow(width) { cut(name, 20) } else { name.to_owned() }
}

/// Whether every column counts.
fn is_narrow(width: Option<usize>) -> bool {
    width.is_some_and(|width| width < 100)
}

/// The level of the alerts that have no value.
const UNKNOWN_LEVEL: &str = "unknown";

/// What is unknown for how many, what nobody records, and how many questions were asked.
fn remarks(answer: &CorrelateResponse, width: Option<usize>) -> String {
    let mut lines: Vec<String> = answer.checkpoint.as_ref().map(checkpoint::line).into_iter().collect();
    let often_unknown: Vec<String> = answer
        .features
        .iter()
        .filter_map(|report| {
            let all: i32 = report.groups.iter().map(|group| group.alerts).sum();
            let unknown = report.groups.iter().find(|group| group.level == UNKNOWN_LEVEL)?.alerts;
            (f64::from(unknown) > MUCH_UNKNOWN * f64::from(all))
                .then(|| format!("{} ({} of {})", report.feature, count(unknown), count(all)))
        })
        .collect();
    if !often_unknown.is_empty() {
        lines.push(format!("Often unknown: {}. Record them to know more.", often_unknown.join(", ")));
    }
    if !answer.unrecorded.is_empty() {
        lines.push(format!("Never recorded: {}.", answer.unrecorded.join(", ")));
    }
    lines.push(format!(
        "{} asked at once. A difference is in percentage points with its 95 % interval; q is what is left of it after \
         asking that many.",
        counted_noun(answer.family_size, "question")
    ));
    lines.push("One feature level by level: perfctl correlate FEATURE".to_owned());
    lines.iter().fold("\n".to_owned(), |text, line| text + &paint::faint(&wrapped(line, width)) + "\n")
}
