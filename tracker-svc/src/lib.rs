//! `TrackingService`: records alerts, follows prices, folds outcomes.

pub mod feed;
pub mod tracking;
