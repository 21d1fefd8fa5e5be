//! The questions that an operator asks, each with a direct answer: one sentence, the effect that it rests on, and how far the
//! feature behind it is proven. The cuts (an hour, a velocity of 8) are the operators' own, fixed before the data.

use super::comparison::Comparison;
use super::effect::{Effect, Measure, Outcome};
use super::flags;
use super::group::GroupStats;
use super::report::FeatureReport;
use super::selection::Selection;
use crate::dataset::columns::Values;
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::family::LEAST_TOKENS;
use crate::inference::verdict::Verdict;
use crate::wording;

/// A question with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The question.
    pub question: &'static str,
    /// One sentence.
    pub answer: String,
    /// The feature that it is about.
    pub feature: &'static str,
    /// What the sentence rests on; `None` where there is nothing to compare.
    pub effect: Option<Effect>,
    /// How far the feature's own question is proven. A cut, a level or a bin has no verdict of its own.
    pub verdict: Option<Verdict>,
}

/// Minutes up to which a token is new.
const NEW_MINUTES: f64 = 60.0;
/// From here on the velocity is high.
const HIGH_VELOCITY: f64 = 8.0;
/// Above this share, in percent, the ten largest holders are warned of.
const TOP10_WARNING: f64 = 30.0;

/// All of them.
#[must_use]
pub fn answers(
    snapshot: &Snapshot,
    selection: &Selection,
    reports: &[FeatureReport],
    comparison: Option<&Comparison>,
) -> Vec<Answered> {
    let cut = |feature, holds: fn(f64) -> bool, names| sides(snapshot, selection, feature, holds, names);
    vec![
        two_sides(
            "Do newer tokens (under 1 h) pump harder?",
            ("token_age_minutes", Outcome::Pump),
            cut("token_age_minutes", |minutes| minutes < NEW_MINUTES, ["under 1 h", "1 h and older"]),
            reports,
        ),
        two_sides(
            "Does velocity matter (8 and more against less)?",
            ("velocity_score_15m", Outcome::Pump),
            cut("velocity_score_15m", |score| score >= HIGH_VELOCITY, ["velocity 8 and more", "less"]),
            reports,
        ),
        two_sides(
            "Are top-10 warnings right (more than 30 % with ten holders)?",
            ("top10_concentration", Outcome::Rug),
            cut("top10_concentration", |share| share > TOP10_WARNING, ["over 30 %", "30 % and less"]),
            reports,
        ),
        best_level("Which dex?", "dex_name", reports),
        best_level("Which age range?", "token_age_minutes", reports),
        smart_money(comparison, reports),
    ]
}

fn sides(
    snapshot: &Snapshot,
    selection: &Selection,
    feature: &str,
    holds: fn(f64) -> bool,
    names: [&str; 2],
) -> Option<([GroupStats; 2], Vec<Effect>)> {
    let Values::Numbers(numbers) = &snapshot.column(feature)?.values else { return None };
    let known = selection.matured.and(numbers.known());
    let first = numbers.measures.rows_where(holds).and(&known);
    let second: Bitmap = known.and_not(&first);
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let groups = [GroupStats::of(snapshot, &first, names[0]), GroupStats::of(snapshot, &second, names[1])];
    let effects = flags::effects(snapshot, (&groups[0], &first), (&groups[1], &second));
    Some((groups, effects))
}

