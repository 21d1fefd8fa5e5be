//! The UTC days and weeks on which alerts were raised: rows stand in the order of time, so that each is a range of them.

use std::ops::Range;

use domain::timestamp::Timestamp;

use super::table::Table;

/// A UTC day, or a week from Monday to Sunday, that has an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970-01-01; of a week, those to its Monday.
    pub number: i64,
    /// Its rows.
    pub rows: Range<usize>,
}

const MICROS: i64 = 86_400_000_000;

impl Day {
    /// Its midnight.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        Timestamp::from_micros(self.number.saturating_mul(MICROS))
    }
}

/// The days of all rows, ascending.
#[must_use]
pub fn days(table: &Table) -> Vec<Day> {
    let mut days = Vec::new();
    let mut from = 0;
    while from < table.len() {
        let number = table.alerted_at(from).utc_day();
        let until = table.first_at(Timestamp::from_micros((number + 1).saturating_mul(MICROS))).max(from + 1);
        days.push(Day { number, rows: from..until });
        from = until;
    }
    days
}

/// The weeks that the days lie in, ascending.
#[must_use]
pub fn weeks(days: &[Day]) -> Vec<Day> {
    let mut weeks: Vec<Day> = Vec::new();
    for day in days {
        // 1970-01-01 was a Thursday.
        let monday = day.number - (day.number + 3).rem_euclid(7);
        match weeks.last_mut().filter(|week| week.number == monday) {
            Some(week) => week.rows.end = day.rows.end,
            None => weeks.push(Day { number: monday, rows: day.rows.clone() }),
        }
    }
    weeks
}
