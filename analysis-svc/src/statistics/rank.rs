//! What one sort of a number answers: Mann–Whitney with its AUC, and Spearman.

pub mod mann_whitney;
pub mod order;
pub mod spearman;
