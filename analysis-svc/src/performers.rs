//! The best and the worst alerts, each with the pattern that explains it, where one held on later data, and what stands out.
//!
//! Only matured alerts that are the first of their token are ranked. **Best** is the greatest gain. **Worst** are rugs that
//! never pumped, then the lowest net return of the simulated exit, then the deepest drawdown: what a follower of the alerts
//! would have lost most on. An alert is shown at one end only, the best first.

use std::cmp::Ordering;

use domain::feature::AlertFeatures;
use domain::field::{Field, OutcomeField};

use crate::correlate::selection::Selection;
use crate::dataset::Snapshot;
use crate::inference::Target;
use crate::patterns::explain::Explanation;

/// The rows at both ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Performers {
    /// The best first.
    pub best: Vec<usize>,
    /// The worst first.
    pub worst: Vec<usize>,
}

/// At most `count` rows of each end. Ties go to the earlier alert.
#[must_use]
pub fn performers(snapshot: &Snapshot, selection: &Selection, count: usize) -> Performers {
    let measure = |row: usize, field| snapshot.measures_of(&Field::Outcome(field)).and_then(|of| of.get(row));
    let gain = |row: &usize| measure(*row, OutcomeField::MaxGainPct);
    let mut best: Vec<usize> = selection.matured.rows().filter(|row| gain(row).is_some()).collect();
    keep_first(&mut best, count, |a, b| descending(gain(a), gain(b)));
    let plain_rug = |row: usize| {
        snapshot.labels().rug.get(row) == Some(true) && snapshot.delay_ms(row, OutcomeField::PumpedAt).is_none()
    };
    let ascending = |a: usize, b: usize, field| {
        let negative = |row| measure(row, field).map(|value| -value);
        descending(negative(a), negative(b))
    };
    let mut worst: Vec<usize> = selection.matured.rows().filter(|row| !best.contains(row)).collect();
    keep_first(&mut worst, count, |&a, &b| {
        plain_rug(b)
            .cmp(&plain_rug(a))
            .then_with(|| ascending(a, b, OutcomeField::ExitReturnPct))
            .then_with(|| ascending(a, b, OutcomeField::MaxDrawdownPct))
            .then_with(|| ascending(a, b, OutcomeField::MaxGainPct))
    });
    Performers { best, worst }
}

/// The first `count` rows, sorted; the earlier one of equals first.
fn keep_first(rows: &mut Vec<usize>, count: usize, compare: impl Fn(&usize, &usize) -> Ordering) {
    let compare = |a: &usize, b: &usize| compare(a, b).then(a.cmp(b));
    if count < rows.len() {
        rows.select_nth_unstable_by(count, compare);
        rows.truncate(count);
    }
    rows.sort_unstable_by(compare);
}

/// The greatest first, the unknown last.
fn descending(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        _ => b.is_some().cmp(&a.is_some()),
    }
}

/// What stands out about an alert of `row`, and before that the first of `explanations` that it meets: among the best one of
/// pumps, among the worst one of rugs.
#[must_use]
pub fn line(row: usize, target: Target, explanations: &[Explanation], features: &AlertFeatures) -> String {
    let explains = |explanation: &&Explanation| explanation.target == target && explanation.rows.contains(row);
    match explanations.iter().find(explains) {
        Some(explanation) => format!("{} · {}", explanation.phrase, pattern(features)),
        None => pattern(features),
    }
}

/// One line: `score 5 → 8 · smart money · velocity 9 · top-10 21 % · LP locked · mint revoked`. What is unknown is named at
/// the end, so that it is not read as "no".
#[must_use]
pub fn pattern(features: &AlertFeatures) -> String {
    let mut parts = Vec::new();
    let mut unknown = Vec::new();
    match (features.preliminary_score, features.final_score) {
        (Some(before), Some(after)) => parts.push(format!("score {before} → {after}")),
        (None, Some(score)) => parts.push(format!("score {score}")),
        (Some(before), None) => parts.push(format!("score {before} → ?")),
        (None, None) => unknown.push("score"),
    }
    let mut say = |value: Option<String>, name: &'static str| match value {
        Some(text) => parts.push(text),
        None => unknown.push(name),
    };
    let flag = |value: Option<bool>, yes: &str, no: &str| value.map(|value| if value { yes } else { no }.to_owned());
    say(flag(features.smart_money_involved, "smart money", "general cycle"), "smart money");
    say(features.velocity_score_15m.map(|score| format!("velocity {score}")), "velocity");
    say(features.top10_concentration.map(|share| format!("top-10 {:.0} %", share.get())), "top-10");
    say(flag(features.lp_locked, "LP locked", "LP not locked"), "LP lock");
    say(flag(features.mint_revoked, "mint revoked", "mint not revoked"), "mint");
    if !unknown.is_empty() {
        parts.push(format!("unknown: {}", unknown.join(", ")));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::quantity::Percent;

    #[test]
    fn an_alert_is_explained_by_the_first_pattern_of_its_end_that_it_meets() {
        let explanation = |target, phrase: &str, row| Explanation {
            target,
            phrase: phrase.to_owned(),
            rows: crate::dataset::Bitmap::of(4, |other| other == row),
        };
        let known = [
            explanation(Target::Rug, "thin pools", 1),
            explanation(Target::Pump, "smart money", 1),
            explanation(Target::Pump, "LP locked", 2),
        ];
        let features = AlertFeatures { final_score: Some(7), ..AlertFeatures::default() };
        let said = |row, target| line(row, target, &known, &features);
        assert!(said(1, Target::Pump).starts_with("smart money · score 7 · "));
        assert!(said(1, Target::Rug).starts_with("thin pools · score 7 · "));
        assert_eq!(said(3, Target::Pump), pattern(&features));
    }

    #[test]
    fn the_pattern_says_what_is_known_and_what_is_not() {
        let mut features = AlertFeatures {
            preliminary_score: Some(5),
            final_score: Some(8),
            smart_money_involved: Some(true),
            velocity_score_15m: Some(9),
            top10_concentration: Percent::new(21.4).ok(),
            lp_locked: Some(true),
            mint_revoked: Some(false),
            ..AlertFeatures::default()
        };
        let all = "score 5 → 8 · smart money · velocity 9 · top-10 21 % · LP locked · mint not revoked";
        assert_eq!(pattern(&features), all);
        features = AlertFeatures { final_score: Some(7), ..AlertFeatures::default() };
        assert_eq!(pattern(&features), "score 7 · unknown: smart money, velocity, top-10, LP lock, mint");
    }
}
