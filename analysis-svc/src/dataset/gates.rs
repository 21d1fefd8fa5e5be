//! The gates of the bot's config as sets of rows: which alerts each of them lets through. What [`Screen`] says of one alert,
//! for all of them at once.
//!
//! [`Screen`]: domain::gate::Screen

use domain::field::Field;
use domain::gate::{Catalogue, FilterConfig, Gate, Rule, Setting, Unknown};

use super::bitmap::Bitmap;
use super::columns::Flags;
use super::measures::Measures;
use super::snapshot::Snapshot;

/// The rows that meet every gate.
#[must_use]
pub fn passing(snapshot: &Snapshot, catalogue: &Catalogue, config: &FilterConfig) -> Bitmap {
    let mut rows = Bitmap::all(snapshot.len());
    for gate in catalogue.gates() {
        if let Some(passing) = passing_gate(snapshot, gate, config) {
            rows.intersect(&passing);
        }
    }
    rows
}

/// The rows that meet one gate; `None` where the config sets no condition, so that all do.
#[must_use]
pub fn passing_gate(snapshot: &Snapshot, gate: &Gate, config: &FilterConfig) -> Option<Bitmap> {
    let number = |key: &str| match config.get(key) {
        Some(Setting::Number(number)) => Some(number),
        _ => None,
    };
    let is_true = |key: &str| config.get(key) == Some(Setting::Boolean(true));
    let unknown_passes = match &gate.unknown {
        Unknown::Passes => true,
        Unknown::Fails => false,
        Unknown::PassesWhere(key) => is_true(key),
    };
    let (yes, known) = match gate.rule {
        Rule::Require => is_true(&gate.key).then(|| required(snapshot, &gate.field))?,
        Rule::Maximum => at_most(snapshot, &gate.field, number(&gate.key)?),
        Rule::Minimum => {
            let granted = gate.bonus.as_ref().and_then(|bonus| Some((&bonus.field, number(&bonus.key)?)));
            at_least(snapshot, &gate.field, number(&gate.key)?, granted)
        }
    };
    Some(if unknown_passes { yes.or(&known.complement()) } else { yes })
}

/// Where it holds, and where it is known whether it does.
type Truth = (Bitmap, Bitmap);

fn required(snapshot: &Snapshot, field: &Field) -> Truth {
    match snapshot.flags_of(field) {
        Some(flags) => (flags.yes.clone(), flags.known()),
        None => nothing_known(snapshot),
    }
}

fn at_most(snapshot: &Snapshot, field: &Field, most: f64) -> Truth {
    match snapshot.measures_of(field) {
        Some(measures) => (measures.rows_where(|number| number <= most), measures.known().clone()),
        None => nothing_known(snapshot),
    }
}

/// An alert that is below with or without the bonus, or above with and without it, is so whether it gets it or not.
fn at_least(snapshot: &Snapshot, field: &Field, least: f64, granted: Option<(&Field, f64)>) -> Truth {
    let Some(measures) = snapshot.measures_of(field) else { return nothing_known(snapshot) };
    let without = measures.rows_where(|number| number >= least);
    let Some((bonus_field, bonus)) = granted else { return (without, measures.known().clone()) };
    let with = measures.rows_where(|number| number + bonus >= least);
    let unknown = Flags::unknown(snapshot.len());
    let gets = snapshot.flags_of(bonus_field).unwrap_or(&unknown);
    let decides = with.and_not(&without).or(&without.and_not(&with));
    let known = measures.known().and_not(&decides.and_not(&gets.known()));
    let yes = with.and(&without).or(&with.and(&gets.yes)).or(&without.and(&gets.no));
    (yes.and(&known), known)
}

fn nothing_known(snapshot: &Snapshot) -> Truth {
    (Bitmap::none(snapshot.len()), Bitmap::none(snapshot.len()))
}

/// The number that a gate compares of an alert: the field's, with its bonus where the alert gets one.
#[must_use]
pub fn compared(snapshot: &Snapshot, row: usize, config: &FilterConfig, gate: &Gate) -> Option<f64> {
    let number = snapshot.measures_of(&gate.field).and_then(|measures: &Measures| measures.get(row))?;
    let bonus = gate
        .bonus
        .as_ref()
        .filter(|bonus| snapshot.flags_of(&bonus.field).and_then(|flags| flags.get(row)) == Some(true));
    match bonus.and_then(|bonus| config.get(&bonus.key)) {
        Some(Setting::Number(points)) => Some(number + points),
        _ => Some(number),
    }
}
