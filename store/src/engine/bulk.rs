//! Many rows in one statement. [`Rows`] are columns of values, borrowed where they are long; a statement names them as the
//! relation `given`, which each engine writes in its own way: arrays that are unnested on Postgres, a list of values on
//! SQLite.

use std::borrow::Cow;

use domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::entity::moment::Moment;

/// Columns of one length.
#[derive(Default)]
pub(crate) struct Rows<'a> {
    pub(super) columns: Vec<(&'static str, Column<'a>)>,
    pub(super) count: usize,
}

/// The values of one column, `None` for NULL.
pub(crate) enum Column<'a> {
    Integer64(Vec<Option<i64>>),
    Integer(Vec<Option<i32>>),
    Double(Vec<Option<f64>>),
    Boolean(Vec<Option<bool>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Bytes(Vec<Option<Cow<'a, [u8]>>>),
    Uuid(Vec<Option<Uuid>>),
    Moment(Vec<Option<Timestamp>>),
    Json(Vec<Option<String>>),
}

impl<'a> Rows<'a> {
    /// Adds a column. All columns have as many values as the first.
    pub(crate) fn with<C: Cell<'a>>(mut self, name: &'static str, values: impl Iterator<Item = C>) -> Self {
        let column = C::column(values);
        self.count = column.len();
        self.columns.push((name, column));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// The names of the columns, as a statement lists them.
    pub(super) fn list(&self) -> String {
        self.names().collect::<Vec<_>>().join(", ")
    }

    /// `WITH given (…) AS ({given})`, to put before a statement that reads from `given`.
    pub(crate) fn given(&self) -> String {
        format!("WITH given ({}) AS ({{given}})", self.list())
    }

    /// Inserts the rows, as a statement that reads from `given`.
    pub(crate) fn insert(&self, table: &str) -> String {
        format!("INSERT INTO {table} ({list}) SELECT {list} FROM given WHERE true", list = self.list())
    }

    /// Inserts the rows; `tail` is an ON CONFLICT and a RETURNING clause, or empty.
    pub(crate) fn insert_into(&self, table: &str, tail: &str) -> String {
        // SQLite reads ON after a SELECT as a join's, unless a WHERE comes first.
        format!("{} {} {tail}", self.given(), self.insert(table))
    }

    /// Overwrites the rows of `table` that have the same `keys`, which are among the columns, with the other columns.
    pub(crate) fn update(&self, table: &str, keys: &[&str]) -> String {
        let set: Vec<_> =
            self.names().filter(|name| !keys.contains(name)).map(|name| format!("{name} = given.{name}")).collect();
        let same: Vec<_> = keys.iter().map(|key| format!("{table}.{key} = given.{key}")).collect();
        format!("{} UPDATE {table} SET {} FROM given WHERE {}", self.given(), set.join(", "), same.join(" AND "))
    }
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Integer64(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Boolean(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Json(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Uuid(values) => values.len(),
            Self::Moment(values) => values.len(),
        }
    }
}

/// A type whose values can stand in a column.
pub(crate) trait Cell<'a>: Sized {
    fn column(values: impl Iterator<Item = Self>) -> Column<'a>;
}

macro_rules! cell {
    ($($type:ty => $column:ident, |$value:ident| $stored:expr;)*) => {$(
        impl<'a> Cell<'a> for $type {
            fn column(values: impl Iterator<Item = Self>) -> Column<'a> {
                Column::$column(values.map(|$value| Some($stored)).collect())
            }
        }

        impl<'a> Cell<'a> for Option<$type> {
            fn column(values: impl Iterator<Item = Self>) -> Column<'a> {
                Column::$column(values.map(|value| value.map(|$value| $stored)).collect())
            }
        }
    )*};
}

cell! {
    i64 => Integer64, |v| v;
    i32 => Integer, |v| v;
    f64 => Double, |v| v;
    bool => Boolean, |v| v;
    String => Text, |v| Cow::Owned(v);
    &'a str => Text, |v| Cow::Borrowed(v);
    &'a String => Text, |v| Cow::Borrowed(v.as_str());
    Vec<u8> => Bytes, |v| Cow::Owned(v);
    &'a [u8] => Bytes, |v| Cow::Borrowed(v);
    Uuid => Uuid, |v| v;
    Moment => Moment, |v| v.0;
    serde_json::Value => Json, |v| v.to_string();
}
