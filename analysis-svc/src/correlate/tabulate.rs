//! The statistics of all groups of a feature from one pass over the rows, instead of a walk per group: which level each row is
//! in, and counts by level of all that is to be known.

pub mod buckets;
pub mod layout;
pub mod levels;
pub mod places;
pub mod repeats;
pub mod tally;
