//! Whole-system tests: real processes, real databases of both engines, real gRPC and HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as loudly as the tests")]

mod alerts;
mod engine;
mod kill;
mod played;
mod process;
mod whole_loop;
