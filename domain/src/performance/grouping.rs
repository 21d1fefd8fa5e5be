//! By what alerts are grouped.

use std::cmp::Ordering;
use std::fmt;

use super::bins::Bin;
use crate::field::{Field, UnknownField};
use crate::timestamp::Timestamp;

/// How many fields can be crossed with each other.
pub const MOST_GROUPING_FIELDS: usize = 3;

/// The fields by which alerts are grouped; several are crossed with each other, none makes no groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    fields: Vec<Field>,
}

/// Why alerts cannot be grouped so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupingError {
    /// No such field.
    #[error(transparent)]
    UnknownField(#[from] UnknownField),
    /// The field is another for every alert.
    #[error("{0} is another for every alert: grouping by it would list the alerts")]
    Identifying(Field),
    /// A field is named twice.
    #[error("{0} is named twice")]
    Repeated(Field),
    /// More than [`MOST_GROUPING_FIELDS`].
    #[error("at most {MOST_GROUPING_FIELDS} fields can be crossed, not {0}")]
    TooMany(usize),
}

impl Grouping {
    /// Reads the names of the fields.
    ///
    /// # Errors
    /// [`GroupingError`], for the first name that is wrong.
    pub fn parse<S: AsRef<str>>(names: &[S]) -> Result<Self, GroupingError> {
        if names.len() > MOST_GROUPING_FIELDS {
            return Err(GroupingError::TooMany(names.len()));
        }
        let mut fields = Vec::with_capacity(names.len());
        for name in names {
            let field = Field::parse(name.as_ref().trim())?;
            if !field.is_groupable() {
                return Err(GroupingError::Identifying(field));
            }
            if fields.contains(&field) {
                return Err(GroupingError::Repeated(field));
            }
            fields.push(field);
        }
        Ok(Self { fields })
    }

    /// The fields.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// What the alerts of a group have in common in one field. The order is that of the tables: the unknown comes last.
#[derive(Clone, Debug, PartialEq)]
pub enum Level {
    /// True or false.
    Boolean(bool),
    /// One number, where a field's numbers are whole and lie close together, as scores do.
    Number(f64),
    /// A range of other numbers, cut so that the groups are about equally large.
    Bin(Bin),
    /// A text, or the name of an enum value.
    Text(String),
    /// A UTC day, counted in days since the epoch.
    Day(i64),
    /// The field is unknown.
    Unknown,
}

impl Level {
    /// Where it stands in a table: true before false, numbers, days and texts ascending, the unknown last.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => b.cmp(a),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Bin(a), Self::Bin(b)) => a.low.total_cmp(&b.low),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Bin(_) => 2,
            Self::Day(_) => 3,
            Self::Text(_) => 4,
            Self::Unknown => 5,
        }
    }
}

/// As tables and messages show it: `true`, `9`, `[8, 10)`, `raydium`, `2025-10-07`, `unknown`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Bin(bin) => bin.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Day(day) => match Timestamp::from_seconds(day.saturating_mul(86_400)).to_datetime() {
                Some(moment) => moment.format("%Y-%m-%d").fmt(f),
                None => write!(f, "day {day}"),
            },
            Self::Unknown => f.write_str("unknown"),
        }
    }
}
