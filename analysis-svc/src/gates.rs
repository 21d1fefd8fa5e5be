//! The alerts replayed through the gates: which of them a config lets through, how those did, and how a random cut of the
//! same size on the same days would be expected to do.
//!
//! [`Replay`] is laid out once per revision of the data. [`Replay::tally`] counts a set of rows; tallies are whole numbers
//! that add and subtract exactly, so that no order of rows and no way round changes one, and what is dropped can be had as
//! what was there less what is kept. [`Replay::by_day`] lays a config's alerts out once, and [`ByDay::thinned_to`] then
//! says in as many steps as there are days what a random cut would do.

pub mod baseline;
pub mod in_force;
pub mod incumbent;
pub mod outcome;
pub mod passing;
pub mod recorded;
pub mod replay;
pub mod sum;
pub mod tally;
pub mod thinning;

pub use baseline::Baseline;
pub use incumbent::Incumbent;
pub use outcome::ConfigOutcome;
pub use passing::{passing, passing_beside};
pub use recorded::recorded;
pub use replay::Replay;
pub use tally::Tally;
pub use thinning::{ByDay, Thinning};

#[cfg(test)]
mod tests;
