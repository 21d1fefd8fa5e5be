//! What a filter says, once it is understood.

use crate::field::Field;
use crate::timestamp::Timestamp;

/// A condition on an alert.
///
/// As [`Filter::parse`](super::Filter::parse) makes them, no `All` stands directly in an `All` and no `Any` in an `Any`,
/// neither has a single member, and only the filter that keeps everything has an empty `All`.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Every one of them holds.
    All(Vec<Expression>),
    /// At least one of them holds.
    Any(Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// The field is known.
    Known(Field),
    /// The field compares so with the value.
    Compare(Field, Comparator, Literal),
    /// The text contains this, capitals or not. It is kept in small letters.
    Contains(Field, String),
}

impl Expression {
    /// Whether it looks at `field`.
    pub(super) fn mentions(&self, field: &Field) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.mentions(field)),
            Self::Not(part) => part.mentions(field),
            Self::Known(own) | Self::Compare(own, ..) | Self::Contains(own, _) => own == field,
        }
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparator {
    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it asks for sameness alone, and not for an order.
    #[must_use]
    pub const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// A value that a filter compares with, of the sort that the field has.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// True or false.
    Boolean(bool),
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
    /// A moment.
    Timestamp(Timestamp),
    /// The contract's name of an enum value.
    Enum(&'static str),
}
