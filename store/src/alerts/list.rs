//! Listing alerts in any order, page by page.

use std::fmt;
use std::str::FromStr;

use domain::record::AlertRecord;

use super::AlertedBetween;

/// The field that a list is ordered by, and which way. Unknown values come last either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub(crate) field: &'static str,
    pub(crate) descending: bool,
}

/// There is no such field to order by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("alerts cannot be ordered by {0:?}")]
pub struct UnknownOrder(pub String);

impl Order {
    /// By a field's name in messages: `alerted_at`, `final_score`, `max_gain_pct`, `entry.price_usd`, … (see
    /// [`Order::FIELDS`]).
    pub fn by(field: &str, descending: bool) -> Result<Self, UnknownOrder> {
        let _ = (field, descending);
        todo!()
    }

    /// The names of all fields that alerts can be ordered by.
    #[must_use]
    pub fn fields() -> Vec<&'static str> {
        todo!()
    }
}

impl Default for Order {
    /// The newest first.
    fn default() -> Self {
        Self { field: "alerted_at", descending: true }
    }
}

/// Which alerts to list, and from where on.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// On `alerted_at`.
    pub window: AlertedBetween,
    /// In which order.
    pub order: Order,
    /// After this place in that order; from the beginning where `None`.
    pub after: Option<Cursor>,
}

/// An alert, and its place in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The alert with its outcome.
    pub record: AlertRecord,
    /// Its place: pass it as [`ListQuery::after`] of the same query to go on behind it.
    pub cursor: Cursor,
}

/// A place in a list. As text it holds letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {}

/// The text is no cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in a list of alerts")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        todo!()
    }
}
