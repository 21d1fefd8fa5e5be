//! A bot's config: a value for each knob.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, Setting};

/// A value, or none, for every knob of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterConfig {
    settings: BTreeMap<String, Option<Setting>>,
}

/// What is wrong with one entry of a config.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct Violation {
    /// The key, as it was given.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

/// Everything that is wrong with a config, at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ConfigError {
    /// At least one.
    pub violations: Vec<Violation>,
}

impl FilterConfig {
    /// The values in force where a config says nothing.
    #[must_use]
    pub fn defaults(catalogue: &Catalogue) -> Self {
        Self { settings: catalogue.knobs().iter().map(|knob| (knob.key.clone(), knob.default)).collect() }
    }

    /// Reads a config as the bot has it: texts by key. A key that is missing, or whose text is empty, has its default.
    ///
    /// # Errors
    /// [`ConfigError`] with every unknown key (and the nearest known one) and every value that is none.
    pub fn parse<'a>(
        _catalogue: &Catalogue,
        _values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ConfigError> {
        todo!()
    }

    /// The value of a knob; `None` where it sets no condition, or where there is no such knob.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Setting> {
        self.settings.get(key).copied().flatten()
    }

    /// The same config with one knob turned; a value of `None` takes its condition away.
    ///
    /// # Errors
    /// [`Violation`] for an unknown key or a value that the knob does not take.
    pub fn with(&self, _catalogue: &Catalogue, _key: &str, _value: Option<Setting>) -> Result<Self, Violation> {
        todo!()
    }

    /// Every key with its value, where it has one, as the bot's config would write it.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let set = self.settings.iter().filter_map(|(key, value)| Some((key.clone(), (*value)?.to_string())));
        set.collect()
    }
}
