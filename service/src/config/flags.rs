//! The command-line flags that follow from the keys.

use clap::{Arg, Command};

use super::AnyKey;

/// The flag that names the configuration file.
pub const CONFIG_FLAG: &str = "config";

/// Adds `--config` and a flag for every key.
#[must_use]
pub fn with_flags(command: Command, keys: &[&'static dyn AnyKey]) -> Command {
    let config = Arg::new(CONFIG_FLAG)
        .long(CONFIG_FLAG)
        .value_name("FILE")
        .help("A TOML file with settings, each under its variable's name without PERFTRACK_, in small letters");
    keys.iter().fold(command.arg(config), |command, key| command.arg(flag(*key)))
}

fn flag(key: &dyn AnyKey) -> Arg {
    let default = key.default_text().map_or_else(String::new, |text| format!("; default: {text}"));
    Arg::new(key.name()).long(key.flag()).value_name(key.placeholder()).help(format!(
        "{} [env: {}{default}]",
        key.help(),
        key.env()
    ))
}
