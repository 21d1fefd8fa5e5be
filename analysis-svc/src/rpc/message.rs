//! The analysis's values as messages of the contract.

mod checkpoint;
mod cohort;
pub mod detail;
mod effect;
mod estimate;
mod group;
mod pattern;
mod recommendation;
mod report;
mod revision;

pub use checkpoint::checkpoint;
pub use cohort::cohort;
pub use effect::effect;
pub use estimate::estimate;
pub use group::group;
pub use pattern::pattern;
pub use recommendation::{config_outcome, cooldown, recommendation};
pub use report::feature_report;
pub use revision::revision;

/// A count as the contract has it.
pub fn int32(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
