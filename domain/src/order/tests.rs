use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::alert::ExtraValue;
use crate::sample;
use crate::timestamp::Timestamp;

fn gained(id: u128, max_gain_pct: Option<f64>) -> AlertRecord {
    let mut record = sample::record();
    record.alert.id = AlertId(Uuid::from_u128(id));
    record.outcome.max_gain_pct = max_gain_pct;
    record
}

fn sorted(order: &str, mut records: Vec<AlertRecord>) -> Vec<u128> {
    let order = Order::parse(order).unwrap();
    records.sort_by(|a, b| order.compare(a, b));
    records.iter().map(|record| record.alert.id.0.as_u128()).collect()
}

#[test]
fn the_unknown_stands_last_in_either_direction() {
    let records = || vec![gained(1, None), gained(2, Some(10.0)), gained(3, Some(-5.0))];
    assert_eq!(sorted("max_gain_pct", records()), [3, 2, 1]);
    assert_eq!(sorted("max_gain_pct desc", records()), [2, 3, 1]);
}

#[test]
fn equal_alerts_stand_in_the_order_of_their_ids() {
    let records = || vec![gained(2, Some(1.0)), gained(3, Some(1.0)), gained(1, Some(1.0))];
    assert_eq!(sorted("max_gain_pct", records()), [1, 2, 3]);
    assert_eq!(sorted("max_gain_pct desc", records()), [3, 2, 1]);
}

#[test]
fn the_default_is_newest_first() {
    assert_eq!(Order::parse("").unwrap(), Order::parse("alerted_at desc").unwrap());
    let mut newer = gained(1, None);
    newer.alert.alerted_at = newer.alert.alerted_at.plus(std::time::Duration::from_secs(1));
    assert_eq!(sorted("", vec![gained(2, None), newer]), [1, 2]);
}

#[test]
fn a_second_field_decides_where_the_first_does_not() {
    let mut smaller = gained(1, Some(1.0));
    smaller.alert.features.final_score = Some(7);
    let mut larger = gained(2, Some(1.0));
    larger.alert.features.final_score = Some(9);
    assert_eq!(sorted("max_gain_pct, final_score desc", vec![smaller, larger]), [2, 1]);
}

#[test]
fn a_faulty_order_is_refused_with_what_is_wrong() {
    for (text, message) in [
        ("max_gain desc", "there is no field \"max_gain\"; did you mean \"max_gain_pct\"?"),
        ("max_gain_pct down", "after a field comes asc, desc or a comma, not \"down\""),
        ("max_gain_pct desc desc", "after a field comes asc, desc or a comma, not \"desc desc\""),
        ("max_gain_pct,", "a field is missing"),
        ("max_gain_pct, outcome.max_gain_pct desc", "max_gain_pct is named twice"),
    ] {
        let error = Order::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}: {error}");
    }
    let many: Vec<_> = Field::names().take(MOST_FIELDS + 1).collect();
    assert_eq!(Order::parse(&many.join(",")), Err(OrderError::TooMany));
}

fn record() -> impl Strategy<Value = AlertRecord> {
    let extra = prop_oneof![
        any::<bool>().prop_map(ExtraValue::Boolean),
        (-2..2_i8).prop_map(|number| ExtraValue::Number(f64::from(number))),
        "[a-c]{0,2}".prop_map(ExtraValue::Text),
    ];
    (0..4_u128, prop::option::of(-2..2_i8), prop::option::of(extra), 0..3_i64).prop_map(|(id, gain, extra, at)| {
        let mut record = gained(id, gain.map(f64::from));
        record.alert.extra.extend(extra.map(|value| ("x".to_owned(), value)));
        record.alert.alerted_at = Timestamp::from_seconds(at);
        record
    })
}

fn order() -> impl Strategy<Value = Order> {
    let names =
        prop::sample::subsequence(vec!["max_gain_pct", "extra.x", "alerted_at", "status", "token.symbol"], 0..4);
    (names.prop_shuffle(), prop::collection::vec(any::<bool>(), 4)).prop_map(|(names, descending)| {
        let terms =
            names.iter().zip(descending).map(|(name, desc)| format!("{name}{}", if desc { " desc" } else { "" }));
        Order::parse(&terms.collect::<Vec<_>>().join(", ")).unwrap()
    })
}

proptest! {
    #[test]
    fn an_order_reads_back_from_its_text(order in order()) {
        prop_assert_eq!(Order::parse(&order.to_string()), Ok(order));
    }

    #[test]
    fn an_order_is_total_and_consistent(order in order(), a in record(), b in record(), c in record()) {
        prop_assert_eq!(order.compare(&a, &b), order.compare(&b, &a).reverse());
        if order.compare(&a, &b).is_le() && order.compare(&b, &c).is_le() {
            prop_assert!(order.compare(&a, &c).is_le());
        }
    }

    #[test]
    fn a_position_compares_as_its_alert_does_also_after_a_trip_through_a_page_token(order in order(), a in record(), b in record()) {
        let token = serde_json::to_string(&order.position(&a)).unwrap();
        let position: Position = serde_json::from_str(&token).unwrap();
        prop_assert_eq!(order.compare_positions(&position, &order.position(&b)), order.compare(&a, &b));
    }
}
