//! From arguments to exit code.

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::command::{self, Session};
use crate::connect::Services;
use crate::failure::Failure;
use crate::output::Output;

/// Reads the process's arguments, does what they say and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    // Usage errors, --help and --version end here, with the exit codes 2 and 0.
    let cli = Cli::parse();
    let output = Output::new(cli.globals.output, cli.globals.no_color);
    let session = Session { services: Services::new(&cli.globals), output };
    let result = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(command::run(&session, cli.command));
            // A thread that still reads stdin must not hold up the end.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Failure::Other(anyhow::Error::new(error).context("starting the runtime"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.remark(&failure.explained());
            failure.exit_code()
        }
    }
}
