//! The effect day by day and week by week: whether one good day carries it.

use domain::timestamp::Timestamp;

use super::effect::Outcome;
use super::labelled::Labelled;
use crate::dataset::Snapshot;
use crate::dataset::columns::Column;
use crate::inference::Target;
use crate::inference::within_days::Days;
use crate::statistics::confidence::{Confidence, Estimate};
use crate::statistics::newcombe;

/// The effect over a few days.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// On what.
    pub outcome: Outcome,
    /// Midnight (UTC) of the first day.
    pub start: Timestamp,
    /// How many days it spans: 1 or 7.
    pub days: u32,
    /// The difference with its 95 % interval: of rates (Newcombe's for a day, Mantel and Haenszel's for a week), or of a
    /// number's AUC from ½; 0 is no difference. `None` where there is nothing to compare.
    pub difference: Option<Estimate>,
}

/// A feature's effect by day, then by week.
#[must_use]
pub fn periods(snapshot: &Snapshot, labelled: &Labelled, column: &Column) -> Vec<Period> {
    let both = labelled.days(column);
    let of = |target: Target, days: &Days| {
        let by_day = snapshot.days().iter().enumerate().map(|(place, day)| Period {
            outcome: Outcome::from(target),
            start: day.start(),
            days: 1,
            difference: of_day(&days.slice(place..place + 1)),
        });
        let by_week = snapshot.weeks().iter().map(|week| {
            let first = snapshot.days().partition_point(|day| day.rows.start < week.rows.start);
            let end = snapshot.days().partition_point(|day| day.rows.start < week.rows.end);
            let difference = days.slice(first..end).difference(Confidence::NINETY_FIVE);
            Period { outcome: Outcome::from(target), start: week.start(), days: 7, difference }
        });
        by_day.chain(by_week).collect::<Vec<_>>()
    };
    Target::ALL.into_iter().zip(&both).flat_map(|(target, days)| of(target, days)).collect()
}

fn of_day(day: &Days) -> Option<Estimate> {
    match day {
        Days::Flag(tables) => newcombe::risk_difference(tables.first()?, Confidence::NINETY_FIVE),
        Days::Number(_) | Days::Levels(_) => day.difference(Confidence::NINETY_FIVE),
    }
}
