//! Which things about an alert are analysed: the features of the contract, the market at its entry, and the bot's own
//! (`extra.x`). All of them were known when the alert was raised. Annotations, outcomes and identities never are.

use std::collections::BTreeSet;

use domain::alert::ExtraValue;
use domain::feature::{Feature, FeatureKind, FeatureValue};
use domain::field::{AlertField, Field, Value};
use domain::record::AlertRecord;

use super::columns::{Categories, Column, Flags, Numbers, Values};
use super::row::Row;
use std::sync::Arc;

/// The parts of the entry quote that are analysed. The price of one token says nothing without the supply.
const QUOTE: [AlertField; 3] =
    [AlertField::EntryMarketCapUsd, AlertField::EntryLiquidityUsd, AlertField::EntryVolume24hUsd];

/// The names of all features that are not the bot's own, in the order of the contract.
#[must_use]
pub fn built_in() -> Vec<&'static str> {
    let features = Feature::ALL.iter().map(|feature| feature.name());
    features.chain(QUOTE.iter().map(|field| field.name())).collect()
}

/// The columns of all rows: those of the contract first, then the bot's own by name.
#[must_use]
pub fn columns(rows: &[Arc<Row>]) -> Vec<Column> {
    let mut columns: Vec<Column> = Feature::ALL.iter().map(|&feature| built_in_column(feature, rows)).collect();
    columns.extend(QUOTE.iter().map(|&field| quote_column(field, rows)));
    let keys: BTreeSet<&str> = rows.iter().flat_map(|row| row.record.alert.extra.keys().map(String::as_str)).collect();
    columns.extend(keys.into_iter().map(|key| extra_column(key, rows)));
    columns
}

fn built_in_column(feature: Feature, rows: &[Arc<Row>]) -> Column {
    let values: Vec<Option<Given>> =
        rows.iter().map(|row| feature.value(&row.record.alert.features).map(given)).collect();
    let values = match feature.kind() {
        FeatureKind::Boolean => Values::Flags(flags(&values)),
        FeatureKind::Number => Values::Numbers(numbers(&values)),
        FeatureKind::Category => Values::Categories(words(&values)),
    };
    Column { name: feature.name().to_owned(), values, is_mixed: false }
}

fn quote_column(field: AlertField, rows: &[Arc<Row>]) -> Column {
    let number = |record: &AlertRecord| match Field::Alert(field).value(record) {
        Some(Value::Number(value)) => Some(value),
        _ => None,
    };
    let values: Vec<Option<f64>> = rows.iter().map(|row| number(&row.record)).collect();
    Column { name: field.name().to_owned(), values: Values::Numbers(Numbers::of(&values)), is_mixed: false }
}

/// What the bot sends under `key` decides what it is; where it sends several sorts, all are read as words.
fn extra_column(key: &str, rows: &[Arc<Row>]) -> Column {
    let values: Vec<Option<Given>> = rows.iter().map(|row| row.record.alert.extra.get(key).map(given_extra)).collect();
    let all = |is: fn(&Given) -> bool| values.iter().flatten().all(is);
    let (values, is_mixed) = if all(|value| matches!(value, Given::Flag(_))) {
        (Values::Flags(flags(&values)), false)
    } else if all(|value| matches!(value, Given::Number(_))) {
        (Values::Numbers(numbers(&values)), false)
    } else {
        let is_mixed = !all(|value| matches!(value, Given::Word(_)));
        (Values::Categories(words(&values)), is_mixed)
    };
    Column { name: format!("extra.{key}"), values, is_mixed }
}

#[derive(Clone, Debug)]
enum Given<'a> {
    Flag(bool),
    Number(f64),
    Word(&'a str),
}

const fn given(value: FeatureValue<'_>) -> Given<'_> {
    match value {
        FeatureValue::Boolean(value) => Given::Flag(value),
        FeatureValue::Number(value) => Given::Number(value),
        FeatureValue::Text(value) => Given::Word(value),
    }
}

fn given_extra(value: &ExtraValue) -> Given<'_> {
    match value {
        ExtraValue::Boolean(value) => Given::Flag(*value),
        ExtraValue::Number(value) => Given::Number(*value),
        ExtraValue::Text(value) => Given::Word(value),
    }
}

fn flags(values: &[Option<Given<'_>>]) -> Flags {
    let of = |value: &Option<Given<'_>>| match value {
        Some(Given::Flag(value)) => Some(*value),
        _ => None,
    };
    Flags::of(&values.iter().map(of).collect::<Vec<_>>())
}

fn numbers(values: &[Option<Given<'_>>]) -> Numbers {
    let of = |value: &Option<Given<'_>>| match value {
        Some(Given::Number(value)) => Some(*value),
        _ => None,
    };
    Numbers::of(&values.iter().map(of).collect::<Vec<_>>())
}

/// An empty word is an unknown one.
fn words(values: &[Option<Given<'_>>]) -> Categories {
    let of = |value: &Option<Given<'_>>| match value {
        Some(Given::Word("")) | None => None,
        Some(Given::Word(word)) => Some((*word).to_owned()),
        Some(Given::Flag(value)) => Some(value.to_string()),
        Some(Given::Number(value)) => Some(value.to_string()),
    };
    Categories::of(&values.iter().map(of).collect::<Vec<_>>())
}
