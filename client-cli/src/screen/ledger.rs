//! What was recommended, and what came of it.

use perftrack::v1::{Confidence, LedgerEntry, ListRecommendationsResponse, PerformanceSummary};

use crate::print::number::{UNKNOWN, count, percent, share};
use crate::print::table::{Column, Table};
use crate::print::text::{hanging, tame};
use crate::print::{paint, time};

/// The newest first.
#[must_use]
pub fn show(list: &ListRecommendationsResponse, width: Option<usize>) -> String {
    let mut text = format!("{}\n", paint::strong("What was recommended"));
    if list.entries.is_empty() {
        return text + &paint::faint("Nothing so far: ask with perfctl recommend.") + "\n";
    }
    for entry in &list.entries {
        text += &format!("\n{}", one(entry, width));
    }
    text
}

fn one(entry: &LedgerEntry, width: Option<usize>) -> String {
    let item = entry.recommendation.clone().unwrap_or_default();
    let confidence = match item.confidence() {
        Confidence::Certified => paint::good("certified"),
        Confidence::Suggestive => paint::warn("suggestive"),
        Confidence::Question => "question".to_owned(),
        Confidence::Unspecified => UNKNOWN.to_owned(),
    };
    let mut text =
        format!("{}  {confidence}  {}\n", paint::faint(&time::minute(entry.recommended_at.as_ref())), applied(entry));
    for (label, words) in [("   Issue:  ", &item.issue), ("   Action: ", &item.action)] {
        if !words.is_empty() {
            text += &(hanging(label, words, width) + "\n");
        }
    }
    if let (Some(before), Some(after)) = (&entry.before, &entry.after) {
        text += &both(before, after).render(width);
    }
    if let Some(left) = entry.cooldown_left.as_ref().filter(|left| left.seconds > 0) {
        text += &format!("   No further change of these keys is recommended for {}.\n", time::duration(Some(left)));
    }
    text
}

fn applied(entry: &LedgerEntry) -> String {
    if entry.applied_revision.is_empty() {
        return paint::faint("not applied");
    }
    format!("applied by {} on {}", paint::name(&tame(&entry.applied_revision)), time::minute(entry.applied_at.as_ref()))
}

fn both(before: &PerformanceSummary, after: &PerformanceSummary) -> Table {
    let mut table = Table::new([
        Column::text(""),
        Column::number("MATURED"),
        Column::number("PUMP"),
        Column::number("RUG"),
        Column::number("MEDIAN GAIN").optional(1),
        Column::number("MEDIAN EXIT"),
    ])
    .indented(3);
    for (name, of) in [("before", before), ("after", after)] {
        let signed = |value: Option<f64>| paint::by_sign(value, &percent(value));
        table.row([
            name.to_owned(),
            count(of.matured),
            share(of.pump_50_rate),
            share(of.rug_rate),
            signed(of.median_max_gain_pct),
            signed(of.median_exit_return_pct),
        ]);
    }
    table
}
