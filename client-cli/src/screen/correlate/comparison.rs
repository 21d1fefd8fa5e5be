//! Two parts of the cohort side by side.

use perftrack::v1::{Comparison, EffectMeasure, EffectOutcome, GroupStats};

use crate::print::number::{count, percent, points, rate};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{tame, wrapped};
use crate::screen::verdict;

/// A small table for each.
pub fn show(comparisons: &[Comparison], width: Option<usize>) -> String {
    comparisons.iter().map(|comparison| one(comparison, width)).collect()
}

fn one(comparison: &Comparison, width: Option<usize>) -> String {
    let mut table = Table::new([
        Column::text(&tame(&comparison.name).to_uppercase()),
        Column::number("ALERTS"),
        Column::number("PUMP"),
        Column::number("RUG"),
        Column::number("MEDIAN GAIN").optional(1),
        Column::number("MEAN GAIN").optional(2),
    ]);
    for group in [&comparison.first, &comparison.second].into_iter().flatten() {
        table.row(row(group));
    }
    let mut text = format!("\n{}", table.render(width));
    for outcome in [EffectOutcome::Pump, EffectOutcome::Rug] {
        let difference = comparison
            .effects
            .iter()
            .find(|effect| effect.outcome() == outcome && effect.measure() == EffectMeasure::RiskDifference);
        if let Some(effect) = difference {
            text += &format!(
                "{:4}  difference {}  {} {}\n",
                verdict::outcome(outcome),
                verdict::tinted(effect, 0.0, &points(effect.estimate, effect.low, effect.high)),
                verdict::words(effect),
                paint::faint(&verdict::behind(effect)),
            );
        }
    }
    if !comparison.note.is_empty() {
        text += &(paint::faint(&wrapped(&comparison.note, width)) + "\n");
    }
    text
}

fn row(group: &GroupStats) -> [String; 6] {
    let signed = |value: Option<f64>| paint::by_sign(value, &percent(value));
    [
        tame(&group.level),
        count(group.alerts),
        rate(group.pump_rate, group.pump_rate_low, group.pump_rate_high),
        rate(group.rug_rate, group.rug_rate_low, group.rug_rate_high),
        signed(group.median_max_gain_pct),
        signed(group.mean_max_gain_pct),
    ]
}
