//! x

pub mod inference;
pub mod statistics;