fn two_sides(
    question: &'static str,
    (feature, outcome): (&'static str, Outcome),
    compared: Option<([GroupStats; 2], Vec<Effect>)>,
    reports: &[FeatureReport],
) -> Answered {
    let Some((groups, effects)) = compared else { return unknown(question, feature) };
    let effect = difference(&effects, outcome);
    let mut answer = effect.as_ref().map_or_else(String::new, |effect| said(effect, outcome, [&groups[0], &groups[1]]));
    if outcome == Outcome::Pump
        && let [Some(first), Some(second)] = [0, 1].map(|side| groups[side].median_max_gain_pct)
    {
        answer.push_str(&format!(" Their median gains are {:+.0} % and {:+.0} %.", first.value, second.value));
    }
    Answered { question, answer, feature, effect, verdict: verdict(reports, feature, outcome) }
}

fn difference(effects: &[Effect], outcome: Outcome) -> Option<Effect> {
    let is = |effect: &&Effect| effect.outcome == outcome && effect.measure == Measure::RiskDifference;
    effects.iter().find(is).cloned()
}

/// "No: 61/389 against 187/825 pumped, −7.0 pp [−11.3, −2.2]."
fn said(effect: &Effect, outcome: Outcome, [first, second]: [&GroupStats; 2]) -> String {
    let of = |group: &GroupStats| match outcome {
        Outcome::Rug => group.rugs,
        Outcome::Pump | Outcome::Gain => group.pumps,
    };
    let (verb, more) = if outcome == Outcome::Rug { ("were rugs", "rugs") } else { ("pumped", "pumps") };
    let word = match (effect.is_clear(), effect.estimate) {
        (true, Some(value)) if value > 0.0 => format!("Yes, more {more} so far"),
        (true, Some(_)) => format!("The other way round, fewer {more} so far"),
        _ => "The data cannot tell".to_owned(),
    };
    let by = effect.estimate.zip(effect.interval).map(|(value, interval)| wording::difference(value, interval));
    format!(
        "{word}: {}/{} of those with {} {verb}, {}/{} of those with {}{}.",
        of(first).events(),
        of(first).total(),
        first.level,
        of(second).events(),
        of(second).total(),
        second.level,
        by.map(|by| format!(" ({by})")).unwrap_or_default()
    )
}

/// The level with the best lower bound of its pump rate, among those with enough tokens.
fn best_level(question: &'static str, feature: &'static str, reports: &[FeatureReport]) -> Answered {
    let Some(report) = reports.iter().find(|report| report.feature == feature) else {
        return unknown(question, feature);
    };
    let large = report.known_groups().filter(|group| group.pumps.total() >= LEAST_TOKENS);
    let rated = large.filter_map(|group| Some((group, group.pump_rate()?)));
    let Some((best, rate)) =
        rated.reduce(|best, next| if next.1.interval.low > best.1.interval.low { next } else { best })
    else {
        return unknown(question, feature);
    };
    let rugs =
        best.rug_rate().map(|rugs| format!(", {} rugs", wording::rate(best.rugs, Some(rugs)))).unwrap_or_default();
    let answer = format!("{} so far: {} pumps{rugs}.", best.level, wording::rate(best.pumps, Some(rate)));
    let effect = report.main_effect(Outcome::Pump).cloned();
    Answered { question, answer, feature, effect, verdict: verdict(reports, feature, Outcome::Pump) }
}

fn smart_money(comparison: Option<&Comparison>, reports: &[FeatureReport]) -> Answered {
    let (question, feature) = ("Smart money or the general cycle?", "smart_money_involved");
    let Some(comparison) = comparison else { return unknown(question, feature) };
    let effect = difference(&comparison.effects, Outcome::Pump);
    let said = effect
        .as_ref()
        .map(|effect| said(effect, Outcome::Pump, [&comparison.first, &comparison.second]))
        .unwrap_or_default();
    let answer = format!("{said} {}", comparison.note);
    Answered { question, answer, feature, effect, verdict: verdict(reports, feature, Outcome::Pump) }
}

fn verdict(reports: &[FeatureReport], feature: &str, outcome: Outcome) -> Option<Verdict> {
    reports.iter().find(|report| report.feature == feature)?.main_effect(outcome)?.verdict
}

fn unknown(question: &'static str, feature: &'static str) -> Answered {
    let answer = format!("There is nothing to compare: record {feature} with enough alerts on both sides.");
    Answered { question, answer, feature, effect: None, verdict: None }
}

#[cfg(test)]
mod tests;
