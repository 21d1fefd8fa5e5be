//! A bot's config: a value for each knob.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, Knob, Setting, SettingKind};
use crate::nearest::{nearest, shown, suggestion};

/// A value, or none, for every knob of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterConfig {
    settings: BTreeMap<String, Option<Setting>>,
}

/// What is wrong with one entry of a config.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", shown(.key).trim_matches('"'))]
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
        catalogue: &Catalogue,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::defaults(catalogue);
        let mut violations = Vec::new();
        for (key, text) in values {
            match read(catalogue, key, text) {
                Ok(None) => {}
                Ok(value) => {
                    config.settings.insert(key.to_owned(), value);
                }
                Err(problem) => violations.push(Violation { key: key.to_owned(), problem }),
            }
        }
        if violations.is_empty() { Ok(config) } else { Err(ConfigError { violations }) }
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
    pub fn with(&self, catalogue: &Catalogue, key: &str, value: Option<Setting>) -> Result<Self, Violation> {
        let violation = |problem| Violation { key: key.to_owned(), problem };
        known(catalogue, key).and_then(|knob| knob.check(value)).map_err(violation)?;
        let mut config = self.clone();
        config.settings.insert(key.to_owned(), value);
        Ok(config)
    }

    /// Every key with its value, where it has one, as the bot's config would write it.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let set = self.settings.iter().filter_map(|(key, value)| Some((key.clone(), (*value)?.to_string())));
        set.collect()
    }
}

fn known<'a>(catalogue: &'a Catalogue, key: &str) -> Result<&'a Knob, String> {
    catalogue.knob(key).ok_or_else(|| {
        let near = nearest(key, catalogue.knobs().iter().map(|knob| knob.key.as_str()));
        format!("no gate has this key{}", suggestion(near))
    })
}

/// The value that `text` stands for; `None` for an empty text.
fn read(catalogue: &Catalogue, key: &str, text: &str) -> Result<Option<Setting>, String> {
    let knob = known(catalogue, key)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match knob.kind {
        SettingKind::Boolean => boolean(text).map(Setting::Boolean),
        SettingKind::Number => text.parse().ok().map(Setting::Number),
    };
    let value = value.ok_or_else(|| format!("must be {}, not {}", knob.kind.noun(), shown(text)))?;
    knob.check(Some(value)).map(|()| Some(value))
}

/// As env files write it.
fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
