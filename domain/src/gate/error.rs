//! What is wrong with a catalogue file.

use crate::field::{Field, UnknownField};
use crate::nearest::{shown, suggestion};

/// What is wrong with a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or a value of the wrong sort. The text names the line.
    #[error("the gate catalogue cannot be read: {0}")]
    Syntax(String),
    /// A name that the format does not have.
    #[error("{place} has no {}{}", shown(.name), suggestion(.nearest.as_deref()))]
    UnknownName {
        /// Where it stands.
        place: String,
        /// The name.
        name: String,
        /// The name of the format that lies nearest.
        nearest: Option<String>,
    },
    /// No gate at all.
    #[error("the gate catalogue has no gates: begin one with [[gate]]")]
    Empty,
    /// An empty key, or one with spaces or an equals sign, which no config could set.
    #[error("{} is no key: letters, digits, dots, hyphens and underscores only", shown(.0))]
    Key(String),
    /// A key that stands twice.
    #[error("the key {0} stands twice")]
    Duplicate(String),
    /// None or several of require, minimum and maximum.
    #[error("gate {0}: exactly one of require, minimum and maximum says what it asks")]
    Rule(String),
    /// A field that does not exist.
    #[error("gate {key}: {problem}")]
    UnknownField {
        /// The gate.
        key: String,
        /// Which field, and the nearest known one.
        problem: UnknownField,
    },
    /// A field that knows the future.
    #[error("gate {key}: {field} is not known when the alert is raised, and no gate can read it")]
    Future {
        /// The gate.
        key: String,
        /// The field.
        field: Field,
    },
    /// A field of another sort than the rule compares.
    #[error("gate {key}: {field} is {sort}, but {rule} needs {wanted}")]
    FieldSort {
        /// The gate.
        key: String,
        /// The field.
        field: Field,
        /// What it is, in words.
        sort: &'static str,
        /// The rule.
        rule: &'static str,
        /// What the rule needs, in words.
        wanted: &'static str,
    },
    /// A bonus with another rule than a minimum.
    #[error("gate {0}: only a minimum can have a bonus")]
    Bonus(String),
    /// A setting that does not exist.
    #[error("gate {key}: there is no setting {}{}", shown(.setting), suggestion(.nearest.as_deref()))]
    UnknownSetting {
        /// The gate.
        key: String,
        /// The setting that it names.
        setting: String,
        /// The setting that lies nearest.
        nearest: Option<String>,
    },
    /// A setting of another sort than the gate needs.
    #[error("gate {key}: the setting {setting} has to be {wanted}")]
    SettingSort {
        /// The gate.
        key: String,
        /// The setting.
        setting: String,
        /// What it has to be, in words.
        wanted: &'static str,
    },
    /// A setting in which no gate is interested.
    #[error("no gate uses the setting {0}")]
    Unused(String),
    /// A default that the key itself would refuse, or bounds that leave nothing.
    #[error("{key}: {problem}")]
    Default {
        /// The gate or setting.
        key: String,
        /// What is wrong.
        problem: String,
    },
}
