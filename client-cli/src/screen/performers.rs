//! The best and the worst alerts.

use perftrack::v1::{ListPerformersResponse, Performer};

use super::{Scope, alerts, cohort, outcome};
use crate::print::number::{UNKNOWN, percent, share};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{cut, tame, token_label};

/// Both ends, each with the pattern below each alert.
#[must_use]
pub fn show(answer: &ListPerformersResponse, scope: &Scope, width: Option<usize>) -> String {
    let mut text = scope.head("Best and worst", &cohort::data(answer.revision.as_ref()), width);
    if answer.best.is_empty() && answer.worst.is_empty() {
        return text + "No matured alerts yet.\n";
    }
    for (title, performers) in [("BEST", &answer.best), ("WORST", &answer.worst)] {
        text += &format!("\n{}", end(title, performers, width));
    }
    text
}

fn end(title: &str, performers: &[Performer], width: Option<usize>) -> String {
    let mut table = Table::new([
        Column::text(title),
        Column::number("MAX GAIN"),
        Column::number("NET EXIT"),
        Column::number("24 H").optional(2),
        Column::text("OUTCOME"),
        Column::text("SCORE"),
        Column::text("SMART").optional(1),
        Column::number("VELOCITY").optional(1),
        Column::number("TOP-10").optional(1),
        Column::text("LP LOCKED").optional(1),
        Column::text("MINT REVOKED").optional(1),
        Column::text("ALERT").optional(3),
    ]);
    for performer in performers {
        table.row(row(performer));
    }
    let mut lines = table.lines(width).into_iter();
    let mut text = lines.next().map_or_else(String::new, |head| head + "\n");
    for (line, performer) in lines.zip(performers) {
        text += &(line + "\n");
        if !performer.pattern.is_empty() {
            let pattern = tame(&performer.pattern);
            let pattern = width.map_or_else(|| pattern.clone(), |width| cut(&pattern, width.saturating_sub(2)));
            text += &format!("  {}\n", paint::faint(&pattern));
        }
    }
    text
}

fn row(performer: &Performer) -> [String; 12] {
    let item = performer.alert.clone().unwrap_or_default();
    let alert = item.alert.unwrap_or_default();
    let features = alert.features.unwrap_or_default();
    let became = item.outcome.unwrap_or_default();
    let signed = |value: Option<f64>| paint::by_sign(value, &percent(value));
    let flag = |value: Option<bool>| match value {
        Some(true) => paint::good("yes"),
        Some(false) => paint::bad("no"),
        None => paint::faint(UNKNOWN),
    };
    let score = alerts::score(&features);
    [
        paint::strong(&token_label(alert.token.as_ref(), 14)),
        signed(became.max_gain_pct),
        signed(became.exit_return_pct),
        signed(became.return_24h_pct),
        outcome::label(&became),
        score,
        flag(features.smart_money_involved),
        features.velocity_score_15m.map_or_else(|| paint::faint(UNKNOWN), |score| score.to_string()),
        share(features.top10_concentration.map(|percent| percent / 100.0)),
        flag(features.lp_locked),
        flag(features.mint_revoked),
        paint::faint(&alert.alert_id),
    ]
}
