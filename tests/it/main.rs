//! Whole-system tests: real processes, real databases of both engines, real gRPC and HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as loudly as the tests")]

mod alerts;
mod backup;
mod collector;
mod database_away;
mod engine;
mod fleet;
mod full_disk;
mod health;
mod kill;
mod limits;
mod load;
mod odd_loads;
mod outbound;
mod played;
mod process;
mod reached;
mod readiness;
mod replicas;
mod rolling;
mod secrets;
mod soak;
mod start_up;
mod stopping;
mod traces;
mod tracker;
mod whole_loop;
