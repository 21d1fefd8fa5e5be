//! What is wrong with a filter, and where.

use crate::field::{Field, UnknownField};
use crate::nearest::shown;

/// A filter that could not be read: the problem, and the position of the first character that it concerns.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("at character {}: {problem}", .position + 1)]
pub struct FilterError {
    /// In characters from the start, from 0 (the message counts from 1).
    pub position: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// Longer than [`LONGEST_FILTER`](super::LONGEST_FILTER).
    #[error("a filter has at most {} bytes; this one has {bytes}", super::LONGEST_FILTER)]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// Deeper than [`DEEPEST_NESTING`](super::DEEPEST_NESTING).
    #[error("at most {} parentheses may be open at once", super::DEEPEST_NESTING)]
    TooDeep,
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should stand here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// A quote that is opened and never closed.
    #[error("the text that begins here has no closing quote")]
    Unclosed,
    /// A backslash before something that needs none.
    #[error("\\{0} stands for nothing; within quotes write \\\\ for a backslash and \\\" for a quote")]
    Escape(char),
    /// No such field.
    #[error(transparent)]
    UnknownField(#[from] UnknownField),
    /// A joining word in small letters, or in the spelling of another language.
    #[error("write {instead}, not {given}")]
    Joining {
        /// As it was written.
        given: String,
        /// As it is written here.
        instead: &'static str,
    },
    /// A value of another sort than the field has.
    #[error("{field} is {sort}; {} is not{hint}", shown(.given))]
    Mismatch {
        /// The field.
        field: Field,
        /// What it is, in words.
        sort: &'static str,
        /// The value as it was written.
        given: String,
        /// What to write instead, if that can be said.
        hint: String,
    },
    /// The field cannot be compared so.
    #[error("{field} is {sort} and cannot be compared with {comparator}; use {instead}")]
    Incomparable {
        /// The field.
        field: Field,
        /// What it is, in words.
        sort: &'static str,
        /// The comparator that was used.
        comparator: &'static str,
        /// Those that can be used.
        instead: &'static str,
    },
    /// A field that is not true or false stands alone.
    #[error("{field} is {sort} and needs a comparison, such as {field} = …, or {field}:* for \"is known\"")]
    Alone {
        /// The field.
        field: Field,
        /// What it is, in words.
        sort: &'static str,
    },
    /// A function call.
    #[error("there are no functions in filters; {} is followed by a parenthesis", shown(.0))]
    Function(String),
}
