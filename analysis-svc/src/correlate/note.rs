//! One sentence per feature: what the numbers say, how sure that is, and what to record.

use domain::feature::FeatureKind;

use super::effect::{Effect, Measure, Outcome};
use super::judge::Look;
use super::report::FeatureReport;
use crate::inference::family::LEAST_TOKENS;
use crate::inference::verdict::{DataNeeded, Verdict};
use crate::wording;

/// Above this share of unknown values the note says to record the feature.
const MUCH_UNKNOWN: f64 = 0.2;

/// The note of a report whose verdicts are given.
#[must_use]
pub fn note(report: &FeatureReport, look: Look<'_>) -> String {
    let mut sentences = vec![finding(report, look)];
    let all = report.known + report.unknown;
    if f64::from(report.unknown) > MUCH_UNKNOWN * f64::from(all) {
        sentences.push(format!("Unknown for {} of {all}: record {}.", report.unknown, report.feature));
    }
    if report.is_mixed {
        sentences.push("The bot sent more than one sort of value under this name; all are read as words.".to_owned());
    }
    sentences.join(" ")
}

fn finding(report: &FeatureReport, look: Look<'_>) -> String {
    let asked: Vec<&Effect> = report.effects.iter().filter(|effect| effect.verdict.is_some()).collect();
    if asked.is_empty() {
        return format!("No question yet: two known levels with {LEAST_TOKENS} tokens each are needed.");
    }
    if matches!(look, Look::Filtered) {
        return "A filtered look describes; verdicts are for all alerts.".to_owned();
    }
    let of = |is: fn(&Verdict) -> bool| -> Vec<String> {
        let those = asked.iter().filter(|effect| effect.verdict.as_ref().is_some_and(is));
        those.map(|effect| said(effect, report.kind)).collect()
    };
    let supported = of(|verdict| matches!(verdict, Verdict::Supported { .. }));
    let suggestive = of(|verdict| matches!(verdict, Verdict::Suggestive { .. }));
    if !supported.is_empty() || !suggestive.is_empty() {
        let sentence = |said: &[String], how: &str| format!("{}: {how}.", said.join("; "));
        let parts = [(supported, "held up at the last checkpoint"), (suggestive, "stands out today, not proven")];
        let sentences = parts.iter().filter(|(said, _)| !said.is_empty()).map(|(said, how)| sentence(said, how));
        return sentences.collect::<Vec<_>>().join(" ");
    }
    match report.verdict() {
        Verdict::DescriptionOnly(needed) => format!("Too few tokens for a verdict{}.", until(needed)),
        Verdict::NotEnoughData(needed) => format!("No difference that the data can tell from 0{}.", until(needed)),
        Verdict::NoEffectLargerThan { .. } | Verdict::Suggestive { .. } | Verdict::Supported { .. } => {
            ruled_out(&asked)
        }
    }
}

fn ruled_out(asked: &[&Effect]) -> String {
    let of = |effect: &&Effect| match effect.verdict {
        Some(Verdict::NoEffectLargerThan { delta }) => {
            Some(format!("{:.0} points on {}", delta * 100.0, name(effect.outcome)))
        }
        _ => None,
    };
    format!("No effect larger than {}.", asked.iter().filter_map(of).collect::<Vec<_>>().join(" and "))
}

fn said(effect: &Effect, kind: FeatureKind) -> String {
    let outcome = name(effect.outcome);
    let q = effect.q_value.map(|q| wording::chance("q", q)).unwrap_or_default();
    match (effect.measure, effect.estimate, effect.interval) {
        (Measure::RiskDifference, Some(value), Some(interval)) => {
            format!("{outcome} {} with it, {q}", wording::difference(value, interval))
        }
        (Measure::Auc, Some(auc), _) => {
            let side = if auc > 0.5 { "higher" } else { "lower" };
            format!("{outcome} lie {side} (AUC {auc:.2}), {q}")
        }
        _ if kind == FeatureKind::Category => format!("{outcome} differ between its levels, {q}"),
        _ => format!("{outcome}, {q}"),
    }
}

const fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pump => "pumps",
        Outcome::Rug => "rugs",
        Outcome::Gain => "gains",
    }
}

/// `; about 1,120 tokens are needed (about 10 days)`.
fn until(needed: DataNeeded) -> String {
    let Some(tokens) = needed.tokens else { return String::new() };
    let days = needed.days.map(|days| format!(" ({})", wording::days(days))).unwrap_or_default();
    format!("; about {} tokens are needed{days}", wording::count(tokens))
}
