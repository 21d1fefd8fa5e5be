//! The outcome rules, one file per rule, each test named after the sentence that it holds the fold to.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests too")]

mod entry;
mod exit;
mod extremes;
mod happenings;
mod history;
mod hygiene;
mod laws;
mod oracle;
mod order;
mod peak;
mod policy;
mod returns;
mod rug;
mod seal;
mod state;
mod tape;
