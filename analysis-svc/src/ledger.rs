//! The ledger: every recommendation that was given on the standing question, whether it was applied, and what came of it.

pub mod follow_up;
pub mod history;
pub mod line;
pub mod looser;
pub mod verdict;

pub use follow_up::{FollowUp, Status};
pub use history::{Era, History};
pub use line::Line;
pub use verdict::{Ruling, Verdict};
