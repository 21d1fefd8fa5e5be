//! What a filter says of an alert, in Kleene's three-valued logic: `None` is unknown.

use std::cmp::Ordering;

use super::expression::{Comparator, Expression, Literal};
use crate::field::Value;
use crate::record::AlertRecord;

impl Expression {
    /// True, false, or `None` where something unknown decides.
    #[must_use]
    pub fn truth(&self, record: &AlertRecord) -> Option<bool> {
        match self {
            Self::All(members) => unless(members, record, false),
            Self::Any(members) => unless(members, record, true),
            Self::Not(inner) => inner.truth(record).map(|truth| !truth),
            Self::Known(field) => Some(field.value(record).is_some()),
            Self::Compare(field, comparator, literal) => {
                let ordering = order(&field.value(record)?, literal)?;
                Some(comparator.admits(ordering))
            }
            Self::Contains(field, needle) => match field.value(record)? {
                Value::Text(text) => Some(fold_case(&text).contains(needle.as_str())),
                _ => None,
            },
        }
    }
}

/// `decisive` if any member is, else unknown if any is, else the opposite.
fn unless(members: &[Expression], record: &AlertRecord, decisive: bool) -> Option<bool> {
    let mut truth = Some(!decisive);
    for member in members {
        match member.truth(record) {
            Some(known) if known == decisive => return Some(decisive),
            Some(_) => {}
            None => truth = None,
        }
    }
    truth
}

/// `None` where the two are of different sorts, as one of the bot's own features may be.
fn order(value: &Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Boolean(value), Literal::Boolean(literal)) => Some(value.cmp(literal)),
        (Value::Number(value), Literal::Number(literal)) => value.partial_cmp(literal),
        (Value::Text(value), Literal::Text(literal)) => Some(value.as_ref().cmp(literal)),
        (Value::Timestamp(value), Literal::Timestamp(literal)) => Some(value.cmp(literal)),
        (Value::Enum(value), Literal::Enum(literal)) => Some(value.cmp(literal)),
        _ => None,
    }
}

impl Comparator {
    /// Whether it holds of a value that compares so with the literal.
    #[must_use]
    pub const fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// Without capitals, letter by letter: a letter is the same wherever it stands, so that a part of a text stays a part.
#[must_use]
pub fn fold_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
