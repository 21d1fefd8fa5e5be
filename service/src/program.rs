//! The frame of a server program: its runtime, and how it says why it ended.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::config::{AnyKey, ConfigError, Settings, Sources, with_flags};

/// The exit code for a configuration that cannot be used (`EX_USAGE` of sysexits.h).
const BAD_CONFIG: u8 = 64;

/// Reads the configuration of `command` and runs `main` with it. A configuration that cannot be used ends the program
/// with code 64 and one line for each mistake, any other error with code 1 and the error with its causes; both on stderr.
pub fn run<C, F>(
    command: Command,
    keys: &[&'static dyn AnyKey],
    read: impl FnOnce(&Settings) -> Result<C, ConfigError>,
    main: impl FnOnce(ArgMatches, C) -> F,
) -> ExitCode
where
    F: Future<Output = anyhow::Result<()>>,
{
    let name = command.get_name().to_owned();
    let matches = with_flags(command, keys).get_matches();
    let config = Sources::of_process(&matches, keys)
        .and_then(|sources| Settings::read(keys, sources))
        .and_then(|settings| read(&settings));
    let config = match config {
        Ok(config) => config,
        Err(error) => return failure(&name, &error.to_string(), BAD_CONFIG),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&name, &format!("starting the runtime: {error}"), 1),
    };
    match runtime.block_on(main(matches, config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&name, &format!("{error:#}"), 1),
    }
}

fn failure(name: &str, problem: &str, code: u8) -> ExitCode {
    // Nobody is left to tell where stderr is gone too.
    let _ = writeln!(std::io::stderr(), "{name}: {problem}");
    ExitCode::from(code)
}
