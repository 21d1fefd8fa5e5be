//! The settings in force and where each was given, as a TOML file that could be read back, secrets left out.

use std::fmt::Write as _;

use super::{AnyKey, ConfigError, Origin, Settings};

impl Settings {
    /// See the module.
    ///
    /// # Errors
    /// [`ConfigError`] where a value's source cannot be read any more.
    pub fn effective(&self, keys: &[&'static dyn AnyKey]) -> Result<String, ConfigError> {
        let mut text = String::new();
        for key in keys {
            let name = key.name();
            // Writing to a String cannot fail.
            let _ = match self.given(*key)? {
                None => writeln!(text, "# {name} is not set ({})", key.env()),
                Some((origin, given)) if key.is_secret() => {
                    writeln!(text, "# {name} = {}  # {origin}", key.shown(&given))
                }
                Some((Origin::Default(_), given)) => writeln!(text, "{name} = {}  # default", literal(*key, &given)),
                Some((origin, given)) => writeln!(text, "{name} = {}  # {origin}", literal(*key, &given)),
            };
        }
        Ok(text)
    }
}

fn literal(key: &dyn AnyKey, text: &str) -> String {
    match key.json_type() {
        "string" => toml::Value::String(text.to_owned()).to_string(),
        _ => text.to_owned(),
    }
}
