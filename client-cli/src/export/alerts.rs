//! Alerts with their outcomes as flat rows. The columns are the fields of the contract, by the names that filters know.

use anyhow::Context;
use perftrack::v1::AlertWithOutcome;
use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind as FieldKind, MessageDescriptor, ReflectMessage, Value};
use serde_json::json;

use super::{Cell, Column, Kind, Row};
use crate::contract::{self, Json};
use crate::failure::Outcome;

/// Reads rows off alerts.
#[derive(Clone, Debug)]
pub struct AlertRows {
    message: MessageDescriptor,
    fields: Vec<(Column, Source)>,
}

/// Where a column's value comes from.
#[derive(Clone, Debug)]
enum Source {
    /// From one field to the next.
    Path(Vec<FieldDescriptor>),
    /// All of the bot's own features, as one JSON object.
    Extra,
    /// One of them.
    ExtraKey(String),
    /// What is kept beside the alert, as one JSON object.
    Annotations,
}

impl AlertRows {
    /// Every field of the contract, and a column of its own for each of those `extra` keys.
    ///
    /// # Errors
    /// When the built-in descriptors do not fit together: a mistake of the build.
    pub fn new(extra: &[String]) -> Outcome<Self> {
        let message = contract::message("AlertWithOutcome")?;
        let mut fields = Vec::new();
        for field in message.fields() {
            match field.name() {
                // Their fields have names of their own.
                "alert" | "outcome" => flatten(&field, "", &[], &mut fields),
                _ => column(&field, "", &[], &mut fields),
            }
        }
        let keys = extra.iter().map(|key| key.strip_prefix("extra.").unwrap_or(key).to_owned());
        fields.extend(keys.map(|key| (Column::new(format!("extra.{key}"), Kind::Text), Source::ExtraKey(key))));
        Ok(Self { message, fields })
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        self.fields.iter().map(|(column, _)| column.clone()).collect()
    }

    /// The row of an alert.
    ///
    /// # Errors
    /// As [`AlertRows::new`].
    pub fn row(&self, alert: &AlertWithOutcome) -> Outcome<Row> {
        let message = DynamicMessage::decode(self.message.clone(), alert.encode_to_vec().as_slice())
            .context("reading an alert by its descriptor")?;
        let cells = self.fields.iter().map(|(_, source)| cell(source, alert, &message)).collect();
        Ok(Row { cells, message: Some(Json::from(message)) })
    }
}

/// The columns of a message field's own fields.
fn flatten(field: &FieldDescriptor, prefix: &str, path: &[FieldDescriptor], fields: &mut Vec<(Column, Source)>) {
    if let FieldKind::Message(message) = field.kind() {
        let path: Vec<FieldDescriptor> = path.iter().chain([field]).cloned().collect();
        for inner in message.fields() {
            column(&inner, prefix, &path, fields);
        }
    }
}

fn column(field: &FieldDescriptor, prefix: &str, path: &[FieldDescriptor], fields: &mut Vec<(Column, Source)>) {
    let name = format!("{prefix}{}", field.name());
    let kind = match field.kind() {
        FieldKind::Message(_) if field.name() == "extra" => {
            return fields.push((Column::new(name, Kind::Text), Source::Extra));
        }
        FieldKind::Message(_) if field.name() == "annotations" => {
            return fields.push((Column::new(name, Kind::Text), Source::Annotations));
        }
        FieldKind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => Kind::Timestamp,
        FieldKind::Message(message) if message.full_name() == "google.protobuf.Duration" => {
            let path = path.iter().chain([field]).cloned().collect();
            return fields.push((Column::new(format!("{name}_seconds"), Kind::Double), Source::Path(path)));
        }
        // The features have the bot's own names, without a prefix.
        FieldKind::Message(_) if field.name() == "features" => return flatten(field, "", path, fields),
        FieldKind::Message(_) => return flatten(field, &format!("{name}."), path, fields),
        FieldKind::Bool => Kind::Boolean,
        FieldKind::Int32 => Kind::Integer,
        FieldKind::Double => Kind::Double,
        _ => Kind::Text,
    };
    let path = path.iter().chain([field]).cloned().collect();
    fields.push((Column::new(name, kind), Source::Path(path)));
}

fn cell(source: &Source, alert: &AlertWithOutcome, message: &DynamicMessage) -> Cell {
    let of_alert = alert.alert.as_ref();
    match source {
        Source::Path(path) => at(path, message),
        Source::Extra => match of_alert.map(|alert| &alert.extra) {
            Some(extra) if !extra.is_empty() => {
                let object: serde_json::Map<_, _> =
                    extra.iter().map(|(key, value)| (key.clone(), scalar(value))).collect();
                Cell::Text(serde_json::Value::Object(object).to_string())
            }
            _ => Cell::Unknown,
        },
        Source::ExtraKey(key) => match of_alert.and_then(|alert| alert.extra.get(key)).map(scalar) {
            None | Some(serde_json::Value::Null) => Cell::Unknown,
            Some(serde_json::Value::String(text)) => Cell::Text(text),
            Some(other) => Cell::Text(other.to_string()),
        },
        Source::Annotations => match of_alert.map(|alert| &alert.annotations) {
            Some(annotations) if !annotations.is_empty() => Cell::Text(json!(annotations).to_string()),
            _ => Cell::Unknown,
        },
    }
}

