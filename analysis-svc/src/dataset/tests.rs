use std::collections::HashSet;

use super::columns::Values;
use super::snapshot::rows_of;
use super::*;
use crate::sample::{record, snapshot};
use domain::alert::ExtraValue;
use domain::cohort::Standing;
use domain::outcome::OutcomeStatus;
use proptest::prelude::*;

/// Everything that can be asked of two revisions is the same.
fn assert_same(one: &Snapshot, other: &Snapshot) {
    assert_eq!(one.revision(), other.revision());
    assert_eq!(one.len(), other.len());
    assert_eq!(one.days(), other.days());
    assert_eq!(one.columns().len(), other.columns().len());
    for row in 0..one.len() {
        assert_eq!(one.alert_id(row), other.alert_id(row));
        assert_eq!(one.alerted_at(row), other.alerted_at(row));
        assert_eq!(one.sealed_at(row), other.sealed_at(row));
        assert_eq!(one.standings().get(row), other.standings().get(row));
    }
    for (column, same) in one.columns().iter().zip(other.columns()) {
        assert_eq!((&column.name, column.is_mixed), (&same.name, same.is_mixed));
        match (&column.values, &same.values) {
            (Values::Flags(flags), Values::Flags(same)) => assert_eq!((&flags.yes, &flags.no), (&same.yes, &same.no)),
            (Values::Numbers(numbers), Values::Numbers(same)) => assert_same_numbers(numbers, same),
            (Values::Categories(words), Values::Categories(same)) => {
                assert!((0..one.len()).all(|row| words.get(row) == same.get(row)), "{}", column.name);
            }
            (one, other) => panic!("{}: {one:?}, {other:?}", column.name),
        }
    }
    let (labels, same) = (one.labels(), other.labels());
    assert_eq!((&labels.pump.yes, &labels.pump.no), (&same.pump.yes, &same.pump.no));
    assert_eq!((&labels.rug.yes, &labels.rug.no), (&same.rug.yes, &same.rug.no));
    assert_same_numbers(&labels.max_gain_pct, &same.max_gain_pct);
    assert_same_numbers(&labels.exit_return_pct, &same.exit_return_pct);
}

fn assert_same_numbers(one: &columns::Numbers, other: &columns::Numbers) {
    assert_eq!(one.order(), other.order());
    assert!((0..one.measures.len()).all(|row| one.get(row) == other.get(row)));
}

#[test]
fn the_order_in_which_rows_come_changes_nothing() {
    let records: Vec<_> = (0..50).map(record).collect();
    let mut turned = records.clone();
    turned.reverse();
    assert_same(&snapshot(records), &snapshot(turned));
}

#[test]
fn another_outcome_is_another_revision() {
    let (one, mut changed) = (record(1), record(1));
    changed.outcome.is_rug = Some(true);
    assert_ne!(snapshot([one]).revision().id, snapshot([changed]).revision().id);
}

#[test]
fn what_an_open_outcome_says_so_far_is_not_part_of_the_data() {
    let (mut early, mut late) = (record(1), record(1));
    early.outcome.status = OutcomeStatus::Tracking;
    late.outcome.status = OutcomeStatus::Tracking;
    late.outcome.max_gain_pct = Some(900.0);
    let (early, late) = (snapshot([early]), snapshot([late]));
    assert_same(&early, &late);
    assert_eq!(late.labels().max_gain_pct.get(0), None);
    assert_eq!(late.labels().pump.get(0), None);
}

#[test]
fn annotations_never_become_features() {
    let mut annotated = record(1);
    annotated.alert.annotations.insert("is_rug".to_owned(), "true".to_owned());
    annotated.alert.extra.insert("my_flag".to_owned(), ExtraValue::Boolean(true));
    let snapshot = snapshot([annotated]);
    let own: Vec<&str> = snapshot
        .columns()
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| name.starts_with("extra."))
        .collect();
    assert_eq!(own, ["extra.my_flag"]);
    assert!(snapshot.columns().iter().all(|column| !column.name.contains("is_rug")));
}

