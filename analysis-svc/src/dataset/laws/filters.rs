use std::collections::HashMap;

use domain::field::{AlertField, Field, OutcomeField};
use domain::filter::{Expression, Filter};
use domain::record::AlertRecord;
use proptest::prelude::*;
use store::dataset::settled;

use super::records;
use crate::dataset::Snapshot;
use crate::dataset::filter::{Kept, Truth, not_kept, truth};
use crate::sample::snapshot;

fn condition() -> impl Strategy<Value = String> {
    let comparator = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let equality = || prop::sample::select(vec!["=", "!="]);
    let numbers = vec![
        "final_score",
        "holder_count",
        "top10_concentration",
        "smart_wallet_pnl",
        "entry.liquidity_usd",
        "entry.price_usd",
        "max_gain_pct",
        "max_drawdown_pct",
        "exit_return_pct",
        "policy_version",
        "extra.x",
    ];
    let flags = vec!["smart_money_involved", "lp_locked", "is_rug", "exit_liquidity_assumed", "extra.x"];
    let words = vec!["dex_name", "config_revision", "extra.x", "feed_source"];
    let texts = || prop::sample::select(vec!["''", "orca", "Raydium", "'a'", "'3'", "zz"]);
    let names: Vec<&str> = Field::names().collect();
    prop_oneof![
        (prop::sample::select(numbers), comparator(), -4..13_i8)
            .prop_map(|(field, is, value)| format!("{field} {is} {value}")),
        (prop::sample::select(flags), equality(), any::<bool>())
            .prop_map(|(field, is, value)| format!("{field} {is} {value}")),
        (prop::sample::select(words.clone()), comparator(), texts())
            .prop_map(|(field, is, value)| format!("{field} {is} {value}")),
        (prop::sample::select(words), prop::sample::select(vec!["a", "A", "r", "3"]))
            .prop_map(|(field, part)| format!("{field}:'{part}'")),
        (comparator(), 0..30_i64).prop_map(|(is, number)| {
            let at = crate::sample::BEGIN.plus(std::time::Duration::from_secs(number.unsigned_abs() * 1_200));
            format!("alerted_at {is} \"{at}\"")
        }),
        equality().prop_map(|is| format!("status {is} COMPLETE")),
        equality().prop_map(|is| format!("decision {is} SHADOW")),
        equality().prop_map(|is| format!("rug_reason {is} PRICE_COLLAPSE")),
        equality().prop_map(|is| format!("exit_reason {is} HARD_STOP")),
        prop::sample::select(names).prop_map(|name| format!("{name}:*")),
        Just("extra.x:*".to_owned()),
        Just("symbol = T3".to_owned()),
        Just("sealed_at > \"2025-10-07\"".to_owned()),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let text = condition().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|members| format!("({})", members.join(" AND "))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|members| format!("({})", members.join(" OR "))),
            inner.prop_map(|member| format!("NOT ({member})")),
        ]
    });
    text.prop_map(|text| Filter::parse(&text).expect("a filter"))
}

/// What the rules say of every row.
fn by_record(snapshot: &Snapshot, records: &[AlertRecord], expression: &Expression) -> Truth {
    let mut truth = Truth::unknown(snapshot.len());
    for record in records {
        let settled = settled(record);
        let says = expression.truth(settled.as_ref().unwrap_or(record));
        truth.put(snapshot.row_of(record).expect("a row"), says);
    }
    truth
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_filter_says_of_every_row_what_it_says_of_its_alert(records in records(), filter in filter()) {
        let snapshot = snapshot(records.clone());
        let mut asked = Vec::new();
        not_kept(&snapshot, filter.expression(), &mut asked);
        let look_up = |condition: &&Expression| (condition.to_string(), by_record(&snapshot, &records, condition).into());
        let looked_up: HashMap<_, _> = asked.iter().map(look_up).collect();
        let found = truth(&snapshot, filter.expression(), &looked_up).expect("all that is asked is known");
        prop_assert_eq!(&found, &by_record(&snapshot, &records, filter.expression()));
        // Unknown is never false.
        prop_assert!(found.yes.and(&found.no).is_empty());
        prop_assert_eq!(Kept::of(&snapshot, &filter).is_some(), asked.is_empty() || filter.is_everything());
    }
}

#[test]
fn what_is_asked_often_is_kept_in_memory() {
    let snapshot = snapshot([crate::sample::record(1)]);
    let elsewhere: Vec<String> = Field::all()
        .filter(|field| {
            let mut asked = Vec::new();
            let known = Expression::Known(field.clone());
            not_kept(&snapshot, &known, &mut asked);
            !asked.is_empty()
        })
        .map(|field| field.to_string())
        .collect();
    assert!(!elsewhere.iter().any(|name| domain::feature::Feature::ALL.iter().any(|feature| feature.name() == name)));
    for field in [
        Field::Alert(AlertField::EntryPriceUsd),
        Field::Alert(AlertField::EntryLiquidityUsd),
        Field::Alert(AlertField::AlertedAt),
        Field::Alert(AlertField::Decision),
        Field::Outcome(OutcomeField::Status),
        Field::Outcome(OutcomeField::MaxGainPct),
        Field::Outcome(OutcomeField::ExitReturnPct),
        Field::Outcome(OutcomeField::IsRug),
    ] {
        assert!(!elsewhere.contains(&field.to_string()), "{field}");
    }
    assert!(elsewhere.contains(&"token.symbol".to_owned()));
}
