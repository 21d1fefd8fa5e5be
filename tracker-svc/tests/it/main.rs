//! The tracker over real HTTP, against simulated price sources.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as loudly as the tests")]

mod feeds;
mod played;
mod tracking;
