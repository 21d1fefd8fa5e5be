//! What to change, or what to ask.

use std::collections::BTreeMap;

use perftrack::v1::{Cohort, Confidence, Evidence, Priority, RecommendResponse, Recommendation};

use super::{Scope, cohort, replay};
use crate::print::number::{count, counted_noun, rate};
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
    if !answer.not_certified.is_empty() {
        text += &format!("\n{}\n", paint::strong("Why nothing more is certified"));
        for reason in &answer.not_certified {
            text += &(hanging("· ", reason, width) + "\n");
        }
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

/// The certified changes of all recommendations; of two of one key the more important.
#[must_use]
pub fn certified(answer: &RecommendResponse) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let certified = answer.recommendations.iter().filter(|item| item.confidence() == Confidence::Certified);
    for (key, value) in certified.flat_map(|item| &item.set) {
        values.entry(key.clone()).or_insert_with(|| value.clone());
    }
    values
}

/// Lines to paste into an .env file: certified changes as they are, everything else as remarks.
#[must_use]
pub fn env(answer: &RecommendResponse) -> String {
    let remark = |words: &str| format!("# {}\n", tame(words));
    let certified = certified(answer);
    let mut text = remark(&answer.headline);
    for item in &answer.recommendations {
        text += &format!("\n{}", remark(&item.issue));
        text += &remark(&item.action);
        let is_certified = item.confidence() == Confidence::Certified;
        for (key, value) in if is_certified { &item.set } else { &item.candidate } {
            let pastes = is_certified && certified.get(key) == Some(value);
            text += &format!("{}{}={}\n", if pastes { "" } else { "# " }, tame(key), tame(value));
        }
    }
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
        let random = evidence.random.as_ref().map(|random| ("random, same size", random));
        let configs = replay::table([("now", now), ("would be", would_be)].into_iter().chain(random)).indented(3);
        text += &configs.render(width);
    }
    if let (Some(rugs), Some(winners)) = (evidence.rugs_avoided, evidence.winners_forgone) {
        text += &format!("   Avoids {}, forgoes {}.\n", counted_noun(rugs, "rug"), counted_noun(winners, "winner"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(confidence: Confidence, key: &str, value: &str) -> Recommendation {
        let keys: BTreeMap<String, String> = [(key.to_owned(), value.to_owned())].into();
        let (set, candidate) = match confidence {
            Confidence::Certified => (keys, BTreeMap::new()),
            _ => (BTreeMap::new(), keys),
        };
        let mut item = Recommendation { issue: format!("{key}\nmatters"), set, candidate, ..Default::default() };
        item.set_confidence(confidence);
        item
    }

    #[test]
    fn only_certified_lines_can_be_pasted_and_the_rest_are_remarks() {
        let answer = RecommendResponse {
            recommendations: vec![
                item(Confidence::Certified, "MIN_LIQUIDITY_USD", "20000"),
                item(Confidence::Question, "REQUIRE_LP_LOCKED", "true"),
                item(Confidence::Certified, "MIN_LIQUIDITY_USD", "30000"),
            ],
            headline: "CHANGE ONE THING.".into(),
            ..Default::default()
        };
        let text = env(&answer);
        let pasted: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(pasted, ["MIN_LIQUIDITY_USD=20000"]);
        assert!(text.contains("# REQUIRE_LP_LOCKED=true\n") && text.starts_with("# CHANGE ONE THING.\n"), "{text}");
        assert_eq!(certified(&answer).into_iter().collect::<Vec<_>>(), [("MIN_LIQUIDITY_USD".into(), "20000".into())]);
    }
}
