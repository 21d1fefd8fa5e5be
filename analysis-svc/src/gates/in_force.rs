//! The config in force: as it was given, else as the bot recorded it, else what the alerts obey.

use std::collections::BTreeMap;

use domain::gate::{Catalogue, FilterConfig};

/// The config in force, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct InForce {
    config: Option<FilterConfig>,
    revision: Option<String>,
    notes: Vec<String>,
}

impl InForce {
    /// As the request gives it.
    #[must_use]
    pub fn given(config: FilterConfig) -> Self {
        Self { config: Some(config), ..Self::default() }
    }

    /// As the bot recorded it under `revision`. Keys that no gate has are none of ours; a value that its gate does not take
    /// is left at its default, which is noted.
    #[must_use]
    pub fn recorded(catalogue: &Catalogue, revision: &str, values: &BTreeMap<String, String>) -> Self {
        let known = values.iter().filter(|(key, _)| catalogue.knob(key).is_some());
        let mut known: BTreeMap<&str, &str> = known.map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let mut notes = Vec::new();
        if let Err(error) = FilterConfig::parse(catalogue, known.iter().map(|(key, value)| (*key, *value))) {
            for violation in error.violations {
                known.remove(violation.key.as_str());
                notes.push(format!("the recorded config {revision} is read with the default instead: {violation}"));
            }
        }
        let config = FilterConfig::parse(catalogue, known).ok();
        Self { config, revision: Some(revision.to_owned()), notes }
    }

    /// The config; `None` where nothing is known of it.
    #[must_use]
    pub const fn config(&self) -> Option<&FilterConfig> {
        self.config.as_ref()
    }

    /// Where it is from.
    #[must_use]
    pub fn source(&self) -> String {
        match (&self.config, &self.revision) {
            (Some(_), Some(revision)) => format!("recorded {revision}"),
            (Some(_), None) => "given".to_owned(),
            (None, _) => "defaults, as far as the alerts obey them".to_owned(),
        }
    }

    /// What could not be read.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
