//! Performance of alerts that stream by.

use super::column::Column;
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

impl Performance {
    /// The largest group first; groups of one size keep the order of their levels.
    #[must_use]
    pub fn largest_first(mut self) -> Self {
        self.groups.sort_by_key(|group| std::cmp::Reverse(group.summary.alerts));
        self
    }
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

/// Takes in alerts one by one, in any order, and keeps less than 100 bytes of each.
#[derive(Clone, Debug)]
pub struct Accumulator {
    grouping: Grouping,
    columns: Vec<Column>,
    facts: Vec<Facts>,
}

impl Accumulator {
    /// Nothing taken in yet.
    #[must_use]
    pub fn new(grouping: Grouping) -> Self {
        let columns = grouping.fields().iter().map(|_| Column::default()).collect();
        Self { grouping, columns, facts: Vec::new() }
    }

    /// Takes in one alert.
    pub fn add(&mut self, record: &AlertRecord) {
        self.facts.push(Facts::of(record));
        for (field, column) in self.grouping.fields().iter().zip(&mut self.columns) {
            column.push(field.value(record));
        }
    }

    /// Sums up.
    ///
    /// # Errors
    /// [`TooManyGroups`].
    pub fn finish(self) -> Result<Performance, TooManyGroups> {
        let overall = Summary::of_facts(self.facts.iter());
        if self.columns.is_empty() {
            return Ok(Performance { overall, groups: Vec::new() });
        }
        let (levels, ranks): (Vec<_>, Vec<_>) = self.columns.into_iter().map(Column::into_levels).unzip();
        let key_of = |alert: usize| ranks.iter().map(move |ranks| ranks[alert]);
        let mut alerts: Vec<usize> = (0..self.facts.len()).collect();
        alerts.sort_unstable_by(|&a, &b| key_of(a).cmp(key_of(b)));
        let members = || alerts.chunk_by(|&a, &b| key_of(a).eq(key_of(b)));
        let groups = members().count();
        if groups > MOST_GROUPS {
            let fields: Vec<_> = self.grouping.fields().iter().map(ToString::to_string).collect();
            return Err(TooManyGroups { fields: fields.join(", "), groups });
        }
        let key = |alert: usize| {
            let levels =
                levels.iter().zip(key_of(alert)).map(|(levels, rank): (&Vec<Level>, usize)| levels[rank].clone());
            self.grouping.fields().iter().cloned().zip(levels).collect()
        };
        let groups = members().map(|members| Group {
            key: key(members[0]),
            summary: Summary::of_facts(members.iter().map(|&alert| &self.facts[alert])),
        });
        Ok(Performance { overall, groups: groups.collect() })
    }
}
