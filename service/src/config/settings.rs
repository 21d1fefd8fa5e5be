//! The checked settings of one program.

use super::keys::all;
use super::{AnyKey, ConfigError, Key, Origin, Setting, Sources};

/// Settings of which every name is known and every value is good.
pub struct Settings(Sources);

impl Settings {
    /// Checks what was given for `keys`, and every name; all that is wrong is said at once.
    pub fn read(keys: &[&'static dyn AnyKey], sources: Sources) -> Result<Self, ConfigError> {
        let mut errors = sources.unknown();
        for key in keys {
            let Some((origin, text)) = sources.value(*key) else { continue };
            match text {
                Err(error) => errors.push(error),
                Ok(text) => errors.extend(key.problem(&text).map(|problem| ConfigError::Bad {
                    origin,
                    given: key.shown(&text),
                    problem,
                    expected: key.expected(),
                })),
            }
        }
        ConfigError::all(errors)?;
        Ok(Self(sources))
    }

    /// Where settings were given that a program with these `keys` does not read: others do.
    #[must_use]
    pub fn of_others(&self, keys: &[&'static dyn AnyKey]) -> Vec<Origin> {
        let read = |key: &&dyn AnyKey| keys.iter().any(|known| known.name() == key.name());
        let others = all().into_iter().filter(|key| !read(key));
        let origins = others.filter_map(|key| self.0.value(key).map(|(origin, _)| origin));
        origins.filter(|origin| !matches!(origin, Origin::Default(_))).collect()
    }

    /// The text of a setting and where it was given, `None` where nowhere and without default.
    pub(super) fn given(&self, key: &dyn AnyKey) -> Result<Option<(Origin, String)>, ConfigError> {
        self.0.value(key).map(|(origin, text)| Ok((origin, text?))).transpose()
    }

    /// The value of a setting that must be there.
    pub fn get<T: Setting>(&self, key: &Key<T>) -> Result<T, ConfigError> {
        self.get_optional(key)?.ok_or_else(|| ConfigError::Missing {
            name: key.name(),
            flag: key.flag(),
            env: key.env(),
            expected: key.expected(),
        })
    }

    /// The value of a setting, `None` where it was given nowhere and has no default.
    pub fn get_optional<T: Setting>(&self, key: &Key<T>) -> Result<Option<T>, ConfigError> {
        let Some((origin, text)) = self.0.value(key) else { return Ok(None) };
        let text = text?;
        key.parse(&text).map(Some).map_err(|problem| ConfigError::Bad {
            origin,
            given: key.shown(&text),
            problem,
            expected: key.expected(),
        })
    }
}
