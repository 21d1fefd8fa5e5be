//! What a config makes of an alert.

use super::catalogue::{Catalogue, Gate, Rule, Setting, Unknown};
use super::config::FilterConfig;
use crate::alert::{Alert, Decision};
use crate::field::{Field, Value};

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
    checks: Vec<Check<'a>>,
}

/// One gate with its values.
#[derive(Clone, Copy, Debug)]
struct Check<'a> {
    gate: &'a Gate,
    condition: Condition,
    unknown_passes: bool,
}

#[derive(Clone, Copy, Debug)]
enum Condition {
    IsTrue,
    AtLeast { value: f64, bonus: f64 },
    AtMost(f64),
}

impl<'a> Screen<'a> {
    /// Looks the config's values up.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, config: &FilterConfig) -> Self {
        Self { checks: catalogue.gates().iter().filter_map(|gate| Check::new(gate, config)).collect() }
    }

    /// What the config makes of `alert`, and why.
    #[must_use]
    pub fn decide(&self, alert: &Alert) -> Ruling<'a> {
        let failed: Vec<_> = self.checks.iter().filter(|check| !check.passes(alert)).map(|check| check.gate).collect();
        let decision = if failed.is_empty() { Decision::Alerted } else { Decision::Shadow };
        Ruling { decision, failed }
    }

    /// Whether `alert` meets every gate.
    #[must_use]
    pub fn passes(&self, alert: &Alert) -> bool {
        self.checks.iter().all(|check| check.passes(alert))
    }
}

/// What `config` makes of `alert`. For many alerts make one [`Screen`].
#[must_use]
pub fn decide<'a>(catalogue: &'a Catalogue, config: &FilterConfig, alert: &Alert) -> Ruling<'a> {
    Screen::new(catalogue, config).decide(alert)
}

impl<'a> Check<'a> {
    /// `None` where the config sets no condition.
    fn new(gate: &'a Gate, config: &FilterConfig) -> Option<Self> {
        let number = |key: &str| match config.get(key) {
            Some(Setting::Number(number)) => Some(number),
            _ => None,
        };
        let is_true = |key: &str| config.get(key) == Some(Setting::Boolean(true));
        let condition = match gate.rule {
            Rule::Require => is_true(&gate.key).then_some(Condition::IsTrue)?,
            Rule::Maximum => Condition::AtMost(number(&gate.key)?),
            Rule::Minimum => Condition::AtLeast {
                value: number(&gate.key)?,
                bonus: gate.bonus.as_ref().and_then(|bonus| number(&bonus.key)).unwrap_or(0.0),
            },
        };
        let unknown_passes = match &gate.unknown {
            Unknown::Passes => true,
            Unknown::Fails => false,
            Unknown::PassesWhere(key) => is_true(key),
        };
        Some(Self { gate, condition, unknown_passes })
    }

    fn passes(&self, alert: &Alert) -> bool {
        self.truth(alert).unwrap_or(self.unknown_passes)
    }

    /// `None` where something unknown decides.
    fn truth(&self, alert: &Alert) -> Option<bool> {
        match self.condition {
            Condition::IsTrue => boolean(&self.gate.field, alert),
            Condition::AtMost(most) => number(&self.gate.field, alert).map(|number| number <= most),
            Condition::AtLeast { value, bonus } => {
                let number = number(&self.gate.field, alert)?;
                let (without, with) = (number >= value, number + bonus >= value);
                match &self.gate.bonus {
                    Some(granted) if without != with => {
                        boolean(&granted.field, alert).map(|gets| if gets { with } else { without })
                    }
                    _ => Some(without),
                }
            }
        }
    }
}

fn boolean(field: &Field, alert: &Alert) -> Option<bool> {
    match field.alert_value(alert)? {
        Value::Boolean(value) => Some(value),
        _ => None,
    }
}

fn number(field: &Field, alert: &Alert) -> Option<f64> {
    match field.alert_value(alert)? {
        Value::Number(value) => Some(value),
        _ => None,
    }
}
