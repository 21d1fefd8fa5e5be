//! The frame of a server program: its runtime, and how it says why it ended.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::config::{AnyKey, Settings, Sources, with_flags};

/// The exit code for a configuration that cannot be used (`EX_USAGE` of sysexits.h).
const BAD_CONFIG: u8 = 64;

/// Reads the configuration of `command` and runs `main` with it. A configuration that cannot be used ends the program
/// with code 64 and one line for each mistake, any other error with code 1 and the error with its causes; both on stderr.
pub fn run<C, E, F>(
    command: Command,
    keys: &[&'static dyn AnyKey],
    read: impl FnOnce(&Settings) -> Result<C, E>,
    main: impl FnOnce(ArgMatches, C) -> F,
) -> ExitCode
where
    anyhow::Error: From<E>,
    F: Future<Output = anyhow::Result<()>>,
{
    let name = command.get_name().to_owned();
    let matches = with_flags(command, keys).get_matches();
    let config = settings(&matches, keys).and_then(|settings| Ok(read(&settings)?));
    let config = match config {
        Ok(config) => config,
        Err(error) => return failure(&name, &format!("{error:#}"), BAD_CONFIG),
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

fn settings(matches: &ArgMatches, keys: &[&'static dyn AnyKey]) -> anyhow::Result<Settings> {
    Ok(Settings::read(keys, Sources::of_process(matches, keys)?)?)
}

fn failure(name: &str, problem: &str, code: u8) -> ExitCode {
    // Nobody is left to tell where stderr is gone too.
    let _ = writeln!(std::io::stderr(), "{name}: {problem}");
    ExitCode::from(code)
}
