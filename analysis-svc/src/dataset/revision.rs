//! Which state of the data an answer rests on.

use domain::field::{Field, OutcomeField};
use domain::timestamp::Timestamp;

use super::plan::Plan;
use super::raw::Raw;
use super::table::Table;

/// A state of the data. The same alerts with the same outcomes are the same revision, in whatever database and order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// 16 hex digits: a hash of everything in all rows that can be asked for.
    pub id: String,
    /// How many alerts there are, of all decisions and states.
    pub alerts: usize,
    /// The latest version of the outcome rules among them.
    pub policy_version: i32,
    /// The latest moment that it knows of: the last alert raised or outcome sealed.
    pub as_of: Option<Timestamp>,
    /// The hashes of all rows, added up.
    sum: u64,
}

impl Revision {
    /// Of all rows.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        Self::summed(table, table.digests().fold(0, u64::wrapping_add))
    }

    /// Of the next revision, which is `after`; `before` was the present one and `fresh` is what changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, before: &Table, after: &Table, fresh: &Table) -> Self {
        let gone = plan.removed().iter().copied().chain(plan.overwritten().iter().map(|change| change.before));
        let sum = gone.fold(self.sum, |sum, row| sum.wrapping_sub(before.digest(row)));
        Self::summed(after, fresh.digests().fold(sum, u64::wrapping_add))
    }

    fn summed(table: &Table, sum: u64) -> Self {
        let sealed = table.seal_times().iter().max().filter(|&at| at != i64::MIN).map(Timestamp::from_micros);
        let raised = table.len().checked_sub(1).map(|last| table.alerted_at(last));
        let version = match table.fact(&Field::Outcome(OutcomeField::PolicyVersion)) {
            Some(Raw::Measures(versions)) => versions.greatest().unwrap_or(0.0),
            _ => 0.0,
        };
        Self {
            id: format!("{:016x}", sum ^ (table.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            alerts: table.len(),
            #[expect(clippy::cast_possible_truncation, reason = "it was an i32 before")]
            policy_version: version as i32,
            as_of: sealed.max(raised),
            sum,
        }
    }
}
