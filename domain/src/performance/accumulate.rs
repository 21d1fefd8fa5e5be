//! Performance of alerts that stream by.

use super::facts::Facts;
use super::grouping::{Grouping, Level};
use super::summary::Summary;
use crate::field::Field;
use crate::record::AlertRecord;

/// The most groups that an answer may have.
pub const MOST_GROUPS: usize = 10_000;

/// The performance of all alerts and of each group of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Performance {
    /// All alerts.
    pub overall: Summary,
    /// The groups that any alert falls into, in the order of their levels. Empty where nothing was grouped.
    pub groups: Vec<Group>,
}

/// The alerts that have the same level in every field of the grouping.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The level in each field, in the order of the grouping.
    pub key: Vec<(Field, Level)>,
    /// How they did.
    pub summary: Summary,
}

/// The grouping has more groups than anybody can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "grouping by {fields} makes {groups} groups, more than {MOST_GROUPS}; narrow the window or the filter, or group by fewer fields"
)]
pub struct TooManyGroups {
    /// The fields, with commas.
    pub fields: String,
    /// How many groups they make.
    pub groups: usize,
}

/// Takes in alerts one by one, in any order, and keeps about 64 bytes of each and its levels.
#[derive(Clone, Debug)]
pub struct Accumulator {
    grouping: Grouping,
    facts: Vec<Facts>,
}

impl Accumulator {
    /// Nothing taken in yet.
    #[must_use]
    pub const fn new(grouping: Grouping) -> Self {
        Self { grouping, facts: Vec::new() }
    }

    /// Takes in one alert.
    pub fn add(&mut self, record: &AlertRecord) {
        self.facts.push(Facts::of(record));
    }

    /// Sums up.
    ///
    /// # Errors
    /// [`TooManyGroups`].
    pub fn finish(self) -> Result<Performance, TooManyGroups> {
        todo!()
    }
}
