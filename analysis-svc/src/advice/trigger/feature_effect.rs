//! A feature that stands out among all questions, and a gate that reads it.

use super::remedy;
use crate::advice::Look;
use crate::advice::recommendation::{Confidence, Priority, Recommendation};
use crate::advice::wording::said;
use crate::correlate::effect::{Effect, Outcome};
use crate::correlate::report::FeatureReport;
use crate::wording;

/// The rule's name.
pub const RULE: &str = "feature-effect";

/// One question for each such feature; rugs first, for they cost the most.
pub fn suggestive(look: &Look<'_>) -> Vec<Recommendation> {
    let both = [Outcome::Rug, Outcome::Pump];
    let pairs = both.into_iter().flat_map(|outcome| look.answer.features.iter().map(move |report| (outcome, report)));
    let standing_out = pairs.filter(|(outcome, report)| remedy::stands_out(report, *outcome));
    standing_out.map(|(outcome, report)| about(look, outcome, report)).collect()
}

fn about(look: &Look<'_>, outcome: Outcome, report: &FeatureReport) -> Recommendation {
    let reads = |key: &str| {
        look.catalogue.knob(key).is_some_and(|knob| knob.reads.iter().any(|field| field.to_string() == report.feature))
    };
    let leaning = remedy::leaning(look, outcome, reads)
        .filter(|candidate| candidate.effect(outcome).is_some_and(Effect::is_clear));
    let priority = if leaning.is_some() { Priority::Medium } else { Priority::Low };
    let mut recommendation = Recommendation::about(RULE, priority, &look.answer.cohort);
    recommendation.confidence = Confidence::Suggestive;
    let Some(candidate) = leaning else {
        recommendation.issue = format!("{} goes with {}", report.feature, noun(outcome));
        recommendation.reason.clone_from(&report.note);
        recommendation.evidence.effects = report.main_effect(outcome).cloned().into_iter().collect();
        recommendation.action = if look.catalogue.gates().iter().any(|gate| gate.field.to_string() == report.feature) {
            "change nothing yet: no tighter value of its gate leans the right way".to_owned()
        } else {
            format!("watch {}: no gate of the catalogue reads it", report.feature)
        };
        return recommendation;
    };
    let (dropped, kept) = match outcome {
        Outcome::Rug => (candidate.dropped.rugs, candidate.kept.rugs),
        Outcome::Pump | Outcome::Gain => (candidate.dropped.pumps, candidate.kept.pumps),
    };
    let percent = |rate: Option<f64>| rate.map_or_else(|| "unknown".to_owned(), wording::percent);
    recommendation.issue = format!(
        "{}: {} of the alerts that {} would drop are {}, against {} of the rest",
        report.feature,
        percent(dropped.rate()),
        said(&candidate.changes),
        noun(outcome),
        percent(kept.rate())
    );
    remedy::try_out(look, recommendation, &candidate, outcome)
}

const fn noun(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Rug => "rugs",
        Outcome::Pump => "pumps",
        Outcome::Gain => "gains",
    }
}
