//! A moment as a column: `timestamptz` on Postgres, an integer of microseconds on SQLite.

use chrono::{DateTime, Utc};
use domain::timestamp::Timestamp;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable};

/// A [`Timestamp`] in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

/// As chrono writes it; moments beyond its years (which no column holds) become its last one.
pub(crate) fn datetime(at: Timestamp) -> DateTime<Utc> {
    at.to_datetime().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// The Postgres form; the SQLite engine turns it into microseconds when it binds it.
impl From<Moment> for Value {
    fn from(moment: Moment) -> Self {
        Self::ChronoDateTimeUtc(Some(datetime(moment.0)))
    }
}

impl TryGetable for Moment {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        if row.try_as_sqlite_row().is_some() {
            i64::try_get_by(row, index).map(|micros| Self(Timestamp::from_micros(micros)))
        } else {
            DateTime::<Utc>::try_get_by(row, index).map(|at| Self(at.into()))
        }
    }
}

impl Nullable for Moment {
    fn null() -> Value {
        Value::ChronoDateTimeUtc(None)
    }
}

impl ValueType for Moment {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::ChronoDateTimeUtc(Some(at)) => Ok(Self(at.into())),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "Moment".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::ChronoDateTimeUtc
    }

    fn column_type() -> ColumnType {
        ColumnType::TimestampWithTimeZone
    }
}

/// SeaORM asks this of every primary key; none of ours with a moment is ever generated.
impl TryFromU64 for Moment {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Moment"))
    }
}
