//! `TrackingService`: records alerts, follows prices, folds outcomes.

pub mod config;
mod events;
pub mod feed;
pub mod housekeeping;
pub mod migrate;
mod rpc;
pub mod serve;
pub mod shadow_sample;
pub mod tracking;
