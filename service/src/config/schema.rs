//! The settings as a JSON schema of the TOML file, which is the plain list of them too: every property has its
//! environment variable, flag, default and meaning, and the programs that read it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::AnyKey;
use super::keys::{PROGRAMS, all};

#[derive(Serialize)]
struct Schema {
    #[serde(rename = "$schema")]
    schema: &'static str,
    title: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "additionalProperties")]
    additional_properties: bool,
    properties: BTreeMap<String, Property>,
}

#[derive(Serialize)]
struct Property {
    description: String,
    #[serde(rename = "type")]
    kind: Vec<&'static str>,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    choices: Vec<&'static str>,
    /// What a value has to be, in words.
    #[serde(rename = "x-expected")]
    expected: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
    /// Where it is not the same for all programs.
    #[serde(rename = "x-defaults", skip_serializing_if = "BTreeMap::is_empty")]
    defaults: BTreeMap<&'static str, &'static str>,
    #[serde(rename = "x-environment")]
    environment: String,
    #[serde(rename = "x-flag", skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
    #[serde(rename = "x-secret")]
    secret: bool,
    #[serde(rename = "x-programs")]
    programs: Vec<&'static str>,
}

/// The schema, as JSON with a line end behind it.
#[must_use]
pub fn schema() -> String {
    let schema = Schema {
        schema: "https://json-schema.org/draft/2020-12/schema",
        title: "Settings of perftrack's services",
        kind: "object",
        additional_properties: false,
        properties: all().into_iter().flat_map(properties).collect(),
    };
    // Strings and maps of strings always are JSON.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn properties(key: &'static dyn AnyKey) -> Vec<(String, Property)> {
    let readers: Vec<(&'static str, Option<&'static str>)> = PROGRAMS
        .iter()
        .filter_map(|(program, keys)| {
            let own = keys().into_iter().find(|own| own.name() == key.name())?;
            Some((*program, own.default_text()))
        })
        .collect();
    let same = readers.iter().all(|(_, default)| *default == key.default_text());
    let defaults = readers.iter().filter_map(|(program, default)| Some((*program, (*default)?)));
    let own = Property {
        description: key.help().to_owned(),
        kind: if key.json_type() == "string" { vec!["string"] } else { vec![key.json_type(), "string"] },
        choices: key.choices().to_vec(),
        expected: key.expected(),
        default: key.default_text().filter(|_| same),
        defaults: if same { BTreeMap::new() } else { defaults.collect() },
        environment: key.env(),
        flag: key.has_flag().then(|| format!("--{}", key.flag())),
        secret: key.is_secret(),
        programs: readers.iter().map(|(program, _)| *program).collect(),
    };
    let file = key.is_secret().then(|| Property {
        description: format!("A file that holds {}", key.name()),
        kind: vec!["string"],
        choices: Vec::new(),
        expected: "a file",
        default: None,
        defaults: BTreeMap::new(),
        environment: format!("{}_FILE", key.env()),
        flag: Some(format!("--{}-file", key.flag())),
        secret: false,
        programs: own.programs.clone(),
    });
    let file = file.map(|file| (key.file_name(), file));
    std::iter::once((key.name().to_owned(), own)).chain(file).collect()
}
