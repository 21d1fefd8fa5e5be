//! What to change, or what to ask.

use std::collections::BTreeMap;

use perftrack::v1::{Cohort, Confidence, ConfigOutcome, Evidence, Priority, RecommendResponse, Recommendation};

use super::{Scope, cohort};
use crate::print::number::{UNKNOWN, count, counted_noun, percent, rate};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{hanging, tame, wrapped};

/// The headline, then every recommendation.
#[must_use]
pub fn show(answer: &RecommendResponse, scope: &Scope, width: Option<usize>) -> String {
    let who: Cohort = answer.cohort.unwrap_or_default();
    let mut text = scope.head("What to change", &cohort::basis(&who, answer.revision.as_ref()), width);
    text += &(wrapped(&paint::strong(&answer.headline), width) + "\n");
    for (index, item) in answer.recommendations.iter().enumerate() {
        text += &format!("\n{}", recommendation(index + 1, item, width));
    }
    if answer.recommendations.is_empty() {
        text += "Nothing stands out.\n";
    }
    let who = format!("Over {}.", counted_noun(who.alerts, "matured alert"));
    let looked_at = if answer.looked_at.is_empty() {
        String::new()
    } else {
        format!(" Looked at: {}.", answer.looked_at.join("; "))
    };
    text += &format!("\n{}\n", paint::faint(&wrapped(&format!("{who}{looked_at}"), width)));
    text
}

fn recommendation(number: usize, item: &Recommendation, width: Option<usize>) -> String {
    let priority = match item.priority() {
        Priority::High => paint::bad("HIGH PRIORITY"),
        Priority::Medium => paint::warn("MEDIUM PRIORITY"),
        Priority::Low => "LOW PRIORITY".to_owned(),
        Priority::Unspecified => "PRIORITY UNKNOWN".to_owned(),
    };
    let confidence = match item.confidence() {
        Confidence::Certified => paint::good("certified on later data"),
        Confidence::Suggestive => paint::warn("suggestive, found on this same data"),
        Confidence::Question => "a question to the data".to_owned(),
        Confidence::Unspecified => "confidence unknown".to_owned(),
    };
    let mut text = format!("{} [{priority} · {confidence}]\n", paint::strong(&format!("{number}.")));
    for (label, words) in [("Issue:  ", &item.issue), ("Action: ", &item.action), ("Reason: ", &item.reason)] {
        if !words.is_empty() {
            text += &(hanging(&format!("   {label}"), words, width) + "\n");
        }
    }
    text += &keys("   Set:    ", &item.set);
    text += &keys("   Try:    ", &item.candidate);
    if let Some(evidence) = &item.evidence {
        text += &shown(evidence, width);
    }
    text
}

/// Config keys, ready to be pasted, one a line.
fn keys(label: &str, values: &BTreeMap<String, String>) -> String {
    let mut label = label.to_owned();
    let mut text = String::new();
    for (key, value) in values {
        text += &format!("{label}{}\n", paint::name(&format!("{}={}", tame(key), tame(value))));
        label = " ".repeat(label.len());
    }
    text
}

fn shown(evidence: &Evidence, width: Option<usize>) -> String {
    let mut text = String::new();
    if let Some(of) = &evidence.rate {
        let threshold = evidence
            .threshold
            .map_or_else(String::new, |threshold| format!(", held against {:.0} %", 100.0 * threshold));
        let counts = format!("{} of {}: {}{threshold}", count(of.count), count(of.of), rate(of.rate, of.low, of.high));
        text += &(hanging("   Counts: ", &counts, width) + "\n");
    }
    let mut groups =
        Table::new([Column::text("OF THOSE"), Column::number("ALERTS"), Column::number("PUMP"), Column::number("RUG")])
            .indented(3);
    for group in [&evidence.group, &evidence.reference].into_iter().flatten() {
        groups.row([
            tame(&group.level),
            count(group.alerts),
            rate(group.pump_rate, group.pump_rate_low, group.pump_rate_high),
            rate(group.rug_rate, group.rug_rate_low, group.rug_rate_high),
        ]);
    }
    if !groups.is_empty() {
        text += &groups.render(width);
    }
    if let (Some(now), Some(would_be)) = (&evidence.current, &evidence.proposed) {
        let mut configs = Table::new([
            Column::text("CONFIG"),
            Column::number("ALERTS/DAY"),
            Column::number("NET $/ALERT"),
            Column::number("NET $/DAY"),
            Column::number("RUGS"),
            Column::number("EXITS ≥ +100 %"),
        ])
        .indented(3);
        configs.row(config("now", now));
        configs.row(config("would be", would_be));
        text += &configs.render(width);
    }
    if let (Some(rugs), Some(winners)) = (evidence.rugs_avoided, evidence.winners_forgone) {
        text += &format!("   Avoids {}, forgoes {}.\n", counted_noun(rugs, "rug"), counted_noun(winners, "winner"));
    }
    text
}

fn config(name: &str, of: &ConfigOutcome) -> [String; 6] {
    let dollars = |value: Option<f64>| {
        let text = percent(value).trim_end_matches(" %").to_owned();
        paint::by_sign(value, &text)
    };
    [
        name.to_owned(),
        of.alerts_per_day.map_or_else(|| UNKNOWN.to_owned(), |rate| format!("{rate:.1}")),
        dollars(of.net_per_alert_usd),
        dollars(of.net_per_day_usd),
        of.rugs.map_or_else(|| UNKNOWN.to_owned(), |rugs| count(rugs.count)),
        count(of.exits_100),
    ]
}
