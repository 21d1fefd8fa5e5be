//! Combinations of conditions, the best and the worst.

use perftrack::v1::{DiscoverPatternsResponse, GroupStats, Pattern};

use super::Scope;
use crate::print::number::{UNKNOWN, count, probability, rate};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{tame, wrapped};

/// Both ends, each pattern with how it held later.
#[must_use]
pub fn show(answer: &DiscoverPatternsResponse, scope: &Scope, width: Option<usize>) -> String {
    let basis: Vec<String> = answer
        .revision
        .as_ref()
        .map(|revision| format!("policy v{}, rev {}", revision.policy_version, revision.id))
        .into_iter()
        .collect();
    let mut text = scope.head("Combinations of conditions", &basis, width);
    text += &end("MOST PUMPS", &answer.best, width);
    text += &end("MOST RUGS", &answer.worst, width);
    if answer.best.is_empty() && answer.worst.is_empty() {
        text += "\nNo combination stands out from its parts, with as many alerts as were asked for.\n";
    }
    let looked_at = format!(
        "{} combinations were looked at; each was found on the earlier part of the data, and LATER is how it held on the \
         rest. q is what is left of it after looking at so many. A pattern describes: it is no verdict. The alerts of \
         one: perfctl alerts list --filter 'CONDITION AND CONDITION'",
        count(answer.looked_at)
    );
    text + "\n" + &paint::faint(&wrapped(&looked_at, width)) + "\n"
}

fn end(title: &str, patterns: &[Pattern], width: Option<usize>) -> String {
    if patterns.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint::strong(title));
    for (index, pattern) in patterns.iter().enumerate() {
        text += &one(index + 1, pattern, width);
    }
    text
}

fn one(number: usize, pattern: &Pattern, width: Option<usize>) -> String {
    let conditions: Vec<String> = pattern.conditions.iter().map(|condition| paint::name(&tame(condition))).collect();
    let mut text = format!("{number}. {}\n", conditions.join(" AND "));
    let mut table = Table::new([
        Column::text(""),
        Column::number("ALERTS"),
        Column::number("PUMP"),
        Column::number("RUG"),
        Column::number("LIFT").optional(1),
        Column::text("Q").optional(2),
    ])
    .indented(3);
    let lift = pattern.lift.map_or_else(|| UNKNOWN.to_owned(), |lift| format!("×{lift:.2}"));
    let q = pattern.q_value.map_or_else(String::new, probability);
    table.row(cells("found", pattern.stats.as_ref(), &lift, &q));
    table.row(cells("later", pattern.later.as_ref(), "", ""));
    text += &table.render(width);
    text
}

fn cells(name: &str, of: Option<&GroupStats>, lift: &str, q: &str) -> [String; 6] {
    let of = of.cloned().unwrap_or_default();
    [
        name.to_owned(),
        count(of.alerts),
        rate(of.pump_rate, of.pump_rate_low, of.pump_rate_high),
        rate(of.rug_rate, of.rug_rate_low, of.rug_rate_high),
        lift.to_owned(),
        q.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(alerts: i32, pump_rate: f64) -> GroupStats {
        GroupStats {
            alerts,
            pump_rate: Some(pump_rate),
            pump_rate_low: Some(pump_rate - 0.1),
            pump_rate_high: Some(pump_rate + 0.1),
            ..Default::default()
        }
    }

    #[test]
    fn a_pattern_stands_with_its_conditions_and_how_it_held_later() {
        let pattern = Pattern {
            conditions: vec![
                "smart_money_involved = true".into(),
                "lp_locked = true".into(),
                "velocity_score_15m >= 8".into(),
            ],
            stats: Some(group(52, 0.67)),
            later: Some(group(21, 0.52)),
            lift: Some(1.8),
            q_value: Some(0.0004),
            ..Default::default()
        };
        let answer = DiscoverPatternsResponse { best: vec![pattern], looked_at: 79_779, ..Default::default() };
        let text = anstream::adapter::strip_str(&show(&answer, &Scope::default(), Some(100))).to_string();
        for part in [
            "1. smart_money_involved = true AND lp_locked = true AND velocity_score_15m >= 8",
            "67.0 % [57.0, 77.0]",
            "later",
            "52.0 % [42.0, 62.0]",
            "×1.80",
            "< .001",
            "79,779 combinations",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(text.lines().all(|line| textwrap::core::display_width(line) <= 100), "{text}");
    }

    #[test]
    fn nothing_found_is_said() {
        let text = show(&DiscoverPatternsResponse::default(), &Scope::default(), None);
        assert!(text.contains("No combination stands out"), "{text}");
    }
}
