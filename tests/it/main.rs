//! Whole-system tests: real processes, real databases of both engines, real gRPC and HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as loudly as the tests")]

mod alerts;
mod backup;
mod database_away;
mod engine;
mod full_disk;
mod health;
mod kill;
mod limits;
mod load;
mod odd_loads;
mod played;
mod process;
mod replicas;
mod soak;
mod tracker;
mod whole_loop;
