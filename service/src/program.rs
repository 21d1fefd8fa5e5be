//! The frame of a server program: its runtime, and how it says why it ended.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::config::{AnyKey, Settings, Sources, schema, with_flags};
use crate::status::with_causes;

/// The exit code for a configuration that cannot be used (`EX_USAGE` of sysexits.h).
const BAD_CONFIG: u8 = 64;

/// Reads the configuration of `command` and runs `main` with it and the subcommand's arguments. `config check` and
/// `config schema` are answered here. A configuration that cannot be used ends the program
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
    let matches = with_flags(command.subcommand(config_command()), keys).get_matches();
    let asked = matches.subcommand_matches("config").and_then(ArgMatches::subcommand_name);
    if asked == Some("schema") {
        return answer(&name, &schema());
    }
    let settings = match settings(innermost(&matches), keys) {
        Ok(settings) => settings,
        Err(error) => return failure(&name, &with_causes(error.as_ref()), BAD_CONFIG),
    };
    let config = match read(&settings) {
        Ok(config) => config,
        Err(error) => return failure(&name, &with_causes(anyhow::Error::from(error).as_ref()), BAD_CONFIG),
    };
    if asked.is_some() {
        return match settings.effective(keys) {
            Ok(text) => answer(&name, &text),
            Err(error) => failure(&name, &error.to_string(), BAD_CONFIG),
        };
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&name, &format!("starting the runtime: {error}"), 1),
    };
    match runtime.block_on(main(matches, config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&name, &with_causes(error.as_ref()), 1),
    }
}

fn config_command() -> Command {
    Command::new("config")
        .about("Checks and lists the settings")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("check")
                .about("Prints the settings in force as TOML, secrets hidden, each with where it was given; fails where one is wrong"),
        )
        .subcommand(Command::new("schema").about("Prints the JSON schema of the settings: the list of all, with their meanings"))
}

/// Flags may stand before and behind subcommands; the innermost knows all of them.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}

fn answer(name: &str, text: &str) -> ExitCode {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => failure(name, &format!("writing the answer: {error}"), 1),
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
