//! Where an alert stands in an order.

use serde::{Deserialize, Serialize};

use crate::alert::AlertId;
use crate::field::Value;
use crate::timestamp::Timestamp;

/// A place in an [`Order`](super::Order): what a page token has to remember of the last alert shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The value of each field of the order, `None` where it was unknown.
    pub keys: Vec<Option<Key>>,
    /// The alert.
    pub alert_id: AlertId,
}

/// A field's value in a [`Position`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Key {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A moment.
    Timestamp(Timestamp),
    /// A text or the name of an enum value.
    Text(String),
}

impl Key {
    pub(super) fn as_value(&self) -> Value<'_> {
        match self {
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Number(value) => Value::Number(*value),
            Self::Timestamp(value) => Value::Timestamp(*value),
            Self::Text(value) => Value::Text(value.into()),
        }
    }
}

impl From<Value<'_>> for Key {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Boolean(value) => Self::Boolean(value),
            Value::Number(value) => Self::Number(value),
            Value::Timestamp(value) => Self::Timestamp(value),
            Value::Text(value) => Self::Text(value.into_owned()),
            Value::Enum(value) => Self::Text(value.to_owned()),
        }
    }
}
