//! Number features: where they lie for pumps and rugs, and for the others.

use perftrack::v1::{Effect, EffectMeasure, EffectOutcome, FeatureReport};

use super::feature_name;
use crate::print::number::{UNKNOWN, estimate, scaled};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::screen::verdict;

/// A line for every feature and outcome.
pub fn show(reports: &[&FeatureReport], width: Option<usize>) -> String {
    if reports.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        Column::text("NUMBER"),
        Column::text(""),
        Column::number("MEAN"),
        Column::number("OTHERS"),
        Column::number("AUC"),
        Column::number("SPEARMAN").optional(4),
        Column::text("VERDICT"),
        Column::text("").optional(2),
        Column::text("SIGNAL").optional(3),
    ]);
    for report in reports {
        let numbers = report.numbers.unwrap_or_default();
        let mut first = true;
        for (outcome, of_it, of_others) in [
            (EffectOutcome::Pump, numbers.mean_of_pumps, numbers.mean_of_others),
            (EffectOutcome::Rug, numbers.mean_of_rugs, numbers.mean_of_non_rugs),
        ] {
            let auc = effect(&report.effects, outcome, EffectMeasure::Auc);
            // The rank correlation of the greatest gain stands beside the pumps where it was worked out for them.
            let spearman = effect(&report.effects, outcome, EffectMeasure::Spearman).or_else(|| {
                (outcome == EffectOutcome::Pump)
                    .then(|| effect(&report.effects, EffectOutcome::Gain, EffectMeasure::Spearman))
                    .flatten()
            });
            let decides = auc.or(spearman);
            table.row([
                if first { paint::name(&feature_name(&report.feature, width)) } else { String::new() },
                verdict::outcome(outcome).to_owned(),
                mean(of_it),
                mean(of_others),
                shown(auc, 0.5),
                shown(spearman, 0.0),
                decides.map_or_else(String::new, verdict::words),
                decides.map_or_else(String::new, |effect| paint::faint(&verdict::behind(effect))),
                if first { verdict::signal(report.signal()) } else { String::new() },
            ]);
            first = false;
        }
    }
    format!("\n{}", table.render(width))
}

fn effect(effects: &[Effect], outcome: EffectOutcome, measure: EffectMeasure) -> Option<&Effect> {
    effects.iter().find(|effect| effect.outcome() == outcome && effect.measure() == measure)
}

fn shown(effect: Option<&Effect>, neutral: f64) -> String {
    effect.map_or_else(
        || UNKNOWN.to_owned(),
        |effect| verdict::tinted(effect, neutral, &estimate(effect.estimate, effect.low, effect.high, 2)),
    )
}

fn mean(value: Option<f64>) -> String {
    value.map_or_else(
        || UNKNOWN.to_owned(),
        |value| if value.abs() < 1_000.0 { format!("{value:.1}") } else { scaled(value) },
    )
}
