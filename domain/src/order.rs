//! The order of a list: `alerted_at desc, max_gain_pct` ([AIP-132](https://google.aip.dev/132#ordering)).

mod position;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

pub use position::{Key, Position};

use crate::alert::AlertId;
use crate::field::{AlertField, Field, UnknownField, Value};
use crate::nearest::shown;
use crate::record::AlertRecord;

/// How many fields an order may name.
pub const MOST_FIELDS: usize = 8;

/// A total order on alerts: by the named fields, then by `alert_id` in the direction of the last of them.
/// Alerts whose field is unknown stand last in either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    terms: Vec<Term>,
}

/// One field of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The field.
    pub field: Field,
    /// From the highest to the lowest.
    pub descending: bool,
}

/// Why a text is no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// No such field.
    #[error(transparent)]
    UnknownField(#[from] UnknownField),
    /// Something else than `asc` or `desc` after a field.
    #[error("after a field comes asc, desc or a comma, not {}", shown(.0))]
    Direction(String),
    /// Nothing between two commas.
    #[error("a field is missing: an order is a list such as \"alerted_at desc, max_gain_pct\"")]
    Missing,
    /// A field is named twice.
    #[error("{0} is named twice")]
    Repeated(Field),
    /// More than [`MOST_FIELDS`].
    #[error("an order names at most {MOST_FIELDS} fields")]
    TooMany,
}

impl Order {
    /// Reads an order. An empty text is the default: newest first.
    ///
    /// # Errors
    /// [`OrderError`], with the nearest known field for an unknown one.
    pub fn parse(text: &str) -> Result<Self, OrderError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut terms: Vec<Term> = Vec::new();
        for part in text.split(',') {
            if terms.len() == MOST_FIELDS {
                return Err(OrderError::TooMany);
            }
            let (name, direction) = part.trim().split_once(char::is_whitespace).unwrap_or((part.trim(), ""));
            if name.is_empty() {
                return Err(OrderError::Missing);
            }
            let field = Field::parse(name)?;
            let descending = match direction.trim() {
                "" | "asc" => false,
                "desc" => true,
                other => return Err(OrderError::Direction(other.to_owned())),
            };
            if terms.iter().any(|term| term.field == field) {
                return Err(OrderError::Repeated(field));
            }
            terms.push(Term { field, descending });
        }
        Ok(Self { terms })
    }

    /// The fields, the most important first.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether alerts with the same values stand from the highest `alert_id` to the lowest.
    #[must_use]
    pub fn ties_descend(&self) -> bool {
        self.terms.last().is_some_and(|term| term.descending)
    }

    /// Where `record` stands: enough of it to go on from there, small enough for a page token.
    #[must_use]
    pub fn position(&self, record: &AlertRecord) -> Position {
        Position {
            keys: self.terms.iter().map(|term| term.field.value(record).map(Key::from)).collect(),
            alert_id: record.alert.id,
        }
    }

    /// Whether `a` stands before (`Less`) or after `b`. Only the same alert is `Equal`.
    #[must_use]
    pub fn compare(&self, a: &AlertRecord, b: &AlertRecord) -> Ordering {
        let fields = self.terms.iter().map(|term| {
            let (a, b) = (term.field.value(a), term.field.value(b));
            compare_values(a.as_ref(), b.as_ref(), term.descending)
        });
        Self::first_difference(fields).then_with(|| self.compare_ids(a.alert.id, b.alert.id))
    }

    /// Whether position `a` stands before (`Less`) or after `b`, both of this order.
    #[must_use]
    pub fn compare_positions(&self, a: &Position, b: &Position) -> Ordering {
        let fields = self.terms.iter().zip(a.keys.iter().zip(&b.keys)).map(|(term, (a, b))| {
            let (a, b) = (a.as_ref().map(Key::as_value), b.as_ref().map(Key::as_value));
            compare_values(a.as_ref(), b.as_ref(), term.descending)
        });
        Self::first_difference(fields).then_with(|| self.compare_ids(a.alert_id, b.alert_id))
    }

    fn first_difference(mut fields: impl Iterator<Item = Ordering>) -> Ordering {
        fields.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn compare_ids(&self, a: AlertId, b: AlertId) -> Ordering {
        if self.ties_descend() { b.cmp(&a) } else { a.cmp(&b) }
    }
}

/// The unknown stands last, whatever the direction.
fn compare_values(a: Option<&Value<'_>>, b: Option<&Value<'_>>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.compare(a),
        (Some(a), Some(b)) => a.compare(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// Newest first.
impl Default for Order {
    fn default() -> Self {
        Self { terms: vec![Term { field: Field::Alert(AlertField::AlertedAt), descending: true }] }
    }
}

/// The canonical text: it reads back as the same order.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let direction = if term.descending { " desc" } else { "" };
            write!(f, "{comma}{}{direction}", term.field)?;
        }
        Ok(())
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
