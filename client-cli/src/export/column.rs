//! Columns and cells, whatever the form of the file.

use chrono::{DateTime, SecondsFormat, Utc};

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name: where it stands for a field of an alert, the one that filters know it by.
    pub name: String,
    /// The sort of its values.
    pub kind: Kind,
}

/// The sort of values that a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A number.
    Double,
    /// Text.
    Text,
    /// A moment, in microseconds.
    Timestamp,
}

/// A value; unknown where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Unknown: never false and never 0.
    #[default]
    Unknown,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i32),
    /// A number.
    Double(f64),
    /// Text.
    Text(String),
    /// Microseconds since 1970.
    Timestamp(i64),
}

impl Column {
    /// A column.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind }
    }
}

impl Cell {
    /// A number, where there is one.
    #[must_use]
    pub fn double(value: Option<f64>) -> Self {
        value.map_or(Self::Unknown, Self::Double)
    }

    /// Text, where there is any.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Unknown } else { Self::Text(text) }
    }

    /// A moment, where there is one.
    #[must_use]
    pub fn moment(moment: Option<&prost_types::Timestamp>) -> Self {
        moment.map_or(Self::Unknown, |moment| {
            Self::Timestamp(moment.seconds.saturating_mul(1_000_000).saturating_add(i64::from(moment.nanos / 1_000)))
        })
    }

    /// As text that reads back as the same value; empty for unknown.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Double(value) => value.to_string(),
            Self::Text(text) => text.clone(),
            Self::Timestamp(micros) => DateTime::<Utc>::from_timestamp_micros(*micros)
                .map_or_else(String::new, |moment| moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }

    /// As JSON; `None` for unknown.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        match self {
            Self::Unknown => None,
            Self::Boolean(value) => Some((*value).into()),
            Self::Integer(value) => Some((*value).into()),
            Self::Double(value) => Some((*value).into()),
            Self::Text(_) | Self::Timestamp(_) => Some(self.written().into()),
        }
    }
}
