//! The canonical text of a filter.

use std::fmt::{self, Display};

use super::expression::{Expression, Literal};

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(members) => joined(f, members, " AND "),
            Self::Any(members) => joined(f, members, " OR "),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                within(f, inner)
            }
            Self::Known(field) => write!(f, "{field}:*"),
            Self::Compare(field, comparator, literal) => write!(f, "{field} {} {literal}", comparator.symbol()),
            Self::Contains(field, needle) => {
                write!(f, "{field}:")?;
                quoted(f, needle)
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, members: &[Expression], word: &str) -> fmt::Result {
    for (index, member) in members.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match member {
            Expression::Not(_) => member.fmt(f)?,
            _ => within(f, member)?,
        }
    }
    Ok(())
}

/// In parentheses, unless it is a single condition. Many languages bind `AND` tighter than `OR`, this one does not: the
/// parentheses leave no doubt.
fn within(f: &mut fmt::Formatter<'_>, expression: &Expression) -> fmt::Result {
    match expression {
        Expression::All(_) | Expression::Any(_) | Expression::Not(_) => write!(f, "({expression})"),
        Expression::Known(_) | Expression::Compare(..) | Expression::Contains(..) => expression.fmt(f),
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => number(f, *value),
            Self::Text(value) => quoted(f, value),
            Self::Timestamp(value) => write!(f, "\"{value}\""),
            Self::Enum(name) => f.write_str(name),
        }
    }
}

/// The shortest digits that read back as the same number, without hundreds of zeros.
fn number(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    let size = value.abs();
    if size == 0.0 || (1e-6..1e15).contains(&size) { write!(f, "{value}") } else { write!(f, "{value:e}") }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            _ => write!(f, "{character}")?,
        }
    }
    f.write_str("\"")
}
