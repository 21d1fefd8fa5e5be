//! How alerts did: counts, rates and returns, overall and by group.
//!
//! **Who enters the rates.** Matured alerts: those whose outcome is [`Complete`](OutcomeStatus::Complete). Young alerts
//! would drag every rate towards zero, and of a lost feed only what had happened before the loss is known, which would
//! push it up. A label's rate is the matured alerts that have it over the matured alerts of which it is known
//! ([`Tally::known`]); what happened to alerts outside of that is counted beside it ([`Tally::besides`]).
//! Means and medians are over the matured alerts of which the number is known, and `None` over nobody.
//!
//! **Groups.** By the value of yes/no, text and enum fields; by UTC day for timestamps; numbers by value where they are
//! whole and lie within 32 of each other (scores), else by five quantile bins. The unknown is a group of its own.
//!
//! Every alert that is given is counted. Those who want the first alert of a token alone, or no shadow alerts, ask
//! [`cohort`](crate::cohort) first.

mod accumulate;
mod bins;
mod column;
mod facts;
mod grouping;
mod summary;

pub use accumulate::{Accumulator, Group, MOST_GROUPS, Performance, TooManyGroups};
pub use bins::{Bin, quantile_bins};
pub use grouping::{Grouping, GroupingError, Level, MOST_GROUPING_FIELDS};
pub use summary::{Centre, Summary, Tally};

#[cfg(doc)]
use crate::outcome::OutcomeStatus;

#[cfg(test)]
mod tests;
