//! Where settings come from, and the check that every name given there is known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::keys::{ALL, OTHER_VARIABLES};
use super::{AnyKey, CONFIG_FLAG, ConfigError, Origin};

/// Everything that was given, by source, as text.
#[derive(Default)]
pub struct Sources {
    flags: BTreeMap<&'static str, String>,
    environment: BTreeMap<String, String>,
    file: Option<(PathBuf, toml::Table)>,
}

impl Sources {
    /// The flags of this process (as [`super::with_flags`] made them), its environment, and the file that `--config` or
    /// `PERFTRACK_CONFIG` names.
    pub fn of_process(matches: &ArgMatches, keys: &[&'static dyn AnyKey]) -> Result<Self, ConfigError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        let named = matches.get_one::<String>(CONFIG_FLAG).or_else(|| environment.get("PERFTRACK_CONFIG"));
        let mut sources = Self::default();
        if let Some(path) = named {
            sources = sources.with_file(Path::new(path))?;
        }
        for key in keys {
            if let Some(text) = matches.get_one::<String>(key.name()) {
                sources.flags.insert(key.name(), text.clone());
            }
        }
        Ok(sources.with_environment(environment))
    }

    /// Adds one flag, by the key's name.
    #[must_use]
    pub fn with_flag(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.flags.insert(name, text.into());
        self
    }

    /// Adds environment variables; those that do not begin with `PERFTRACK_` are left aside, but `RUST_LOG`.
    #[must_use]
    pub fn with_environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = |name: &str| name.starts_with("PERFTRACK_") || name == "RUST_LOG";
        self.environment.extend(variables.into_iter().filter(|(name, _)| ours(name)));
        self
    }

    /// Adds a TOML file.
    pub fn with_file(mut self, path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: path.into(), problem: error.to_string() })?;
        let table = text
            .parse::<toml::Table>()
            .map_err(|error| ConfigError::Syntax { path: path.into(), problem: error.to_string() })?;
        self.file = Some((path.into(), table));
        Ok(self)
    }

    /// The value of the source that goes first, and where it was given.
    pub(super) fn value(&self, key: &dyn AnyKey) -> Option<(Origin, Result<String, ConfigError>)> {
        if let Some(text) = self.flags.get(key.name()) {
            return Some((Origin::Flag(key.flag().to_owned()), Ok(text.clone())));
        }
        let env = key.env();
        if let Some(text) = self.environment.get(&env) {
            return Some((Origin::Environment(env), Ok(text.clone())));
        }
        if let Some((path, table)) = &self.file
            && let Some(value) = table.get(key.name())
        {
            let origin = Origin::File { path: path.clone(), key: key.name().to_owned() };
            return Some((origin.clone(), text_of(key, value, origin)));
        }
        if key.name() == "log"
            && let Some(text) = self.environment.get("RUST_LOG")
        {
            return Some((Origin::Environment("RUST_LOG".to_owned()), Ok(text.clone())));
        }
        key.default_text().map(|text| (Origin::Default(key.name().to_owned()), Ok(text.to_owned())))
    }

    /// The names that nobody knows, each with the nearest known one.
    pub(super) fn unknown(&self) -> Vec<ConfigError> {
        let names = || ALL.iter().map(|key| key.name());
        let variables: Vec<String> =
            ALL.iter().map(|key| key.env()).chain(OTHER_VARIABLES.iter().map(|name| (*name).to_owned())).collect();
        let environment = self
            .environment
            .keys()
            .filter(|name| *name != "RUST_LOG" && !variables.contains(name) && !is_service_link(name))
            .map(|name| {
                let known = variables.iter().map(String::as_str);
                ConfigError::unknown(Origin::Environment(name.clone()), name, known)
            });
        let file = self.file.iter().flat_map(|(path, table)| {
            table.keys().filter(move |key| names().all(|name| name != *key)).map(move |key| {
                ConfigError::unknown(Origin::File { path: path.clone(), key: key.clone() }, key, names())
            })
        });
        environment.chain(file).collect()
    }
}

fn text_of(key: &dyn AnyKey, value: &toml::Value, origin: Origin) -> Result<String, ConfigError> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => Ok(value.to_string()),
        other => Err(ConfigError::Bad {
            origin,
            given: format!("of type {}", other.type_str()),
            problem: "not a single value".to_owned(),
            expected: key.expected(),
        }),
    }
}

/// Variables that Kubernetes sets in every pod for each service of its namespace, such as
/// `PERFTRACK_TRACKER_SERVICE_HOST` or `PERFTRACK_TRACKER_PORT_50051_TCP_ADDR`: nobody wrote them.
fn is_service_link(name: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || name.contains("_PORT_")
}
