//! What holds of every filter.

use proptest::prelude::*;

use super::*;
use crate::alert::ExtraValue;
use crate::field::{Field, Kind};
use crate::sample;
use crate::timestamp::Timestamp;

/// A comparison, written as users would, of a field that is sometimes known.
fn condition() -> impl Strategy<Value = String> {
    let comparator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let equality = prop::sample::select(vec!["=", "!="]);
    prop_oneof![
        (comparator.clone(), -3..12_i32).prop_map(|(comparator, score)| format!("final_score {comparator} {score}")),
        (comparator.clone(), any::<f64>().prop_filter("finite", |number| number.is_finite()))
            .prop_map(|(comparator, number)| format!("extra.x{comparator}{number:e}")),
        (equality.clone(), any::<bool>()).prop_map(|(comparator, flag)| format!("lp_locked{comparator} {flag}")),
        (comparator.clone(), ".{0,12}").prop_map(|(comparator, text)| format!("extra.x {comparator} {}", quote(&text))),
        ".{0,12}".prop_map(|text| format!("token.name:{}", quote(&text))),
        (comparator, -62_000_000_000_i64..253_000_000_000)
            .prop_map(|(comparator, at)| format!("alerted_at {comparator} \"{}\"", Timestamp::from_seconds(at))),
        (equality, prop::sample::select(vec!["LIQUIDITY_REMOVED", "RUG_REASON_PRICE_COLLAPSE"]))
            .prop_map(|(comparator, reason)| format!("rug_reason {comparator} {reason}")),
        prop::sample::select(Field::names().collect::<Vec<_>>()).prop_map(|name| format!("{name}:*")),
        Just("mint_revoked".to_owned()),
    ]
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn filter() -> impl Strategy<Value = String> {
    condition().prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|members| members.join(" AND ")),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|members| members.join(" OR ")),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|members| members.join("  ")),
            inner.clone().prop_map(|member| format!("( {member})")),
            inner.clone().prop_map(|member| format!("NOT ({member})")),
            inner.prop_map(|member| format!("-({member} )")),
        ]
    })
}

fn record() -> impl Strategy<Value = AlertRecord> {
    let extra = prop_oneof![
        any::<bool>().prop_map(ExtraValue::Boolean),
        (-5..5_i32).prop_map(|number| ExtraValue::Number(f64::from(number))),
        ".{0,12}".prop_map(ExtraValue::Text),
    ];
    (any::<Option<bool>>(), any::<Option<bool>>(), prop::option::of(-3..12_i32), prop::option::of(extra)).prop_map(
        |(lp_locked, mint_revoked, final_score, extra)| {
            let mut record = sample::record();
            record.alert.features.lp_locked = lp_locked;
            record.alert.features.mint_revoked = mint_revoked;
            record.alert.features.final_score = final_score;
            record.alert.extra.extend(extra.map(|value| ("x".to_owned(), value)));
            record
        },
    )
}

proptest! {
    #[test]
    fn the_canonical_text_reads_back_as_the_same_filter(text in filter()) {
        let filter = Filter::parse(&text).unwrap();
        let canonical = filter.to_string();
        prop_assert_eq!(Filter::parse(&canonical), Ok(filter));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,80}") {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(error.position <= text.chars().count());
        }
    }

    #[test]
    fn no_scramble_of_its_own_words_makes_the_parser_panic(
        words in prop::collection::vec(
            prop::sample::select(vec!["(", ")", "AND", "OR", "NOT", "-", "lp_locked", "final_score", "=", ">=", ":", "*", "8", "\"", "true", " ", ","]),
            0..40,
        ),
    ) {
        if let Ok(filter) = Filter::parse(&words.concat()) {
            prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter);
        }
    }

    #[test]
    fn a_filter_and_its_opposite_never_both_keep(text in filter(), record in record()) {
        let opposite = Filter::parse(&format!("NOT ({text})")).unwrap();
        let filter = Filter::parse(&text).unwrap();
        prop_assert_eq!(opposite.truth(&record), filter.truth(&record).map(|truth| !truth));
        prop_assert!(!(filter.keeps(&record) && opposite.keeps(&record)));
    }

    #[test]
    fn de_morgan_holds_with_the_unknown(a in filter(), b in filter(), record in record()) {
        let read = |text: String| Filter::parse(&text).unwrap().truth(&record);
        prop_assert_eq!(read(format!("NOT (({a}) AND ({b}))")), read(format!("(NOT ({a})) OR (NOT ({b}))")));
    }

    #[test]
    fn learning_more_never_turns_what_was_certain(text in filter(), record in record()) {
        let filter = Filter::parse(&text).unwrap();
        prop_assume!(!text.contains(":*"));
        let mut less = record.clone();
        less.alert.features.lp_locked = None;
        less.alert.extra.clear();
        if let Some(certain) = filter.truth(&less) {
            prop_assert_eq!(filter.truth(&record), Some(certain));
        }
    }
}

#[test]
fn every_field_can_be_asked_whether_it_is_known() {
    for field in Field::all() {
        assert!(Filter::parse(&format!("{field}:*")).is_ok());
        let alone = Filter::parse(&field.to_string());
        assert_eq!(alone.is_ok(), field.kind() == Kind::Boolean, "{field}");
    }
}
