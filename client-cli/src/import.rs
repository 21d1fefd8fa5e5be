//! Alerts that another tool recorded, made into requests.

pub mod callsbot;
pub mod pipeline;
pub mod summary;
