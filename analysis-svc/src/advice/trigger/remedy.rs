//! Which candidate to ask about.

use domain::field::Field;

use crate::advice::Look;
use crate::advice::candidate::{Candidate, changes};
use crate::advice::recommendation::{Confidence, Recommendation};
use crate::advice::search::found::Found;
use crate::advice::wording;
use crate::correlate::effect::Outcome;
use crate::correlate::report::FeatureReport;
use crate::inference::verdict::{SUGGESTIVE_Q, Verdict};
use crate::statistics::confidence::{Confidence as Level, Estimate};
use crate::statistics::newcombe;

/// The candidate towards which the data lean most, among those that serve the objective and whose key is free.
pub fn leaning(look: &Look<'_>, outcome: Outcome, is_meant: impl Fn(&str) -> bool) -> Option<Candidate> {
    let key = |found: &Found| Some(look.ladders.get(found.turns.first()?.ladder)?.key.as_str());
    let suits = |found: &&Found| {
        found.score.is_some()
            && key(found).is_some_and(|key| look.is_free(key) && is_meant(key))
            && favours(found, outcome)
    };
    let leans = |found: &Found| lean(found, outcome).unwrap_or(f64::NEG_INFINITY);
    let best = look.search.singles.iter().filter(suits).max_by(|a, b| leans(a).total_cmp(&leans(b)))?;
    Some(look.ground.try_out(changes(best, look.ladders)))
}

/// The rate of the dropped less that of the kept.
fn difference(found: &Found, outcome: Outcome) -> Option<Estimate> {
    let table = match outcome {
        Outcome::Rug => found.dropped.rugs_against(&found.kept),
        Outcome::Pump | Outcome::Gain => found.dropped.pumps_against(&found.kept),
    };
    newcombe::risk_difference(&table, Level::NINETY_FIVE)
}

/// Fewer rugs, or more pumps, among what it keeps.
fn favours(found: &Found, outcome: Outcome) -> bool {
    difference(found, outcome).is_some_and(|of| if outcome == Outcome::Rug { of.value > 0.0 } else { of.value < 0.0 })
}

/// How much more the rugs are among the dropped, or the pumps among the kept: the interval's end nearest to none. The
/// greater, the more the data lean towards it; above 0 the interval leaves out 0.
fn lean(found: &Found, outcome: Outcome) -> Option<f64> {
    let interval = difference(found, outcome)?.interval;
    Some(if outcome == Outcome::Rug { interval.low } else { -interval.high })
}

/// Adds a candidate to think about, with what it would have done.
pub fn try_out(
    look: &Look<'_>,
    recommendation: Recommendation,
    candidate: &Candidate,
    outcome: Outcome,
) -> Recommendation {
    let mut recommendation = recommendation.trying(candidate);
    recommendation.action = wording::action("try", candidate, look.ground.baseline);
    let reason = wording::reason(candidate, outcome, look.ground.baseline, look.search);
    recommendation.reason =
        if recommendation.reason.is_empty() { reason } else { format!("{} {reason}", recommendation.reason) };
    if is_suggestive(look, candidate, outcome) {
        recommendation.confidence = Confidence::Suggestive;
    }
    recommendation
}

/// The feature that its gate reads stands out among all questions, and its own interval leaves out 0.
fn is_suggestive(look: &Look<'_>, candidate: &Candidate, outcome: Outcome) -> bool {
    let is_clear = candidate.effect(outcome).is_some_and(crate::correlate::effect::Effect::is_clear);
    is_clear && look.answer.features.iter().any(|report| reads(candidate, report) && stands_out(report, outcome))
}

/// Whether the candidate's gate reads the feature.
pub fn reads(candidate: &Candidate, report: &FeatureReport) -> bool {
    candidate.reads.iter().map(Field::to_string).any(|field| field == report.feature)
}

/// Whether the feature's question on the outcome stands out among all that are asked.
pub fn stands_out(report: &FeatureReport, outcome: Outcome) -> bool {
    let effect = report.main_effect(outcome).filter(|effect| effect.verdict.is_some());
    let told = effect.filter(|effect| !matches!(effect.verdict, Some(Verdict::DescriptionOnly(_))));
    told.and_then(|effect| effect.q_value).is_some_and(|q_value| q_value <= SUGGESTIVE_Q)
}
