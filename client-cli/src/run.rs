//! From arguments to exit code.

use std::process::ExitCode;

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use service::config::{keys, with_flags};

use crate::cli::Cli;
use crate::command::{self, Session};
use crate::connect::Services;
use crate::failure::Failure;
use crate::output::Output;

/// Reads the process's arguments, does what they say and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    // Usage errors, --help and --version end here, with the exit codes 2 and 0.
    let matches = arguments().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let output = Output::new(cli.globals.output, cli.globals.no_color);
    let asks = cli.command.asks_services();
    let services = if asks { Services::new(&cli.globals) } else { Ok(Services::unasked(cli.globals.timeout)) };
    let services = match services {
        Ok(services) => services,
        Err(failure) => {
            output.remark(&failure.explained());
            return failure.exit_code();
        }
    };
    let session = Session { services, output };
    let result = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(command::run(&session, cli.command, own(&matches)));
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

/// All arguments: the derived ones, and for `perfctl dev` the settings of the services.
fn arguments() -> Command {
    Cli::command().mut_subcommand("dev", |dev| with_flags(dev, &keys::dev()))
}

/// The arguments of the command itself.
fn own(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, own)| own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        arguments().debug_assert();
    }
}
