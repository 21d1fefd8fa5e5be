//! What was recommended, and what came of it.

use perftrack::v1::{
    Confidence, LedgerEntry, LedgerStatus, LedgerVerdict, ListRecommendationsResponse, PerformanceSummary,
};

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
    if !entry.note.is_empty() {
        text += &(paint::faint(&hanging("   ", &tame(&entry.note), width)) + "\n");
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
    let by = || {
        let revision = paint::name(&tame(&entry.applied_revision));
        format!("applied by {revision} on {}", time::minute(entry.applied_at.as_ref()))
    };
    let status = match entry.status() {
        LedgerStatus::Applied => by(),
        LedgerStatus::TurnedBack => format!("{}, turned back on {}", by(), time::minute(entry.ended_at.as_ref())),
        LedgerStatus::NotApplied => paint::faint("not applied"),
        LedgerStatus::NoChange | LedgerStatus::Unspecified => paint::faint("nothing to apply"),
    };
    let verdict = match entry.verdict() {
        LedgerVerdict::Right => paint::good("  RIGHT"),
        LedgerVerdict::Wrong => paint::bad("  WRONG"),
        LedgerVerdict::TooEarly => paint::faint("  too early to tell"),
        LedgerVerdict::Unspecified => String::new(),
    };
    status + &verdict
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

#[cfg(test)]
mod tests {
    use perftrack::v1::Recommendation;

    use super::*;

    #[test]
    fn a_line_of_the_ledger_says_whether_it_was_followed_and_was_right() {
        let mut entry = LedgerEntry {
            recommendation: Some(Recommendation { issue: "thin tokens rug".into(), ..Default::default() }),
            applied_revision: "cfg-2".into(),
            note: "what it drops lost 31 a day".into(),
            before: Some(PerformanceSummary { matured: 300, ..Default::default() }),
            after: Some(PerformanceSummary { matured: 120, ..Default::default() }),
            ..Default::default()
        };
        entry.set_status(LedgerStatus::Applied);
        entry.set_verdict(LedgerVerdict::Right);
        let list = ListRecommendationsResponse { entries: vec![entry], ..Default::default() };
        let text = anstream::adapter::strip_str(&show(&list, Some(90))).to_string();
        for part in ["applied by cfg-2", "RIGHT", "thin tokens rug", "what it drops lost", "before", "120"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(text.lines().all(|line| textwrap::core::display_width(line) <= 90), "{text}");
    }

    #[test]
    fn an_empty_ledger_says_what_to_type() {
        assert!(show(&ListRecommendationsResponse::default(), None).contains("perfctl recommend"));
    }
}
