use super::*;
use crate::alert::Decision;
use crate::outcome::{EntrySource, ExitReason, OutcomeStatus, RugReason};
use crate::quantity::{AmountUsd, PriceUsd};
use crate::sample;

fn value<'a>(name: &str, record: &'a AlertRecord) -> Option<Value<'a>> {
    Field::parse(name).unwrap().value(record)
}

#[test]
fn every_field_is_found_by_its_name_and_prints_it() {
    for field in Field::all() {
        assert_eq!(Field::parse(&field.to_string()), Ok(field));
    }
    assert_eq!(Field::all().count(), 14 + 22 + 36);
    assert_eq!(Field::parse("extra.mood").unwrap().to_string(), "extra.mood");
}

#[test]
fn no_two_fields_share_a_name() {
    let names: std::collections::BTreeSet<_> = Field::names().collect();
    assert_eq!(names.len(), Field::names().count());
}

#[test]
fn the_message_that_holds_a_field_may_be_named() {
    for (long, short) in [
        ("features.final_score", "final_score"),
        ("alert.features.final_score", "final_score"),
        ("outcome.max_gain_pct", "max_gain_pct"),
        ("alert.entry.liquidity_usd", "liquidity_usd"),
        ("alert.token.symbol", "symbol"),
        ("alert.extra.mood", "extra.mood"),
    ] {
        assert_eq!(Field::parse(long), Field::parse(short), "{long}");
    }
    for wrong in
        ["features.max_gain_pct", "outcome.final_score", "alert.max_gain_pct", "price_usd", "extra.", "extra.Mood", ""]
    {
        assert!(Field::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_misspelt_field_is_answered_with_the_nearest_known_one() {
    for (wrong, right) in [
        ("final_scor", "final_score"),
        ("liquidity", "entry.liquidity_usd"),
        ("features.lp_loked", "lp_locked"),
        ("max_gain", "max_gain_pct"),
        ("smart_money", "smart_money_involved"),
        ("price_usd", "entry.price_usd"),
        ("top10", "top10_concentration"),
        ("extra.Mood", "extra.mood"),
    ] {
        assert_eq!(Field::parse(wrong).unwrap_err().nearest.as_deref(), Some(right), "{wrong}");
    }
}

#[test]
fn the_unknown_has_no_value() {
    let record = sample::record();
    for field in Feature::ALL {
        assert_eq!(Field::Feature(*field).value(&record), None);
    }
    assert_eq!(value("extra.mood", &record), None);
    assert_eq!(value("max_gain_pct", &record), None);
    assert_eq!(value("exit_liquidity_assumed", &record), None);
}

#[test]
fn an_empty_name_is_an_unknown_one() {
    let mut record = sample::record();
    assert_eq!(value("symbol", &record), Some(Value::Text("BULL".into())));
    record.alert.token.symbol.clear();
    assert_eq!(value("symbol", &record), None);
}

#[test]
fn the_quote_at_entry_is_not_the_entry_of_the_outcome() {
    let mut record = sample::record();
    record.alert.entry.price_usd = PriceUsd::new(2.0).ok();
    record.outcome.entry_price_usd = PriceUsd::new(3.0).ok();
    record.alert.entry.liquidity_usd = AmountUsd::new(0.0).ok();
    assert_eq!(value("entry.price_usd", &record), Some(Value::Number(2.0)));
    assert_eq!(value("entry_price_usd", &record), Some(Value::Number(3.0)));
    assert_eq!(value("liquidity_usd", &record), Some(Value::Number(0.0)));
}

#[test]
fn enum_values_go_by_the_names_of_the_contract() {
    let mut record = sample::record();
    record.alert.decision = Decision::Shadow;
    record.outcome.status = OutcomeStatus::NoData;
    record.outcome.entry_source = Some(EntrySource::Quoted);
    record.outcome.rug_reason = Some(RugReason::PriceCollapse);
    record.outcome.exit_reason = Some(ExitReason::WindowEnd);
    for (field, name) in [
        ("decision", "ALERT_DECISION_SHADOW"),
        ("status", "OUTCOME_STATUS_NO_DATA"),
        ("entry_source", "ENTRY_SOURCE_QUOTED"),
        ("rug_reason", "RUG_REASON_PRICE_COLLAPSE"),
        ("exit_reason", "EXIT_REASON_WINDOW_END"),
    ] {
        assert_eq!(value(field, &record), Some(Value::Enum(name)));
        let Kind::Enum(names) = Field::parse(field).unwrap().kind() else { panic!("{field} is no enum") };
        assert_eq!(names.find(name), Some(name));
        assert!(names.all.iter().all(|full| full.starts_with(names.prefix)));
    }
}

#[test]
fn a_value_is_of_the_kind_that_its_field_says() {
    let mut record = sample::record();
    record.outcome.is_rug = Some(true);
    record.outcome.sealed_at = Some(record.recorded_at);
    for field in Field::all() {
        let Some(value) = field.value(&record) else { continue };
        let fits = matches!(
            (field.kind(), &value),
            (Kind::Boolean, Value::Boolean(_))
                | (Kind::Number, Value::Number(_))
                | (Kind::Text, Value::Text(_))
                | (Kind::Timestamp, Value::Timestamp(_))
                | (Kind::Enum(_), Value::Enum(_))
        );
        assert!(fits, "{field}: {value:?}");
    }
}

#[test]
fn nothing_learned_after_the_alert_passes_for_known_at_alert_time() {
    for field in Field::all().filter(Field::is_known_at_alert_time) {
        assert!(!matches!(field, Field::Outcome(_)), "{field}");
    }
    assert!(Field::parse("entry.price_usd").unwrap().is_known_at_alert_time());
    assert!(!Field::parse("recorded_at").unwrap().is_known_at_alert_time());
}
