//! The bot's own features: scalars under keys of its own.

use std::collections::BTreeMap;

use domain::alert::ExtraValue;
use domain::field::is_extra_key;
use prost_types::Value;
use prost_types::value::Kind;

use super::text::parse_text;
use crate::status::Violations;

const KEYS: usize = 64;
const KEY_BYTES: usize = 64;
const TEXT_BYTES: usize = 1_024;

/// Reads the extra features at `path`. A `null` is unknown, and left out.
pub fn parse_extra(
    extra: BTreeMap<String, Value>,
    path: &str,
    violations: &mut Violations,
) -> BTreeMap<String, ExtraValue> {
    if extra.len() > KEYS {
        violations.add(path, format!("must have at most {KEYS} keys, not {}", extra.len()));
        return BTreeMap::new();
    }
    let mut read = BTreeMap::new();
    for (key, value) in extra {
        if !is_extra_key(&key) || key.len() > KEY_BYTES {
            let shown = key.chars().take(KEY_BYTES).collect::<String>();
            let rule = format!("key {shown:?} must be [a-z][a-z0-9_]* and at most {KEY_BYTES} bytes");
            violations.add(path, rule);
            continue;
        }
        if let Some(Some(value)) = violations.check(format_args!("{path}.{key}"), parse_value(value)) {
            read.insert(key, value);
        }
    }
    read
}

fn parse_value(value: Value) -> Result<Option<ExtraValue>, String> {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Ok(None),
        Some(Kind::BoolValue(value)) => Ok(Some(ExtraValue::Boolean(value))),
        Some(Kind::NumberValue(value)) if value.is_finite() => Ok(Some(ExtraValue::Number(value))),
        Some(Kind::NumberValue(value)) => Err(format!("must be a finite number, not {value}")),
        Some(Kind::StringValue(text)) => {
            parse_text(text, TEXT_BYTES).map(|text| Some(ExtraValue::Text(text))).map_err(|error| error.to_string())
        }
        Some(Kind::StructValue(_)) => Err("must be true or false, a number or a text, not an object".to_owned()),
        Some(Kind::ListValue(_)) => Err("must be true or false, a number or a text, not a list".to_owned()),
    }
}

/// Writes one extra feature.
#[must_use]
pub fn extra_message(value: &ExtraValue) -> Value {
    let kind = match value {
        ExtraValue::Boolean(value) => Kind::BoolValue(*value),
        ExtraValue::Number(value) => Kind::NumberValue(*value),
        ExtraValue::Text(text) => Kind::StringValue(text.clone()),
    };
    Value { kind: Some(kind) }
}
