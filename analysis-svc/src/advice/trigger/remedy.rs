//! Which candidate to ask about.

use domain::field::Field;

use crate::advice::Look;
use crate::advice::candidate::Candidate;
use crate::advice::recommendation::{Confidence, Recommendation};
use crate::advice::wording;
use crate::correlate::effect::Outcome;
use crate::correlate::report::FeatureReport;
use crate::inference::verdict::Verdict;

/// The candidate towards which the data lean most, among those that suit the objective.
pub fn leaning<'a>(look: &Look<'a>, outcome: Outcome, reads: impl Fn(&Candidate) -> bool) -> Option<&'a Candidate> {
    let suits =
        |candidate: &&Candidate| reads(candidate) && candidate.suits(&look.objective) && favours(candidate, outcome);
    let lean = |candidate: &Candidate| candidate.lean(outcome).unwrap_or(f64::NEG_INFINITY);
    look.candidates.iter().filter(suits).max_by(|a, b| lean(a).total_cmp(&lean(b)))
}

/// Fewer rugs, or more pumps, among what it keeps.
fn favours(candidate: &Candidate, outcome: Outcome) -> bool {
    let dropped_less_kept = candidate.effect(outcome).and_then(|effect| effect.estimate);
    dropped_less_kept.is_some_and(|value| if outcome == Outcome::Rug { value > 0.0 } else { value < 0.0 })
}

/// Adds a candidate to think about, with what it would have done.
pub fn try_out(
    look: &Look<'_>,
    recommendation: Recommendation,
    candidate: &Candidate,
    outcome: Outcome,
) -> Recommendation {
    let mut recommendation = recommendation.trying(candidate);
    recommendation.action = wording::action(candidate, look.baseline);
    let reason = wording::reason(candidate, outcome, look.baseline, look.candidates.len());
    recommendation.reason =
        if recommendation.reason.is_empty() { reason } else { format!("{} {reason}", recommendation.reason) };
    if is_suggestive(look, candidate, outcome) {
        recommendation.confidence = Confidence::Suggestive;
    }
    recommendation
}

/// The feature that its gate reads stands out among all questions, and its own interval leaves out 0.
fn is_suggestive(look: &Look<'_>, candidate: &Candidate, outcome: Outcome) -> bool {
    candidate.lean(outcome).is_some_and(|lean| lean > 0.0)
        && look.answer.features.iter().any(|report| reads(candidate, report) && stands_out(report, outcome))
}

/// Whether the candidate's gate reads the feature.
pub fn reads(candidate: &Candidate, report: &FeatureReport) -> bool {
    candidate.reads.iter().map(Field::to_string).any(|field| field == report.feature)
}

/// Whether the feature's question on the outcome is suggestive.
pub fn stands_out(report: &FeatureReport, outcome: Outcome) -> bool {
    let verdict = report.main_effect(outcome).and_then(|effect| effect.verdict);
    matches!(verdict, Some(Verdict::Suggestive { .. }))
}
