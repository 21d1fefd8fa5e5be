//! The tracker over real HTTP, against simulated price sources.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as loudly as the tests")]

mod alert_stream;
mod configs;
mod deleting;
mod feeds;
mod jumps;
mod large_pages;
mod limits;
mod played;
mod price_history;
mod price_stream;
mod relabelling;
mod server;
mod shadow_sample;
mod tracking;
mod watching;
mod wrong_hour;
