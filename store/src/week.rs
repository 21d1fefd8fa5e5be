//! Weeks, from Monday to Monday in UTC: what prices are partitioned and rolled up by.

use domain::timestamp::Timestamp;

const WEEK_MICROS: i64 = 7 * 24 * 3600 * 1_000_000;
/// The first Monday: 1970-01-05.
const FIRST_MONDAY_MICROS: i64 = 4 * 24 * 3600 * 1_000_000;

/// A week, counted from the first Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Week(i64);

impl Week {
    /// The week of a moment.
    pub(crate) const fn of(at: Timestamp) -> Self {
        Self((at.micros() - FIRST_MONDAY_MICROS).div_euclid(WEEK_MICROS))
    }

    /// Its Monday.
    pub(crate) const fn starts_at(self) -> Timestamp {
        Timestamp::from_micros(self.0 * WEEK_MICROS + FIRST_MONDAY_MICROS)
    }

    /// The Monday after it.
    pub(crate) const fn ends_at(self) -> Timestamp {
        Self(self.0 + 1).starts_at()
    }
}
