//! What a config makes of an alert.

use super::catalogue::{Catalogue, Gate};
use super::config::FilterConfig;
use crate::alert::{Alert, Decision};

/// What a config makes of one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling<'a> {
    /// `Alerted` where it meets every gate, else `Shadow`.
    pub decision: Decision,
    /// The gates that it does not meet, in the order of the catalogue.
    pub failed: Vec<&'a Gate>,
}

/// A config ready to judge many alerts: only the gates that set a condition, with their values looked up.
#[derive(Clone, Debug)]
pub struct Screen<'a> {
    catalogue: &'a Catalogue,
}

impl<'a> Screen<'a> {
    /// Looks the config's values up.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, _config: &FilterConfig) -> Self {
        Self { catalogue }
    }

    /// What the config makes of `alert`, and why.
    #[must_use]
    pub fn decide(&self, _alert: &Alert) -> Ruling<'a> {
        let _ = self.catalogue;
        todo!()
    }

    /// Whether `alert` meets every gate.
    #[must_use]
    pub fn passes(&self, _alert: &Alert) -> bool {
        todo!()
    }
}

/// What `config` makes of `alert`. For many alerts make one [`Screen`].
#[must_use]
pub fn decide<'a>(catalogue: &'a Catalogue, config: &FilterConfig, alert: &Alert) -> Ruling<'a> {
    Screen::new(catalogue, config).decide(alert)
}
