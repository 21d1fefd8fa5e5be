//! What one sort of a number answers: Mann–Whitney with its AUC, van Elteren's within strata, and Spearman.

pub mod mann_whitney;
pub mod order;
pub mod pairs;
pub mod spearman;
pub mod van_elteren;
