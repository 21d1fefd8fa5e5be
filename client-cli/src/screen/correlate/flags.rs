//! Yes/no features: how alerts with it and without it did.

use perftrack::v1::{Effect, EffectMeasure, EffectOutcome, FeatureReport, GroupStats};

use super::{feature_name, is_narrow};
use crate::print::number::{count, points, share};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::screen::verdict;

/// A line for every feature and outcome.
pub fn show(reports: &[&FeatureReport], width: Option<usize>) -> String {
    if reports.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        Column::text("YES OR NO"),
        Column::text(""),
        Column::number("").optional(3),
        Column::number("WITH"),
        Column::number("").optional(3),
        Column::number(if is_narrow(width) { "W/O" } else { "WITHOUT" }),
        Column::number("DIFFERENCE"),
        Column::text("VERDICT"),
        Column::text("").optional(2),
        Column::text("SIGNAL").optional(4),
    ]);
    for report in reports {
        let level = |name: &str| report.groups.iter().find(|group| group.level == name).cloned().unwrap_or_default();
        let (with, without) = (level("true"), level("false"));
        let mut first = true;
        for outcome in [EffectOutcome::Pump, EffectOutcome::Rug] {
            let effect = difference(&report.effects, outcome);
            let (with_count, with_rate) = counted(&with, outcome);
            let (without_count, without_rate) = counted(&without, outcome);
            table.row([
                if first { paint::name(&feature_name(&report.feature, width)) } else { String::new() },
                verdict::outcome(outcome).to_owned(),
                with_count,
                with_rate,
                without_count,
                without_rate,
                effect.map_or_else(
                    || "–".to_owned(),
                    |effect| verdict::tinted(effect, 0.0, &points(effect.estimate, effect.low, effect.high)),
                ),
                effect.map_or_else(String::new, verdict::words),
                effect.map_or_else(String::new, |effect| paint::faint(&verdict::behind(effect))),
                if first { verdict::signal(report.signal()) } else { String::new() },
            ]);
            first = false;
        }
    }
    format!("\n{}", table.render(width))
}

fn difference(effects: &[Effect], outcome: EffectOutcome) -> Option<&Effect> {
    effects.iter().find(|effect| effect.outcome() == outcome && effect.measure() == EffectMeasure::RiskDifference)
}

/// The count, with how many it is known of, and the rate.
pub(super) fn counted(group: &GroupStats, outcome: EffectOutcome) -> (String, String) {
    let (hits, known, rate) = match outcome {
        EffectOutcome::Rug => (group.rugs, group.rug_known, group.rug_rate),
        _ => (group.pumps, group.pump_known, group.pump_rate),
    };
    (paint::faint(&format!("{}/{}", count(hits), count(known))), share(rate))
}
