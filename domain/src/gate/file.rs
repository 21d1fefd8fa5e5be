//! The shape of a catalogue file, before anything in it is understood.

use serde::Deserialize;
use toml::{Table, Value};

use super::catalogue::Setting;
use super::error::CatalogueError;
use crate::nearest::nearest;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub gate: Vec<FileGate>,
    #[serde(default)]
    pub setting: Vec<FileSetting>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileGate {
    pub key: String,
    #[serde(default)]
    pub description: String,
    pub require: Option<String>,
    pub minimum: Option<String>,
    pub maximum: Option<String>,
    pub default: Option<FileValue>,
    pub unknown: Option<FileUnknown>,
    pub bonus: Option<FileBonus>,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSetting {
    pub key: String,
    #[serde(default)]
    pub description: String,
    pub default: FileValue,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged, expecting = "a default is true, false or a number")]
pub(super) enum FileValue {
    Boolean(bool),
    Number(f64),
}

impl From<FileValue> for Setting {
    fn from(value: FileValue) -> Self {
        match value {
            FileValue::Boolean(value) => Self::Boolean(value),
            FileValue::Number(value) => Self::Number(value),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "unknown is \"passes\", \"fails\" or { passes_where = \"KEY\" }")]
pub(super) enum FileUnknown {
    Always(FileVerdict),
    Where { passes_where: String },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileVerdict {
    Passes,
    Fails,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileBonus {
    pub key: String,
    #[serde(rename = "where")]
    pub field: String,
}

const GATE: &[&str] =
    &["key", "description", "require", "minimum", "maximum", "default", "unknown", "bonus", "at_least", "at_most"];
const SETTING: &[&str] = &["key", "description", "default", "at_least", "at_most"];

/// Reads the text. A misspelt name is looked for first, since only here the nearest right one can be told.
pub(super) fn read(text: &str) -> Result<File, CatalogueError> {
    let syntax = |error: toml::de::Error| CatalogueError::Syntax(error.to_string().trim_end().to_owned());
    let table: Table = text.parse().map_err(syntax)?;
    check_names(&table, "the file", &["gate", "setting"])?;
    for (list, known) in [("gate", GATE), ("setting", SETTING)] {
        let entries = table.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
        for (index, entry) in entries.enumerate() {
            let name =
                entry.get("key").and_then(Value::as_str).map_or_else(|| format!("number {}", index + 1), str::to_owned);
            check_names(entry, &format!("{list} {name}"), known)?;
        }
    }
    toml::from_str(text).map_err(syntax)
}

fn check_names(table: &Table, place: &str, known: &[&str]) -> Result<(), CatalogueError> {
    match table.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(CatalogueError::UnknownName {
            place: place.to_owned(),
            name: name.clone(),
            nearest: nearest(name, known.iter().copied()).map(str::to_owned),
        }),
    }
}
