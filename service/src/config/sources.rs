//! Where settings come from, and the check that every name given there is known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::keys::{OTHER_VARIABLES, all};
use super::{AnyKey, CONFIG_FLAG, ConfigError, Origin, place_and_problem};

/// Everything that was given, by source, as text.
#[derive(Default)]
pub struct Sources {
    /// By the names of keys, or of keys with `_file`.
    flags: BTreeMap<String, String>,
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
            let named_file = key.is_secret().then(|| key.file_name());
            let names = key.has_flag().then(|| key.name().to_owned()).into_iter().chain(named_file);
            for name in names {
                let Some(text) = matches.get_one::<String>(&name) else { continue };
                if name == key.name() && !key.is_fit_for_flag(text) {
                    return Err(ConfigError::Conflict(format!(
                        "--{0} holds a password, which every user of this machine could read in the list of processes: give it \
                         in the environment variable {1}, or in a file that --{0}-file or {1}_FILE names",
                        key.flag(),
                        key.env(),
                    )));
                }
                sources.flags.insert(name, text.clone());
            }
        }
        Ok(sources.with_environment(environment))
    }

    /// Adds one flag, by the key's name.
    #[must_use]
    pub fn with_flag(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.flags.insert(name.to_owned(), text.into());
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
            .map_err(|error| ConfigError::Syntax { path: path.into(), problem: place_and_problem(&text, &error) })?;
        self.file = Some((path.into(), table));
        Ok(self)
    }

    /// The value of the source that goes first, and where it was given.
    pub(super) fn value(&self, key: &dyn AnyKey) -> Option<(Origin, Result<String, ConfigError>)> {
        for source in [Self::flag, Self::variable, Self::entry] {
            let own = source(self, key, key.name());
            let file = key.is_secret().then(|| source(self, key, &key.file_name())).flatten();
            match (own, file) {
                (None, None) => {}
                (Some(given), None) => return Some(given),
                (None, Some((named, path))) => return Some(secret(key, named, path)),
                (Some((own, _)), Some((file, _))) => {
                    let problem = format!("{own} and {file} are both given: leave one of them out");
                    return Some((own, Err(ConfigError::Conflict(problem))));
                }
            }
        }
        if key.name() == "log"
            && let Some(text) = self.environment.get("RUST_LOG")
        {
            return Some((Origin::Environment("RUST_LOG".to_owned()), Ok(text.clone())));
        }
        key.default_text().map(|text| (Origin::Default(key.name().to_owned()), Ok(text.to_owned())))
    }

    fn flag(&self, key: &dyn AnyKey, name: &str) -> Option<Given> {
        let text = self.flags.get(name)?;
        let flag = if name == key.name() { key.flag().to_owned() } else { format!("{}-file", key.flag()) };
        Some((Origin::Flag(flag), Ok(text.clone())))
    }

    fn variable(&self, _: &dyn AnyKey, name: &str) -> Option<Given> {
        let variable = format!("PERFTRACK_{}", name.to_uppercase());
        let text = self.environment.get(&variable)?.clone();
        Some((Origin::Environment(variable), Ok(text)))
    }

    fn entry(&self, key: &dyn AnyKey, name: &str) -> Option<Given> {
        let (path, table) = self.file.as_ref()?;
        let value = table.get(name)?;
        let origin = Origin::File { path: path.clone(), key: name.to_owned() };
        Some((origin.clone(), text_of(key, value, origin)))
    }

    /// The names that nobody knows, each with the nearest known one.
    pub(super) fn unknown(&self) -> Vec<ConfigError> {
        let names: Vec<String> = all()
            .iter()
            .flat_map(|key| [Some(key.name().to_owned()), key.is_secret().then(|| key.file_name())])
            .flatten()
            .collect();
        let variables: Vec<String> = names
            .iter()
            .map(|name| format!("PERFTRACK_{}", name.to_uppercase()))
            .chain(OTHER_VARIABLES.iter().map(|name| (*name).to_owned()))
            .collect();
        let environment = self
            .environment
            .iter()
            .filter(|(name, text)| *name != "RUST_LOG" && !variables.contains(name) && !is_service_link(name, text))
            .map(|(name, _)| {
                let known = variables.iter().map(String::as_str);
                ConfigError::unknown(Origin::Environment(name.clone()), name, known)
            });
        let file = self.file.iter().flat_map(|(path, table)| {
            table.keys().filter(|key| !names.contains(key)).map(|key| {
                let known = names.iter().map(String::as_str);
                ConfigError::unknown(Origin::File { path: path.clone(), key: key.clone() }, key, known)
            })
        });
        environment.chain(file).collect()
    }
}

/// A text, and where it was given.
type Given = (Origin, Result<String, ConfigError>);

/// What the file at `path` holds, without the line end that editors put behind it.
fn secret(key: &dyn AnyKey, named: Origin, path: Result<String, ConfigError>) -> Given {
    let path = match path {
        Ok(path) => PathBuf::from(path),
        Err(error) => return (named, Err(error)),
    };
    let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::Bad {
        origin: named.clone(),
        given: format!("{:?}", path.display().to_string()),
        problem: format!("the file cannot be read: {error}"),
        expected: key.expected(),
    });
    (
        Origin::SecretFile { path, named: Box::new(named) },
        text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned()),
    )
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
fn is_service_link(name: &str, text: &str) -> bool {
    let of_port = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT") && text.contains("://")
        || name.split_once("_PORT_").is_some_and(|(_, rest)| of_port(rest))
}
