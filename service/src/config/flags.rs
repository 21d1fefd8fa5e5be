//! The command-line flags that follow from the keys.

use clap::{Arg, Command};

use super::AnyKey;

/// The flag that names the configuration file.
pub const CONFIG_FLAG: &str = "config";

/// Adds `--config` and the flags of every key: its own where it may stand on a command line, and `…-file` for a secret.
#[must_use]
pub fn with_flags(command: Command, keys: &[&'static dyn AnyKey]) -> Command {
    let config = Arg::new(CONFIG_FLAG)
        .long(CONFIG_FLAG)
        .value_name("FILE")
        .global(true)
        .help("A TOML file with settings, each under its variable's name without PERFTRACK_, in small letters");
    keys.iter().fold(command.arg(config), |command, key| {
        let own = key.has_flag().then(|| flag(*key));
        let file = key.is_secret().then(|| file_flag(*key));
        command.args(own.into_iter().chain(file))
    })
}

fn flag(key: &dyn AnyKey) -> Arg {
    let default = key.default_text().map_or_else(String::new, |text| format!("; default: {text}"));
    Arg::new(key.name()).long(key.flag()).value_name(key.placeholder()).global(true).help(format!(
        "{} [env: {}{default}]",
        key.help(),
        key.env()
    ))
}

/// Secrets never stand on the command line themselves.
fn file_flag(key: &dyn AnyKey) -> Arg {
    // As long-lived as the other names, which stand in the program.
    let (name, flag): (&'static str, &'static str) = (key.file_name().leak(), format!("{}-file", key.flag()).leak());
    let what = if key.has_flag() { "The same, read from a file" } else { key.help() };
    Arg::new(name)
        .long(flag)
        .value_name("FILE")
        .global(true)
        .help(format!("{what} [env: {0}_FILE, or {0} itself]", key.env()))
}
