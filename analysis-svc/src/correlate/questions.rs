//! The questions that an operator asks, each with a direct answer: one sentence, the effect that it rests on, and how far the
//! feature behind it is proven. The cuts (an hour, a velocity of 8) are the operators' own, fixed before the data.

use super::comparison::Comparison;
use super::effect::{Effect, Measure, Outcome};
use super::flags;
use super::group::GroupStats;
use super::labelled::Labelled;
use super::report::FeatureReport;
use super::tabulate::layout::Layout;
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

/// A number cut in two: which it is, what the first side holds, and how the sides are called.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    feature: &'static str,
    holds: fn(f64) -> bool,
    names: [&'static str; 2],
}

/// The cuts that are asked about.
pub const CUTS: [Cut; 3] = [
    Cut { feature: "token_age_minutes", holds: |minutes| minutes < NEW_MINUTES, names: ["under 1 h", "1 h and older"] },
    Cut {
        feature: "velocity_score_15m",
        holds: |score| score >= HIGH_VELOCITY,
        names: ["velocity 8 and more", "less"],
    },
    Cut { feature: "top10_concentration", holds: |share| share > TOP10_WARNING, names: ["over 30 %", "30 % and less"] },
];

/// The two sides of a cut, and how they differ.
#[derive(Clone, Debug)]
pub struct Sides {
    groups: [GroupStats; 2],
    effects: Vec<Effect>,
}

impl Sides {
    /// Of the alerts that are asked. `None` where they are not on both sides.
    #[must_use]
    pub fn of(snapshot: &Snapshot, layout: &Layout, labelled: &Labelled, cut: Cut) -> Option<Self> {
        let Values::Numbers(numbers) = &snapshot.column(cut.feature)?.values else { return None };
        let known = labelled.rows().and(numbers.known());
        let first = numbers.measures.rows_where(cut.holds).and(&known);
        let second: Bitmap = known.and_not(&first);
        if first.is_empty() || second.is_empty() {
            return None;
        }
        let groups = flags::two_groups(snapshot, layout, labelled, [&first, &second], cut.names);
        let effects = flags::effects(snapshot, (&groups[0], &first), (&groups[1], &second));
        Some(Self { groups, effects })
    }
}

/// All of them, from the sides of [`CUTS`].
#[must_use]
pub fn answers(
    [age, velocity, top10]: [Option<Sides>; CUTS.len()],
    reports: &[FeatureReport],
    comparison: Option<&Comparison>,
) -> Vec<Answered> {
    vec![
        two_sides("Do newer tokens (under 1 h) pump harder?", ("token_age_minutes", Outcome::Pump), age, reports),
        two_sides(
            "Does velocity matter (8 and more against less)?",
            ("velocity_score_15m", Outcome::Pump),
            velocity,
            reports,
        ),
        two_sides(
            "Are top-10 warnings right (more than 30 % with ten holders)?",
            ("top10_concentration", Outcome::Rug),
            top10,
            reports,
        ),
        best_level("Which dex?", "dex_name", reports),
        best_level("Which age range?", "token_age_minutes", reports),
        smart_money(comparison, reports),
    ]
}

fn two_sides(
    question: &'static str,
    (feature, outcome): (&'static str, Outcome),
    compared: Option<Sides>,
    reports: &[FeatureReport],
) -> Answered {
    let Some(Sides { groups, effects }) = compared else { return unknown(question, feature) };
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
