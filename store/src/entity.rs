//! The tables: one file each.

pub(crate) mod alert;
pub(crate) mod alert_id;
pub(crate) mod config;
pub(crate) mod event;
pub(crate) mod moment;
pub(crate) mod outcome;
pub(crate) mod pool;
pub(crate) mod price_bar;
pub(crate) mod price_snapshot;
pub(crate) mod recommendation;
pub(crate) mod token;
pub(crate) mod tracker_lease;
