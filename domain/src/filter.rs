//! The filter language: which alerts are meant. A subset of [AIP-160](https://google.aip.dev/160).
//!
//! ```text
//! final_score >= 8 AND smart_money_involved = true AND dex_name = "raydium"
//! ```
//!
//! - **Comparisons**: `=`, `!=` for every field; `<`, `<=`, `>`, `>=` for numbers, texts (by code point) and timestamps;
//!   `:` looks for a part of a text, capitals or not. `f:*` asks whether `f` is known. A yes/no field alone means
//!   `f = true`.
//! - **Values**: numbers (`8`, `-2.5`, `1e6`), `true` and `false`, names of enum values with or without their prefix
//!   (`RUG_REASON_LIQUIDITY_REMOVED`, `LIQUIDITY_REMOVED`), text in quotes (double or single, `\` escapes) or as one bare
//!   word, RFC 3339 timestamps with or without quotes; a date alone is its midnight in UTC.
//! - **Joining**: `AND`, or nothing but a space; `OR`; `NOT` or `-`; parentheses. As AIP-160 has it, `OR` binds *tighter*
//!   than a space and both tighter than `AND`: `a AND b OR c` is `a AND (b OR c)`. The canonical form always shows the
//!   parentheses.
//! - **Unknown** is a third truth value (Kleene): a comparison with an unknown is unknown, and an alert is kept only where
//!   the whole is true. `NOT f:*` asks for the unknown. So is the comparison of one of the bot's own features (`extra.x`)
//!   with a value of another sort.
//!
//! Not in the subset: functions, wildcards inside text, comparing a field with a field, words that search every field.

mod error;
mod evaluate;
mod expression;
mod grammar;
mod literal;
mod print;
mod scan;

use std::fmt;
use std::str::FromStr;

pub use error::{FilterError, Problem};
pub use evaluate::fold_case;
pub use expression::{Comparator, Expression, Literal};

use crate::field::Field;
use crate::record::AlertRecord;

/// The longest text that is read as a filter, in bytes.
pub const LONGEST_FILTER: usize = 16 * 1024;
/// How many parentheses may be open at once.
pub const DEEPEST_NESTING: usize = 64;

/// Says of an alert whether it is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    expression: Expression,
}

impl Filter {
    /// Reads a filter. An empty text keeps everything.
    ///
    /// # Errors
    /// [`FilterError`] says what is wrong, where, and for an unknown field which known one lies nearest.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        grammar::parse(text).map(|expression| Self { expression })
    }

    /// The filter that keeps every alert.
    #[must_use]
    pub const fn everything() -> Self {
        Self { expression: Expression::All(Vec::new()) }
    }

    /// Whether it keeps every alert without looking at it.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::everything()
    }

    /// Whether `record` is meant: its truth is known and true.
    #[must_use]
    pub fn keeps(&self, record: &AlertRecord) -> bool {
        self.truth(record) == Some(true)
    }

    /// True, false, or `None` where something unknown decides.
    #[must_use]
    pub fn truth(&self, record: &AlertRecord) -> Option<bool> {
        self.expression.truth(record)
    }

    /// Whether it looks at `field`.
    #[must_use]
    pub fn mentions(&self, field: &Field) -> bool {
        self.expression.mentions(field)
    }

    /// What it says, for those who translate it (to SQL, to bitmaps).
    #[must_use]
    pub const fn expression(&self) -> &Expression {
        &self.expression
    }
}

/// The canonical text: it reads back as the same filter (if it is within the limits; it can be a little longer than what
/// was written).
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
