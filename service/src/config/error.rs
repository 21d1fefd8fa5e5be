//! What is wrong with a configuration, in words that let the reader mend it.

use std::fmt;
use std::path::PathBuf;

use domain::nearest::nearest;

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On the command line, with this flag.
    Flag(String),
    /// In the environment, under this name.
    Environment(String),
    /// In a file, under this key.
    File {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// In a file of its own, whose name was given here.
    SecretFile {
        /// The file.
        path: PathBuf,
        /// Where its name was given.
        named: Box<Origin>,
    },
    /// Nowhere: the default.
    Default(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "the flag --{name}"),
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::File { path, key } => write!(f, "`{key}` in {}", path.display()),
            Self::SecretFile { path, named } => write!(f, "the file {} ({named})", path.display()),
            Self::Default(key) => write!(f, "the default of `{key}`"),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A name that no setting has.
    #[error("{origin} is not known{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// Where it was given.
        origin: Origin,
        /// The known name that it is nearest to.
        nearest: Option<String>,
    },
    /// A value that its setting cannot have.
    #[error("{origin} is {given}: {problem}; expected {expected}")]
    Bad {
        /// Where it was given.
        origin: Origin,
        /// What was given, or a placeholder where that is secret.
        given: String,
        /// What is wrong with it.
        problem: String,
        /// What the setting takes.
        expected: &'static str,
    },
    /// A setting without default that was given nowhere.
    #[error(
        "`{name}` is not set: give --{flag}, the environment variable {env} or `{name}` in the --config file (expected \
         {expected})"
    )]
    Missing {
        /// Its name in the file.
        name: &'static str,
        /// Its flag.
        flag: &'static str,
        /// Its environment variable.
        env: String,
        /// What it takes.
        expected: &'static str,
    },
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// The file is no TOML.
    #[error("the configuration file {} is not valid TOML: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and what.
        problem: String,
    },
    /// Settings that do not go together.
    #[error("{0}")]
    Conflict(String),
    /// Several of these at once.
    #[error("{}", lines(.0))]
    Several(Vec<ConfigError>),
}

impl ConfigError {
    pub(super) fn unknown<'a>(origin: Origin, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Unknown { origin, nearest: nearest(given, known).map(str::to_owned) }
    }

    /// `Ok` without errors, the one error, or all of them.
    pub(super) fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.swap_remove(0)),
            _ => Err(Self::Several(errors)),
        }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

fn lines(errors: &[ConfigError]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("- {error}")).collect();
    format!("{} settings are wrong:\n{}", errors.len(), lines.join("\n"))
}
