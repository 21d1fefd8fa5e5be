//! The analysis: the dataset, its statistics, and what to change.

pub mod advice;
pub mod ahead;
pub mod config;
pub mod correlate;
pub mod dataset;
pub mod gates;
pub mod inference;
pub mod ledger;
mod parallel;
pub mod patterns;
pub mod performers;
pub mod progress;
mod rpc;
pub mod serve;
pub mod simulate;
pub mod statistics;
pub mod synthetic;
mod wording;

#[cfg(test)]
mod market;
#[cfg(test)]
mod sample;