#[test]
fn no_outcome_is_a_feature() {
    let snapshot = snapshot([record(1)]);
    for column in snapshot.columns() {
        let field = domain::field::Field::parse(&column.name).expect("every column is a field");
        assert!(field.is_known_at_alert_time(), "{}", column.name);
    }
}

#[test]
fn an_extra_of_several_sorts_is_read_as_words() {
    let records = [ExtraValue::Boolean(true), ExtraValue::Number(1.5), ExtraValue::Text("yes".to_owned())];
    let records = records.into_iter().zip(0..).map(|(value, number)| {
        let mut record = record(number);
        record.alert.extra.insert("odd".to_owned(), value);
        record
    });
    let snapshot = snapshot(records);
    let column = snapshot.column("extra.odd").expect("there");
    assert!(column.is_mixed);
    let Values::Categories(words) = &column.values else { panic!("words") };
    assert_eq!(&words.levels[..], ["1.5", "true", "yes"]);
}

#[test]
fn the_second_alert_on_a_token_is_shown_and_not_analysed() {
    let (first, mut second) = (record(1), record(2));
    second.alert.token = first.alert.token.clone();
    let snapshot = snapshot([second, first]);
    assert_eq!(snapshot.standings().get(0), Some(Standing::Matured));
    assert_eq!(snapshot.standings().get(1), Some(Standing::Repeated));
    assert_eq!(snapshot.count_tokens(&Bitmap::all(2)), 1);
}

/// An alert whose features, token and outcome hang on two numbers.
fn varied(number: u32, version: u32) -> domain::record::AlertRecord {
    let mut record = record(number);
    let same_token = self::record(number / 3);
    record.alert.token = same_token.alert.token;
    record.alert.features.final_score = (!version.is_multiple_of(4)).then_some((number % 7) as i32);
    record.alert.features.lp_locked = (!version.is_multiple_of(3)).then_some(number.is_multiple_of(2));
    record.alert.features.dex_name = (!version.is_multiple_of(5)).then(|| format!("dex {}", (number + version) % 9));
    record.alert.features.holder_count = Some((number * 37 + version) as i32);
    record.outcome.max_gain_pct = Some(f64::from(number % 5) * 25.5 + f64::from(version));
    record.outcome.is_rug = Some(version.is_multiple_of(2));
    if version == 1 {
        record.outcome.status = OutcomeStatus::Tracking;
    } else {
        record.outcome.sealed_at = Some(record.alert.alerted_at.plus(std::time::Duration::from_hours(48)));
    }
    if number.is_multiple_of(4) {
        let value = match version % 3 {
            0 => ExtraValue::Number(f64::from(number)),
            1 => ExtraValue::Boolean(true),
            _ => ExtraValue::Text("word".to_owned()),
        };
        record.alert.extra.insert("own".to_owned(), value);
    }
    record
}

proptest! {
    #[test]
    fn a_refreshed_snapshot_is_the_same_as_a_fresh_one(
        before in prop::collection::btree_map(0_u32..60, 0_u32..6, 0..40),
        changes in prop::collection::vec((prop::collection::btree_map(0_u32..60, 0_u32..6, 0..12), prop::collection::btree_set(0_u32..60, 0..8)), 1..5),
    ) {
        let all = |rows: &std::collections::BTreeMap<u32, u32>| -> Vec<_> {
            rows.iter().map(|(number, version)| varied(*number, *version)).collect()
        };
        let mut rows = before;
        let mut refreshed = snapshot(all(&rows));
        for (changed, removed) in changes {
            let ids: HashSet<_> = removed.iter().map(|number| record(*number).alert.id).collect();
            refreshed = refreshed.with(rows_of(all(&changed)), &ids);
            rows.retain(|number, _| !removed.contains(number));
            rows.extend(changed);
            assert_same(&refreshed, &snapshot(all(&rows)));
        }
    }
}
