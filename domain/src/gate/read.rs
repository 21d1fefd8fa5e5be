//! Makes a catalogue of what a file says, and finds everything in it that makes no sense.

use std::collections::BTreeSet;

use super::catalogue::{Bonus, Catalogue, Gate, Knob, Rule, Setting, SettingKind, Tighter, Unknown};
use super::error::CatalogueError;
use super::file::{self, FileGate, FileSetting, FileUnknown, FileVerdict};
use crate::field::{Field, Kind};
use crate::nearest::nearest;

pub(super) fn catalogue(text: &str) -> Result<Catalogue, CatalogueError> {
    let file = file::read(text)?;
    if file.gate.is_empty() {
        return Err(CatalogueError::Empty);
    }
    check_keys(file.gate.iter().map(|gate| &gate.key).chain(file.setting.iter().map(|setting| &setting.key)))?;
    let settings: Vec<Knob> = file.setting.iter().map(setting).collect::<Result<_, _>>()?;
    let mut catalogue = Catalogue { knobs: Vec::new(), gates: Vec::new() };
    for entry in &file.gate {
        let gate = gate(entry, &settings)?;
        catalogue.knobs.push(knob(entry, &gate)?);
        catalogue.gates.push(gate);
    }
    for setting in settings {
        let knob = used(setting, &catalogue.gates)?;
        catalogue.knobs.push(knob);
    }
    Ok(catalogue)
}

fn check_keys<'a>(keys: impl Iterator<Item = &'a String>) -> Result<(), CatalogueError> {
    let mut seen = BTreeSet::new();
    for key in keys {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if key.is_empty() || key.len() > 128 || !key.chars().all(is_plain) {
            return Err(CatalogueError::Key(key.clone()));
        }
        if !seen.insert(key) {
            return Err(CatalogueError::Duplicate(key.clone()));
        }
    }
    Ok(())
}

fn gate(entry: &FileGate, settings: &[Knob]) -> Result<Gate, CatalogueError> {
    let rules = [(Rule::Require, &entry.require), (Rule::Minimum, &entry.minimum), (Rule::Maximum, &entry.maximum)];
    let mut named = rules.into_iter().filter_map(|(rule, field)| Some((rule, field.as_deref()?)));
    let (Some((rule, name)), None) = (named.next(), named.next()) else {
        return Err(CatalogueError::Rule(entry.key.clone()));
    };
    let field = field(&entry.key, name, rule.name(), rule.kind())?;
    let bonus = entry.bonus.as_ref().map(|bonus| {
        if rule != Rule::Minimum {
            return Err(CatalogueError::Bonus(entry.key.clone()));
        }
        let key = setting_of(settings, &entry.key, &bonus.key, SettingKind::Number)?;
        Ok(Bonus { key, field: self::field(&entry.key, &bonus.field, "a bonus", SettingKind::Boolean)? })
    });
    let unknown = match &entry.unknown {
        None if rule == Rule::Require => Unknown::Fails,
        None | Some(FileUnknown::Always(FileVerdict::Passes)) => Unknown::Passes,
        Some(FileUnknown::Always(FileVerdict::Fails)) => Unknown::Fails,
        Some(FileUnknown::Where { passes_where }) => {
            Unknown::PassesWhere(setting_of(settings, &entry.key, passes_where, SettingKind::Boolean)?)
        }
    };
    Ok(Gate { key: entry.key.clone(), rule, field, bonus: bonus.transpose()?, unknown })
}

fn field(key: &str, name: &str, rule: &'static str, wanted: SettingKind) -> Result<Field, CatalogueError> {
    let field = Field::parse(name).map_err(|problem| CatalogueError::UnknownField { key: key.to_owned(), problem })?;
    if !field.is_known_at_alert_time() {
        return Err(CatalogueError::Future { key: key.to_owned(), field });
    }
    match (field.kind(), wanted) {
        (Kind::Any, _) | (Kind::Boolean, SettingKind::Boolean) | (Kind::Number, SettingKind::Number) => Ok(field),
        (kind, _) => Err(CatalogueError::FieldSort {
            key: key.to_owned(),
            field,
            sort: kind.noun(),
            rule,
            wanted: wanted.noun(),
        }),
    }
}

/// The key of the setting that gate `key` names, if there is one of that kind.
fn setting_of(settings: &[Knob], key: &str, name: &str, kind: SettingKind) -> Result<String, CatalogueError> {
    let Some(setting) = settings.iter().find(|setting| setting.key == name) else {
        let near = nearest(name, settings.iter().map(|setting| setting.key.as_str())).map(str::to_owned);
        let (key, setting) = (key.to_owned(), name.to_owned());
        return Err(CatalogueError::UnknownSetting { key, setting, nearest: near });
    };
    if setting.kind != kind {
        let (key, setting) = (key.to_owned(), name.to_owned());
        return Err(CatalogueError::SettingSort { key, setting, wanted: kind.noun() });
    }
    Ok(setting.key.clone())
}

fn knob(entry: &FileGate, gate: &Gate) -> Result<Knob, CatalogueError> {
    let reads = std::iter::once(gate.field.clone()).chain(gate.bonus.as_ref().map(|bonus| bonus.field.clone()));
    checked(Knob {
        key: entry.key.clone(),
        description: entry.description.clone(),
        kind: gate.rule.kind(),
        default: entry.default.map(Setting::from),
        tighter: match gate.rule {
            Rule::Require => Tighter::True,
            Rule::Minimum => Tighter::Higher,
            Rule::Maximum => Tighter::Lower,
        },
        at_least: entry.at_least,
        at_most: entry.at_most,
        reads: reads.collect(),
        needs_value: false,
    })
}

fn setting(entry: &FileSetting) -> Result<Knob, CatalogueError> {
    let default = Setting::from(entry.default);
    checked(Knob {
        key: entry.key.clone(),
        description: entry.description.clone(),
        kind: default.kind(),
        default: Some(default),
        // A permission and a bonus alike let more through the more there is of them.
        tighter: match default {
            Setting::Boolean(_) => Tighter::False,
            Setting::Number(_) => Tighter::Lower,
        },
        at_least: entry.at_least,
        at_most: entry.at_most,
        reads: Vec::new(),
        needs_value: true,
    })
}

/// Its default has to be a value that it takes.
fn checked(knob: Knob) -> Result<Knob, CatalogueError> {
    match knob.check(knob.default) {
        Ok(()) => Ok(knob),
        Err(problem) => Err(CatalogueError::Default { key: knob.key, problem: format!("the default {problem}") }),
    }
}

/// The setting with what is read by the gates that it has a say in.
fn used(mut setting: Knob, gates: &[Gate]) -> Result<Knob, CatalogueError> {
    for gate in gates {
        let bonus = gate.bonus.as_ref().filter(|bonus| bonus.key == setting.key);
        let permits = matches!(&gate.unknown, Unknown::PassesWhere(key) if *key == setting.key);
        let field = (bonus.is_some() || permits).then_some(&gate.field);
        for field in field.into_iter().chain(bonus.map(|bonus| &bonus.field)) {
            if !setting.reads.contains(field) {
                setting.reads.push(field.clone());
            }
        }
    }
    if setting.reads.is_empty() { Err(CatalogueError::Unused(setting.key)) } else { Ok(setting) }
}
