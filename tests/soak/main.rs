//! The soak: two days of a market with faults in it, played in minutes, by real tracker processes that are killed, stopped
//! and started again at random – and then the proof that nothing acknowledged is missing, that every outcome is what a fresh
//! fold of the stored observations gives, and that no token was left alone for longer than the leases allow.
//!
//! ```text
//! cargo run --release --example soak -- --tokens 5000
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal, and for tests that read what it says"
)]

mod arguments;
mod bot;
mod chaos;
mod database;
mod fleet;
mod market;
mod one_poller;
mod progress;
mod replica;
mod soak;
mod verify;
mod weather;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Role};

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Arguments::parse().role() {
        Role::Driver(plan) => soak::run(plan).await,
        Role::Replica(replica) => replica::run(replica).await.map(|()| true),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
