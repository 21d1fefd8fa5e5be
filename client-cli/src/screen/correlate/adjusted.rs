//! Effects among alerts that are alike otherwise.

use perftrack::v1::AdjustedEffect;

use super::feature_name;
use crate::print::number::{count, estimate, points, probability};
use crate::print::table::{Column, Table};
use crate::print::text::tame;
use crate::screen::verdict;

/// One row a feature and outcome.
pub fn show(effects: &[AdjustedEffect], width: Option<usize>) -> String {
    if effects.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        Column::text("ADJUSTED"),
        Column::text(""),
        Column::number("SAME DAY, DEX, SCORE"),
        Column::number("STRATA").optional(2),
        Column::number("ODDS RATIO (FIRTH)"),
        Column::text("P").optional(1),
        Column::text("NOTE").optional(3),
    ]);
    for effect in effects {
        table.row([
            feature_name(&effect.feature, width),
            verdict::outcome(effect.outcome()).to_owned(),
            points(effect.difference, effect.difference_low, effect.difference_high),
            count(effect.strata),
            estimate(effect.odds_ratio, effect.odds_ratio_low, effect.odds_ratio_high, 2),
            effect.p_value.map_or_else(String::new, probability),
            tame(&effect.note),
        ]);
    }
    format!("\n{}", table.render(width))
}
