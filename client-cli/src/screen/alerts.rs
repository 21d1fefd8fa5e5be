//! The list of alerts.

use perftrack::v1::{AlertFeatures, AlertWithOutcome, ListAlertsResponse};

use super::{Scope, outcome};
use crate::print::number::{percent, price};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{cut, tame, token_label};
use crate::print::time;

/// From this width on there is room for whole dates and names.
const ROOMY: usize = 100;

/// The page, a line an alert.
#[must_use]
pub fn show(list: &ListAlertsResponse, scope: &Scope, width: Option<usize>) -> String {
    if list.alerts.is_empty() {
        return scope.head("No alerts", &[], width);
    }
    let roomy = width.is_none_or(|width| width >= ROOMY);
    let mut table = Table::new([
        Column::text("ALERTED"),
        Column::text("TOKEN"),
        Column::number("SCORE").optional(2),
        Column::text("CONVICTION").optional(5),
        Column::number("ENTRY").optional(3),
        Column::number("MAX GAIN"),
        Column::number("24 H").optional(4),
        Column::number("NET EXIT").optional(1),
        Column::text("OUTCOME"),
        Column::text("ID"),
    ]);
    for item in &list.alerts {
        table.row(row(item, roomy));
    }
    let count = crate::print::number::counted_noun(list.alerts.len() as i64, "alert");
    let mut text = scope.head(&count, &["times in UTC".to_owned()], width);
    text += &table.render(width);
    if !list.next_page_token.is_empty() {
        text += &paint::faint("There are more: --limit N, or --all\n");
    }
    text
}

fn row(item: &AlertWithOutcome, roomy: bool) -> Vec<String> {
    let alert = item.alert.clone().unwrap_or_default();
    let features = alert.features.clone().unwrap_or_default();
    let became = item.outcome.unwrap_or_default();
    let alerted = time::minute(alert.alerted_at.as_ref());
    let entry = became.entry_price_usd.or(alert.entry.and_then(|entry| entry.price_usd));
    vec![
        if roomy { alerted } else { alerted.get(5..).unwrap_or(&alerted).to_owned() },
        paint::strong(&token_label(alert.token.as_ref(), if roomy { 14 } else { 7 })),
        score(&features),
        cut(&tame(features.conviction_type.as_deref().unwrap_or_default()), 30),
        price(entry),
        paint::by_sign(became.max_gain_pct, &percent(became.max_gain_pct)),
        paint::by_sign(became.return_24h_pct, &percent(became.return_24h_pct)),
        paint::by_sign(became.exit_return_pct, &percent(became.exit_return_pct)),
        outcome::label(&became),
        alert.alert_id,
    ]
}

/// `6→8`: from the score before the detailed checks to the final one; the final one alone where the other is unknown.
#[must_use]
pub fn score(features: &AlertFeatures) -> String {
    match (features.preliminary_score, features.final_score) {
        (Some(before), Some(after)) => format!("{before}→{after}"),
        (None, Some(after)) => after.to_string(),
        (Some(before), None) => format!("{before}→–"),
        (None, None) => "–".to_owned(),
    }
}
