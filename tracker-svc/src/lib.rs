//! `TrackingService`: records alerts, follows prices, folds outcomes.

pub mod config;
mod events;
pub mod feed;
mod rpc;
pub mod serve;
pub mod shadow_sample;
pub mod tracking;
