//! Everything about an alert and its outcome that can be filtered, ordered and grouped, by the names of the contract.

mod alert_field;
mod outcome_field;
mod value;

use std::fmt;
use std::str::FromStr;

pub use alert_field::AlertField;
pub use outcome_field::OutcomeField;
pub use value::Value;

use crate::alert::{Alert, ExtraValue};
use crate::feature::{Feature, FeatureKind, FeatureValue};
use crate::nearest::{nearest, shown, suggestion};
use crate::record::AlertRecord;

/// The sort of values that a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// A finite number.
    Number,
    /// Text.
    Text,
    /// A moment.
    Timestamp,
    /// One of the named values of an enum of the contract.
    Enum(&'static Names),
    /// Whatever the bot sent under that name: boolean, number or text ([`Field::Extra`]).
    Any,
}

impl Kind {
    /// What it is, in words: `a number`.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Timestamp => "a timestamp",
            Self::Enum(_) => "one of a few names",
            Self::Any => "a boolean, a number or a text",
        }
    }
}

/// The values of an enum, named as the contract names them.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// What every name begins with, such as `RUG_REASON_`; it may be left out in a filter.
    pub prefix: &'static str,
    /// The full names.
    pub all: &'static [&'static str],
}

impl Names {
    /// The full name that `text` stands for: with or without the prefix, in capitals or not.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&'static str> {
        self.all.iter().copied().find(|full| {
            full.eq_ignore_ascii_case(text)
                || full.strip_prefix(self.prefix).is_some_and(|short| short.eq_ignore_ascii_case(text))
        })
    }
}

/// One thing that is known of an alert, or of what became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Of the alert itself and of the market at its entry.
    Alert(AlertField),
    /// One of the built-in features.
    Feature(Feature),
    /// One of the bot's own features, by its key: `extra.KEY`.
    Extra(String),
    /// Of the outcome.
    Outcome(OutcomeField),
}

/// No field has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no field {}{}", shown(.name), suggestion(.nearest.as_deref()))]
pub struct UnknownField {
    /// The name as it was given.
    pub name: String,
    /// The known name that lies nearest.
    pub nearest: Option<String>,
}

impl Field {
    /// Finds a field by name.
    ///
    /// Names are those of the contract: `final_score`, `token.address`, `entry.liquidity_usd`, `max_gain_pct`, `extra.KEY`.
    /// The message that holds a field may be named too (`features.final_score`, `outcome.max_gain_pct`,
    /// `alert.entry.liquidity_usd`), and some have a plain name as well (`liquidity_usd`, `symbol`).
    ///
    /// # Errors
    /// [`UnknownField`], with the nearest known name.
    pub fn parse(name: &str) -> Result<Self, UnknownField> {
        let unknown = |nearest: Option<String>| UnknownField { name: name.to_owned(), nearest };
        let path = name.strip_prefix("alert.").unwrap_or(name);
        if let Some(key) = path.strip_prefix("extra.") {
            let lower = Some(key.to_ascii_lowercase()).filter(|lower| is_extra_key(lower));
            return if is_extra_key(key) {
                Ok(Self::Extra(key.to_owned()))
            } else {
                Err(unknown(lower.map(|lower| format!("extra.{lower}"))))
            };
        }
        let found = if let Some(feature) = path.strip_prefix("features.") {
            Self::feature(feature)
        } else if let Some(outcome) = name.strip_prefix("outcome.") {
            OutcomeField::find(outcome).map(Self::Outcome)
        } else {
            AlertField::find(path)
                .map(Self::Alert)
                .or_else(|| Self::feature(path))
                .or_else(|| OutcomeField::find(name).map(Self::Outcome))
        };
        found.ok_or_else(|| {
            let bare = path.rsplit_once('.').map_or(path, |(_, last)| last);
            let near = nearest(path, Self::names()).or_else(|| nearest(bare, Self::names()));
            unknown(near.map(str::to_owned))
        })
    }

    fn feature(name: &str) -> Option<Self> {
        name.parse().ok().map(Self::Feature)
    }

    /// Every field but the bot's own, in the order of the contract.
    pub fn all() -> impl Iterator<Item = Self> {
        let alert = AlertField::ALL.iter().copied().map(Self::Alert);
        let features = Feature::ALL.iter().copied().map(Self::Feature);
        alert.chain(features).chain(OutcomeField::ALL.iter().copied().map(Self::Outcome))
    }

    /// The names of [`Self::all`].
    pub fn names() -> impl Iterator<Item = &'static str> {
        let alert = AlertField::ALL.iter().map(|field| field.name());
        let features = Feature::ALL.iter().map(|feature| feature.name());
        alert.chain(features).chain(OutcomeField::ALL.iter().map(|field| field.name()))
    }

    /// The sort of values that it has.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Alert(field) => field.kind(),
            Self::Outcome(field) => field.kind(),
            Self::Extra(_) => Kind::Any,
            Self::Feature(feature) => match feature.kind() {
                FeatureKind::Boolean => Kind::Boolean,
                FeatureKind::Number => Kind::Number,
                FeatureKind::Category => Kind::Text,
            },
        }
    }

    /// Whether it was known when the alert was raised. Outcomes know the future: no gate may read them.
    #[must_use]
    pub const fn is_known_at_alert_time(&self) -> bool {
        match self {
            Self::Outcome(_) | Self::Alert(AlertField::RecordedAt | AlertField::Decision) => false,
            Self::Alert(_) | Self::Feature(_) | Self::Extra(_) => true,
        }
    }

    /// Whether alerts can be grouped by it: everything but what is another for every alert.
    #[must_use]
    pub const fn is_groupable(&self) -> bool {
        !matches!(self, Self::Alert(AlertField::AlertId))
    }

    /// Its value in `record`; `None` where it is unknown.
    #[must_use]
    pub fn value<'a>(&self, record: &'a AlertRecord) -> Option<Value<'a>> {
        match self {
            Self::Alert(AlertField::RecordedAt) => Some(Value::Timestamp(record.recorded_at)),
            Self::Outcome(field) => field.value(&record.outcome),
            Self::Alert(_) | Self::Feature(_) | Self::Extra(_) => self.alert_value(&record.alert),
        }
    }

    /// Its value in an alert of which nothing else is known; `None` for what only a record has.
    #[must_use]
    pub fn alert_value<'a>(&self, alert: &'a Alert) -> Option<Value<'a>> {
        match self {
            Self::Alert(field) => field.value(alert),
            Self::Feature(feature) => feature.value(&alert.features).map(|value| match value {
                FeatureValue::Boolean(value) => Value::Boolean(value),
                FeatureValue::Number(value) => Value::Number(value),
                FeatureValue::Text(value) => Value::Text(value.into()),
            }),
            Self::Extra(key) => alert.extra.get(key).map(|value| match value {
                ExtraValue::Boolean(value) => Value::Boolean(*value),
                ExtraValue::Number(value) => Value::Number(*value),
                ExtraValue::Text(value) => Value::Text(value.into()),
            }),
            Self::Outcome(_) => None,
        }
    }
}

/// `[a-z][a-z0-9_]*`: what a key of `extra` looks like.
#[must_use]
pub fn is_extra_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(field) => f.write_str(field.name()),
            Self::Feature(feature) => f.write_str(feature.name()),
            Self::Extra(key) => write!(f, "extra.{key}"),
            Self::Outcome(field) => f.write_str(field.name()),
        }
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests;
