//! A field's value, borrowed from the record where it can be.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use crate::timestamp::Timestamp;

/// The value of a [`Field`](super::Field), where it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// True or false.
    Boolean(bool),
    /// A finite number.
    Number(f64),
    /// Text, never empty for names: an empty name is unknown.
    Text(Cow<'a, str>),
    /// A moment.
    Timestamp(Timestamp),
    /// The contract's name of an enum value, such as `RUG_REASON_PRICE_COLLAPSE`.
    Enum(&'static str),
}

impl Value<'_> {
    /// Orders two values: false before true, numbers by size, moments by time, texts and enum values by code point.
    /// Of values of different sorts (a bot may change what it sends) that is also the order.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            // -0 and 0 are one number to a filter, so they are one to the order too.
            (Self::Number(a), Self::Number(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            _ => match (self.words(), other.words()) {
                (Some(a), Some(b)) => a.cmp(b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }

    fn words(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Enum(name) => Some(name),
            Self::Boolean(_) | Self::Number(_) | Self::Timestamp(_) => None,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Timestamp(_) => 2,
            Self::Text(_) | Self::Enum(_) => 3,
        }
    }

    /// The same value on its own feet.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Boolean(value) => Value::Boolean(value),
            Self::Number(value) => Value::Number(value),
            Self::Text(value) => Value::Text(Cow::Owned(value.into_owned())),
            Self::Timestamp(value) => Value::Timestamp(value),
            Self::Enum(value) => Value::Enum(value),
        }
    }
}

/// As a table shows it.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => f.write_str(value),
            Self::Timestamp(value) => value.fmt(f),
            Self::Enum(value) => f.write_str(value),
        }
    }
}
