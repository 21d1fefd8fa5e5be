//! The best and the worst alerts, each with the pattern that stands out.
//!
//! Only matured alerts that are the first of their token are ranked. **Best** is the greatest gain. **Worst** are rugs that
//! never pumped, then the lowest net return of the simulated exit, then the deepest drawdown: what a follower of the alerts
//! would have lost most on. An alert is shown at one end only, the best first.

use std::cmp::Ordering;

use domain::feature::AlertFeatures;
use domain::record::AlertRecord;

use crate::correlate::selection::Selection;
use crate::dataset::Snapshot;

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
    let gain = |row: &usize| snapshot.record(*row).outcome.max_gain_pct;
    let mut best: Vec<usize> = selection.matured.rows().filter(|row| gain(row).is_some()).collect();
    best.sort_by(|a, b| descending(gain(a), gain(b)));
    best.truncate(count);
    let mut worst: Vec<usize> = selection.matured.rows().filter(|row| !best.contains(row)).collect();
    worst.sort_by(|a, b| by_loss(snapshot.record(*a), snapshot.record(*b)));
    worst.truncate(count);
    Performers { best, worst }
}

/// The greatest first, the unknown last.
fn descending(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        _ => b.is_some().cmp(&a.is_some()),
    }
}

fn by_loss(a: &AlertRecord, b: &AlertRecord) -> Ordering {
    let is_plain_rug = |record: &AlertRecord| record.outcome.is_rug == Some(true) && record.outcome.pumped_at.is_none();
    let lowest = |a: Option<f64>, b: Option<f64>| descending(a.map(|a| -a), b.map(|b| -b));
    is_plain_rug(b)
        .cmp(&is_plain_rug(a))
        .then_with(|| lowest(a.outcome.exit_return_pct, b.outcome.exit_return_pct))
        .then_with(|| lowest(a.outcome.max_drawdown_pct, b.outcome.max_drawdown_pct))
        .then_with(|| lowest(a.outcome.max_gain_pct, b.outcome.max_gain_pct))
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
