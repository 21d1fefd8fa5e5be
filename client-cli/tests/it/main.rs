//! perfctl as its users meet it: the built program, its exit codes, its stdout and its stderr.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

mod alerts;
mod analysis;
mod call;
mod dev;
mod export;
#[path = "../../src/import/callsbot/fixture.rs"]
mod fixture;
mod import;
mod keep;
mod perfctl;
mod usage;
