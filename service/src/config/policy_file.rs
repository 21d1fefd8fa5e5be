//! The outcome policy, which stands in a file of its own.

use std::path::PathBuf;

use domain::outcome::Policy;

use super::Setting;

/// A policy file, read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub policy: Policy,
}

impl Setting for PolicyFile {
    const EXPECTED: &'static str = "a TOML file with a `version` of 2 or more and the parameters that differ from version 1, such as [exit] \
         hard_stop_pct = 25";

    /// Reads the file.
    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("it cannot be read: {error}"))?;
        let policy = Policy::from_toml(&text).map_err(|error| error.to_string())?;
        Ok(Self { path, policy })
    }
}