fn scalar(value: &prost_types::Value) -> serde_json::Value {
    use prost_types::value::Kind;
    match &value.kind {
        Some(Kind::BoolValue(flag)) => json!(flag),
        Some(Kind::NumberValue(number)) => json!(number),
        Some(Kind::StringValue(text)) => json!(text),
        _ => serde_json::Value::Null,
    }
}

/// The value at the end of `path`.
fn at(path: &[FieldDescriptor], message: &DynamicMessage) -> Cell {
    let Some((field, rest)) = path.split_first() else { return Cell::Unknown };
    if field.supports_presence() && !message.has_field(field) {
        return Cell::Unknown;
    }
    let value = message.get_field(field);
    match (&*value, field.kind()) {
        (Value::Message(inner), _) if !rest.is_empty() => at(rest, inner),
        (Value::Message(inner), _) => moment_or_duration(inner),
        (Value::Bool(value), _) => Cell::Boolean(*value),
        (Value::I32(value), _) => Cell::Integer(*value),
        (Value::F64(value), _) => Cell::Double(*value),
        (Value::String(text), _) => Cell::text(text.as_str()),
        (Value::EnumNumber(0), _) => Cell::Unknown,
        (Value::EnumNumber(number), FieldKind::Enum(names)) => {
            Cell::Text(names.get_value(*number).map_or_else(|| number.to_string(), |value| value.name().to_owned()))
        }
        _ => Cell::Unknown,
    }
}

fn moment_or_duration(message: &DynamicMessage) -> Cell {
    let number = |name: &str| message.get_field_by_name(name).map(|value| value.into_owned());
    let (Some(Value::I64(seconds)), Some(Value::I32(nanos))) = (number("seconds"), number("nanos")) else {
        return Cell::Unknown;
    };
    if message.descriptor().full_name() == "google.protobuf.Duration" {
        return Cell::Double(seconds as f64 + f64::from(nanos) / 1e9);
    }
    Cell::moment(Some(&prost_types::Timestamp { seconds, nanos }))
}

#[cfg(test)]
mod tests {
    use perftrack::v1::{Alert, AlertFeatures, Outcome as Became, OutcomeStatus, Token};

    use super::*;

    #[test]
    fn columns_have_the_names_of_filters_and_each_only_once() {
        let rows = AlertRows::new(&["night".to_owned(), "extra.mood".to_owned()]).unwrap();
        let names: Vec<String> = rows.columns().into_iter().map(|column| column.name).collect();
        for name in ["alert_id", "token.address", "entry.liquidity_usd", "final_score", "max_gain_pct", "recorded_at"] {
            assert!(names.iter().any(|known| known == name), "no {name} in {names:?}");
        }
        assert!(names.ends_with(&["extra.night".to_owned(), "extra.mood".to_owned()]));
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        for name in &names {
            let known = domain::field::Field::parse(name).is_ok();
            let beside = ["extra", "annotations", "recorded_peak.", "tracking_window_seconds", "entry_at", "exit_"];
            assert!(
                known || beside.iter().any(|start| name.starts_with(start)) || FILTERS_LACK.contains(&&**name),
                "{name}"
            );
        }
    }

    /// Fields that are shown and cannot be filtered by.
    const FILTERS_LACK: &[&str] = &["approximate"];

    #[test]
    fn unknown_is_neither_false_nor_nothing() {
        let rows = AlertRows::new(&[]).unwrap();
        let features = AlertFeatures { lp_locked: Some(false), final_score: Some(0), ..Default::default() };
        let mut outcome = Became { max_gain_pct: Some(0.0), ..Default::default() };
        outcome.set_status(OutcomeStatus::Tracking);
        let alert = Alert { features: Some(features), token: Some(Token::default()), ..Default::default() };
        let row =
            rows.row(&AlertWithOutcome { alert: Some(alert), outcome: Some(outcome), recorded_at: None }).unwrap();
        let cell = |name: &str| {
            let index = rows.columns().iter().position(|column| column.name == name).unwrap();
            row.cells[index].clone()
        };
        assert_eq!(cell("lp_locked"), Cell::Boolean(false));
        assert_eq!(cell("mint_revoked"), Cell::Unknown);
        assert_eq!(cell("final_score"), Cell::Integer(0));
        assert_eq!(cell("max_gain_pct"), Cell::Double(0.0));
        assert_eq!(cell("return_1h_pct"), Cell::Unknown);
        assert_eq!(cell("token.name"), Cell::Unknown);
        assert_eq!(cell("status"), Cell::Text("OUTCOME_STATUS_TRACKING".to_owned()));
    }
}
