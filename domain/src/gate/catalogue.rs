//! Which keys the bot's config has, and what each of them means.

use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

use super::error::CatalogueError;
use super::read;
use crate::field::Field;

/// The gates of a bot and the knobs that set them.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    pub(super) knobs: Vec<Knob>,
    pub(super) gates: Vec<Gate>,
}

/// One key of the bot's config.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// The key, as the bot's config names it.
    pub key: String,
    /// What it does, for people.
    pub description: String,
    /// True/false or a number.
    pub kind: SettingKind,
    /// The value in force where the config says nothing; `None`: no condition at all.
    pub default: Option<Setting>,
    /// Which way lets fewer alerts through.
    pub tighter: Tighter,
    /// The lowest value that makes sense.
    pub at_least: Option<f64>,
    /// The highest value that makes sense.
    pub at_most: Option<f64>,
    /// What the gates that it has a say in read of an alert.
    pub reads: Vec<Field>,
    /// It always has a value; other knobs may have none, and then set no condition.
    pub needs_value: bool,
}

/// The value of a knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// On or off.
    Boolean(bool),
    /// A finite number.
    Number(f64),
}

/// What values a knob takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// On or off.
    Boolean,
    /// A finite number.
    Number,
}

/// Which way of turning a knob lets fewer alerts through. To have no value at all is the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tighter {
    /// A minimum.
    Higher,
    /// A maximum, or a bonus.
    Lower,
    /// A requirement.
    True,
    /// A permission.
    False,
}

/// One condition that alerts have to meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// The key that sets it and names it.
    pub key: String,
    /// What has to hold.
    pub rule: Rule,
    /// What it reads of an alert.
    pub field: Field,
    /// What is added to the field's value before it is compared.
    pub bonus: Option<Bonus>,
    /// What an alert gets of which the field is unknown.
    pub unknown: Unknown,
}

/// What a gate asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The field is true, where the key is.
    Require,
    /// The field is at least the key's value.
    Minimum,
    /// The field is at most the key's value.
    Maximum,
}

/// Points added to the field of a minimum for some alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct Bonus {
    /// The key with the number of points.
    pub key: String,
    /// The yes/no field of the alerts that get them. Where it is unknown and would decide, so is the gate.
    pub field: Field,
}

/// What a gate does with an alert of which it cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Lets it through.
    Passes,
    /// Turns it away.
    Fails,
    /// Lets it through where this true/false key is true.
    PassesWhere(String),
}

impl Catalogue {
    /// The keys of callsbot.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    pub fn callsbot() -> &'static Self {
        static CALLSBOT: LazyLock<Catalogue> =
            LazyLock::new(|| Catalogue::parse(include_str!("callsbot.toml")).expect("the built-in catalogue reads"));
        &CALLSBOT
    }

    /// Reads a catalogue file. The built-in `callsbot.toml` describes the format.
    ///
    /// # Errors
    /// [`CatalogueError`]: what is wrong, in which gate, and the nearest known name.
    pub fn parse(toml: &str) -> Result<Self, CatalogueError> {
        read::catalogue(toml)
    }

    /// The knobs: those of the gates in the order of the file, then the settings.
    #[must_use]
    pub fn knobs(&self) -> &[Knob] {
        &self.knobs
    }

    /// The gates, in the order of the file.
    #[must_use]
    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The knob with this key.
    #[must_use]
    pub fn knob(&self, key: &str) -> Option<&Knob> {
        self.knobs.iter().find(|knob| knob.key == key)
    }

    /// The gate that this key sets; `None` for a key that only has a say in another's gate.
    #[must_use]
    pub fn gate(&self, key: &str) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.key == key)
    }
}

impl Knob {
    /// Whether the knob takes this value: of its kind, finite, and within its bounds.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence: `must be at most 100, not 250`.
    pub fn check(&self, value: Option<Setting>) -> Result<(), String> {
        match value {
            None if self.needs_value => Err("must have a value".to_owned()),
            None => Ok(()),
            Some(value) if value.kind() != self.kind => Err(format!("must be {}, not {value}", self.kind.noun())),
            Some(Setting::Boolean(_)) => Ok(()),
            Some(Setting::Number(number)) => self.check_number(number),
        }
    }

    fn check_number(&self, number: f64) -> Result<(), String> {
        if !number.is_finite() {
            return Err(format!("must be a finite number, not {number}"));
        }
        match (self.at_least, self.at_most) {
            (Some(least), _) if number < least => Err(format!("must be at least {least}, not {number}")),
            (_, Some(most)) if number > most => Err(format!("must be at most {most}, not {number}")),
            _ => Ok(()),
        }
    }

    /// Whether value `a` is looser (`Less`) or tighter (`Greater`) than value `b`. A tighter one never adds an alert.
    #[must_use]
    pub fn compare_tightness(&self, a: Option<Setting>, b: Option<Setting>) -> Ordering {
        self.tightness(a).total_cmp(&self.tightness(b))
    }

    /// Grows with the tightness.
    fn tightness(&self, value: Option<Setting>) -> f64 {
        match (self.tighter, value) {
            (Tighter::True, value) => f64::from(u8::from(value == Some(Setting::Boolean(true)))),
            (Tighter::False, value) => f64::from(u8::from(value != Some(Setting::Boolean(true)))),
            (Tighter::Higher, Some(Setting::Number(number))) => number + 0.0,
            (Tighter::Lower, Some(Setting::Number(number))) => -number + 0.0,
            (Tighter::Higher | Tighter::Lower, _) => f64::NEG_INFINITY,
        }
    }
}

impl Setting {
    /// What values it is one of.
    #[must_use]
    pub const fn kind(self) -> SettingKind {
        match self {
            Self::Boolean(_) => SettingKind::Boolean,
            Self::Number(_) => SettingKind::Number,
        }
    }
}

impl SettingKind {
    /// What they are, in words.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Number => "a number",
        }
    }
}

impl Rule {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Require => "require",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
        }
    }

    /// What its key, and the field that it reads, have for values.
    #[must_use]
    pub const fn kind(self) -> SettingKind {
        match self {
            Self::Require => SettingKind::Boolean,
            Self::Minimum | Self::Maximum => SettingKind::Number,
        }
    }
}

/// As the bot's config writes it.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
        }
    }
}
