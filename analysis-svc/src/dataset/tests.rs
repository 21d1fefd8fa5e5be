use super::columns::Values;
use super::*;
use crate::sample::{record, snapshot};
use domain::alert::ExtraValue;
use domain::cohort::Standing;
use domain::outcome::OutcomeStatus;
use proptest::prelude::*;

#[test]
fn the_order_in_which_rows_come_changes_nothing() {
    let records: Vec<_> = (0..50).map(record).collect();
    let mut turned = records.clone();
    turned.reverse();
    let (one, other) = (snapshot(records), snapshot(turned));
    assert_eq!(one.revision(), other.revision());
    assert!(one.records().eq(other.records()));
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
    assert_eq!(early.revision(), late.revision());
    assert_eq!(late.record(0).outcome.max_gain_pct, None);
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
    assert!(snapshot.record(0).alert.annotations.is_empty());
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
    assert_eq!(words.levels, ["1.5", "true", "yes"]);
}

#[test]
fn the_second_alert_on_a_token_is_shown_and_not_analysed() {
    let (first, mut second) = (record(1), record(2));
    second.alert.token = first.alert.token.clone();
    let snapshot = snapshot([second, first]);
    assert_eq!(snapshot.standings(), [Standing::Matured, Standing::Repeated]);
}

proptest! {
    #[test]
    fn a_refreshed_snapshot_is_the_same_as_a_fresh_one(before in prop::collection::btree_set(0_u32..60, 0..40), changed in prop::collection::btree_map(0_u32..60, any::<bool>(), 0..40), removed in prop::collection::btree_set(0_u32..60, 0..10)) {
        let update = |number: &u32, is_rug: &bool| {
            let mut record = record(*number);
            record.outcome.is_rug = Some(*is_rug);
            record
        };
        let rows = changed.iter().map(|(number, is_rug)| {
            let row = std::sync::Arc::new(row::Row::of(update(number, is_rug)));
            (row.record.alert.id, row)
        });
        let ids = removed.iter().map(|number| record(*number).alert.id).collect();
        let refreshed = snapshot(before.iter().map(|number| record(*number))).with(rows.collect(), &ids);
        let kept = before.iter().filter(|number| !changed.contains_key(number) && !removed.contains(number));
        let kept = kept.map(|number| record(*number));
        let fresh = snapshot(kept.chain(changed.iter().map(|(number, is_rug)| update(number, is_rug))));
        prop_assert_eq!(refreshed.revision(), fresh.revision());
        prop_assert!(refreshed.records().eq(fresh.records()));
    }
}
