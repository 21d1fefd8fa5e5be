//! What holds of patterns from the alerts to the answer.

use domain::filter::Filter;
use domain::record::AlertRecord;

use super::conditions::Vocabulary;
use super::held::Held;
use super::layout::{Case, Layout};
use super::{Discovery, Question, discover};
use crate::correlate::selection::{Selection, Window};
use crate::dataset::filter::Kept;
use crate::dataset::{Bitmap, Snapshot};
use crate::progress::Watch;
use crate::sample::{labelled, noise, snapshot};

const QUESTION: Question = Question { depth: 3, floor: 20, count: 5 };

/// Smart money with a locked pool and a high velocity pumps; nothing else means anything.
fn alert(number: u32) -> AlertRecord {
    let chance = |stream| noise(number, stream);
    let (smart, locked, velocity) = (chance(1) < 0.5, chance(2) < 0.5, (chance(3) * 12.0) as i32);
    let is_hot = smart && locked && velocity >= 8;
    let mut record = labelled(number, chance(4) < if is_hot { 0.7 } else { 0.15 }, chance(5) < 0.1);
    let features = &mut record.alert.features;
    features.smart_money_involved = Some(smart);
    features.lp_locked = (chance(6) < 0.9).then_some(locked);
    features.velocity_score_15m = (chance(7) < 0.9).then_some(velocity);
    features.dex_name = Some(if chance(8) < 0.7 { "raydium" } else { "o\"rca" }.to_owned());
    record
}

fn records() -> Vec<AlertRecord> {
    (0..1_500).map(alert).collect()
}

fn asked(snapshot: &Snapshot) -> Discovery {
    let selection = Selection::of(snapshot, Window::default(), &Kept::everything());
    discover(snapshot, &selection, &QUESTION, &Watch::default()).expect("nobody stops it")
}

#[test]
fn a_planted_pattern_is_found_said_in_one_line_and_held() {
    let snapshot = snapshot(records());
    let found = asked(&snapshot);
    let best = &found.best[0];
    assert_eq!(best.conditions.len(), 3, "{}", best.sentence);
    assert!(best.sentence.starts_with("smart money + velocity ≥ 8 + LP locked: "), "{}", best.sentence);
    assert!(best.sentence.contains("; held on the later third ("), "{}", best.sentence);
    assert_eq!((best.held, best.q_value < 1e-6), (Held::Held, true));
    assert!(best.lift() > Some(1.3) && best.parents.len() == 3, "{:?}", best.parents);
    assert_eq!(best.stats.alerts, best.earlier.alerts + best.later.alerts);
    assert!(found.worst.iter().all(|pattern| pattern.q_value > 0.05), "{:?}", found.worst);
}

#[test]
fn the_filter_of_a_pattern_keeps_exactly_its_alerts() {
    let records = records();
    let found = asked(&snapshot(records.clone()));
    for pattern in found.best.iter().chain(&found.worst) {
        let filter = Filter::parse(&pattern.filter()).expect("a filter");
        let kept = records.iter().filter(|record| filter.keeps(record));
        assert_eq!(kept.count(), pattern.stats.alerts as usize, "{}", pattern.filter());
    }
}

#[test]
fn a_condition_holds_where_its_filter_does_and_unknown_meets_none() {
    let records = records();
    let snapshot = snapshot(records.clone());
    let everybody = Bitmap::of(snapshot.len(), |_| true);
    let layout = Layout::of((0..1_500).map(|row| Case { row, day: row / 72, pump: None, rug: None }).collect());
    let vocabulary = Vocabulary::of(&snapshot, &layout, &everybody, 20, &Watch::default()).expect("nobody stops it");
    let filters: Vec<&str> = vocabulary.conditions.iter().map(|condition| condition.filter.as_str()).collect();
    assert!(filters.contains(&"smart_money_involved = false") && filters.contains(&"dex_name = \"o\\\"rca\""));
    for (condition, counted) in vocabulary.conditions.iter().zip(&vocabulary.counted) {
        let filter = Filter::parse(&condition.filter).expect("a filter");
        let expected = layout.parted(1, |row| filter.keeps(&records[row]).then_some(0)).remove(0);
        assert!(counted.words == expected, "{}", condition.filter);
    }
}

#[test]
fn outcomes_of_the_later_part_have_no_say_in_what_is_found() {
    let found = asked(&snapshot(records()));
    let from = found.later_from.expect("a later part");
    let turned = asked(&snapshot(records().into_iter().map(|mut record| {
        if record.alert.alerted_at >= from {
            record.outcome.max_gain_pct = Some(10.0);
        }
        record
    })));
    let said =
        |found: &Discovery| found.best.iter().map(|one| (one.filter(), one.p_value, one.q_value)).collect::<Vec<_>>();
    assert_eq!(said(&found), said(&turned));
    assert_eq!(turned.best[0].held, Held::Failed);
}

#[test]
fn the_order_of_the_alerts_changes_nothing() {
    let mut turned = records();
    turned.reverse();
    let (one, other) = (asked(&snapshot(records())), asked(&snapshot(turned)));
    assert_eq!((one.best, one.worst), (other.best, other.worst));
}

#[test]
fn with_too_few_alerts_nothing_is_listed_and_the_reason_is_given() {
    let found = asked(&snapshot((0..25).map(alert)));
    assert!(found.best.is_empty() && found.worst.is_empty());
    assert!(found.notes[0].contains("of the 17 alerts of the earlier part"), "{:?}", found.notes);
    assert!(asked(&snapshot([])).best.is_empty());
}
