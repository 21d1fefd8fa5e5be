//! What a candidate is compared with: the matured alerts that the config in force lets through.

use domain::gate::{Catalogue, FilterConfig, Gate, Rule, Setting};

use super::passing::passing;
use crate::correlate::selection::Selection;
use crate::dataset::{Bitmap, Snapshot, gates};

/// The config in force and the alerts under it.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The config: as it was given, or the gates' defaults as far as the alerts obey them.
    pub config: FilterConfig,
    /// It was given with the request.
    pub is_given: bool,
    /// The matured alerts that it lets through.
    pub rows: Bitmap,
    /// How many matured alerts it would have turned away: they were raised under another config.
    pub turned_away: u32,
    /// Over how many days the matured alerts lie.
    pub days: f64,
}

impl Baseline {
    /// Of the matured alerts of `selection`. Without a config, a default that any of them contradicts is not in force: the
    /// tightest value that they all obey takes its place.
    #[must_use]
    pub fn of(snapshot: &Snapshot, selection: &Selection, catalogue: &Catalogue, given: Option<&FilterConfig>) -> Self {
        let config = given.cloned().unwrap_or_else(|| obeyed(snapshot, selection, catalogue));
        let rows = passing(snapshot, catalogue, &config, &selection.matured);
        Self {
            turned_away: selection.matured.count() - rows.count(),
            is_given: given.is_some(),
            days: selection.days(snapshot).unwrap_or(1.0),
            config,
            rows,
        }
    }
}

fn obeyed(snapshot: &Snapshot, selection: &Selection, catalogue: &Catalogue) -> FilterConfig {
    let mut config = FilterConfig::defaults(catalogue);
    for gate in catalogue.gates() {
        let passing = gates::passing_gate(snapshot, gate, &config);
        if passing.is_none_or(|passing| selection.matured.and_not(&passing).is_empty()) {
            continue;
        }
        let value = match gate.rule {
            Rule::Require => Some(Setting::Boolean(false)),
            Rule::Minimum | Rule::Maximum => obeyed_bound(snapshot, selection, &config, gate),
        };
        if let Ok(turned) = config.with(catalogue, &gate.key, value) {
            config = turned;
        }
    }
    config
}

/// The tightest bound that every known value obeys.
#[must_use]
pub fn obeyed_bound(snapshot: &Snapshot, selection: &Selection, config: &FilterConfig, gate: &Gate) -> Option<Setting> {
    // The number with its bonus, as [`effective`] has it, is least where the number is, with the bonus and without.
    let numbers = snapshot.measures_of(&gate.field)?;
    let granted = gate.bonus.as_ref().and_then(|bonus| match config.get(&bonus.key) {
        Some(Setting::Number(points)) => Some((&snapshot.flags_of(&bonus.field)?.yes, points)),
        _ => None,
    });
    let all = &selection.matured;
    let (without, with) = match granted {
        Some((gets, points)) => {
            let with = numbers.extremes(&all.and(gets));
            (numbers.extremes(&all.and_not(gets)), with.map(|(least, most)| (least + points, most + points)))
        }
        None => (numbers.extremes(all), None),
    };
    let both = without.into_iter().chain(with);
    let bound = if gate.rule == Rule::Maximum {
        both.map(|(_, most)| most).reduce(f64::max)
    } else {
        both.map(|(least, _)| least).reduce(f64::min)
    };
    bound.map(Setting::Number)
}

/// The number that a gate compares of an alert, with its bonus.
#[must_use]
pub fn effective(snapshot: &Snapshot, row: usize, config: &FilterConfig, gate: &Gate) -> Option<f64> {
    gates::compared(snapshot, row, config, gate)
}

/// The config with no gate in force but the one of `key`; settings that others refer to stay.
#[must_use]
pub fn only(catalogue: &Catalogue, config: &FilterConfig, key: &str) -> FilterConfig {
    catalogue.gates().iter().filter(|gate| gate.key != key).fold(config.clone(), |config, gate| {
        let off = match gate.rule {
            Rule::Require => Some(Setting::Boolean(false)),
            Rule::Minimum | Rule::Maximum => None,
        };
        config.with(catalogue, &gate.key, off).unwrap_or(config)
    })
}
