//! Combinations of conditions, the best and the worst.

use perftrack::v1::{DiscoverPatternsResponse, GroupStats, Pattern, PatternHeld};

use super::{Scope, cohort};
use crate::print::number::{UNKNOWN, count, counted_noun, probability, rate};
use crate::print::table::{Column, Table};
use crate::print::text::{hanging, tame, wrapped};
use crate::print::{paint, time};

/// Both ends, each pattern with how it held later.
#[must_use]
pub fn show(answer: &DiscoverPatternsResponse, scope: &Scope, width: Option<usize>) -> String {
    let mut basis: Vec<String> = answer
        .later_from
        .as_ref()
        .map(|from| format!("found before {}, held against what came then", time::day(Some(from))))
        .into_iter()
        .collect();
    basis.extend(cohort::data(answer.revision.as_ref()));
    let mut text = scope.head("Combinations of conditions", &basis, width);
    if let (Some(earlier), Some(later)) = (&answer.earlier, &answer.later) {
        let mut everybody = table();
        everybody.row(cells("earlier", Some(earlier), ["", "", ""]));
        everybody.row(cells("later", Some(later), ["", "", ""]));
        text += &format!("\n{}\n{}", paint::strong("EVERYBODY"), everybody.render(width));
    }
    text += &end("MOST PUMPS", &answer.best, width);
    text += &end("MOST RUGS", &answer.worst, width);
    if answer.best.is_empty() && answer.worst.is_empty() {
        text += "\nNo combination stands out from its parts, with as many alerts as were asked for.\n";
    }
    text += "\n";
    for note in &answer.notes {
        text += &(paint::faint(&hanging("· ", note, width)) + "\n");
    }
    let looked_at = format!(
        "{} of {} were looked at. q is what is left after looking at so many; lift is over the best of its parts. A \
         pattern describes: it is no verdict. The alerts of one: perfctl alerts list --filter 'CONDITION AND CONDITION'",
        counted_noun(answer.looked_at, "combination"),
        counted_noun(answer.conditions, "condition"),
    );
    text + &paint::faint(&wrapped(&looked_at, width)) + "\n"
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
    let mut text = hanging(&format!("{number}. "), &conditions.join(" AND "), width) + "\n";
    let lift = pattern.lift.map_or_else(|| UNKNOWN.to_owned(), |lift| format!("×{lift:.2}"));
    let q = pattern.q_value.map_or_else(String::new, |q| format!("q {}", probability(q)));
    let held = match pattern.held() {
        PatternHeld::Yes => paint::good("held"),
        PatternHeld::Unclear => paint::warn("too few to tell"),
        PatternHeld::No => paint::bad("did not hold"),
        PatternHeld::Untested | PatternHeld::Unspecified => paint::faint("untested"),
    };
    let mut table = table();
    table.row(cells("earlier", pattern.earlier.as_ref(), [&lift, &q, ""]));
    table.row(cells("later", pattern.later.as_ref(), ["", "", &held]));
    text += &table.render(width);
    text
}

fn table() -> Table {
    Table::new([
        Column::text(""),
        Column::number("ALERTS"),
        Column::number("PUMP"),
        Column::number("RUG"),
        Column::number("LIFT").optional(1),
        Column::text("Q").optional(2),
        Column::text("HELD").optional(3),
    ])
    .indented(3)
}

fn cells(name: &str, of: Option<&GroupStats>, [lift, q, held]: [&str; 3]) -> [String; 7] {
    let of = of.cloned().unwrap_or_default();
    [
        name.to_owned(),
        count(of.alerts),
        rate(of.pump_rate, of.pump_rate_low, of.pump_rate_high),
        rate(of.rug_rate, of.rug_rate_low, of.rug_rate_high),
        lift.to_owned(),
        q.to_owned(),
        held.to_owned(),
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
            earlier: Some(group(52, 0.67)),
            held: PatternHeld::Yes.into(),
            later: Some(group(21, 0.52)),
            lift: Some(1.8),
            q_value: Some(0.0004),
            ..Default::default()
        };
        let answer =
            DiscoverPatternsResponse { best: vec![pattern], looked_at: 79_779, conditions: 80, ..Default::default() };
        let text = anstream::adapter::strip_str(&show(&answer, &Scope::default(), Some(100))).to_string();
        for part in [
            "1. smart_money_involved = true AND lp_locked = true AND velocity_score_15m >= 8",
            "67.0 % [57.0, 77.0]",
            "later",
            "held",
            "52.0 % [42.0, 62.0]",
            "×1.80",
            "< .001",
            "79,779 combinations of 80 conditions",
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
