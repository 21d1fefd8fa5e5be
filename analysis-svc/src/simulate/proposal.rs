//! The config to judge, and which of its keys are looser than what was in force.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::gate::{Catalogue, FilterConfig, Gate, Rule, Setting, Unknown};

use super::shadow::Usable;
use crate::correlate::selection::Selection;
use crate::dataset::Snapshot;
use crate::dataset::gates::passing_gate;
use crate::gates::baseline::obeyed_bound;
use crate::wording;

/// The config to judge.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The whole config; `None`: as in force.
    pub config: Option<FilterConfig>,
    /// Keys turned on top of it, each to a value that it takes; `None` takes its condition away.
    pub turned: BTreeMap<String, Option<Setting>>,
}

impl Proposal {
    /// The whole config, where `in_force` is in force.
    #[must_use]
    pub fn on(&self, catalogue: &Catalogue, in_force: &FilterConfig) -> FilterConfig {
        let base = self.config.as_ref().unwrap_or(in_force).clone();
        self.turned.iter().fold(base, |config, (key, value)| config.with(catalogue, key, *value).unwrap_or(config))
    }
}

/// The keys by which `asked` lets in what the config in force turns away, where no alert was raised that says how such did.
#[must_use]
pub fn looser(
    snapshot: &Snapshot,
    selection: &Selection,
    catalogue: &Catalogue,
    in_force: &FilterConfig,
    asked: &FilterConfig,
) -> Vec<String> {
    let gates = catalogue
        .gates()
        .iter()
        .filter(|gate| is_looser(gate, asked, in_force) && !was_raised(snapshot, selection, gate, asked, in_force));
    let gates: Vec<&Gate> = gates.collect();
    let knobs = catalogue.knobs().iter().filter(|knob| {
        gates.iter().any(|gate| has_a_say(&knob.key, gate))
            && knob.compare_tightness(asked.get(&knob.key), in_force.get(&knob.key)) == Ordering::Less
    });
    knobs.map(|knob| knob.key.clone()).collect()
}

fn has_a_say(key: &str, gate: &Gate) -> bool {
    gate.key == key
        || gate.bonus.as_ref().is_some_and(|bonus| bonus.key == key)
        || matches!(&gate.unknown, Unknown::PassesWhere(other) if other == key)
}

/// Whether there can be an alert that meets the gate under `asked` and not under `in_force`. A key alone does not say: a
/// minimum may rise with its bonus, and a permission says nothing while its gate is off.
fn is_looser(gate: &Gate, asked: &FilterConfig, in_force: &FilterConfig) -> bool {
    let Some(present) = Bound::of(gate, in_force) else { return false };
    let Some(asked) = Bound::of(gate, asked) else { return true };
    let is_below = asked.with_bonus < present.with_bonus || asked.without_bonus < present.without_bonus;
    is_below || (asked.unknown_passes && !present.unknown_passes)
}

/// How tight a gate is: the greater, the tighter.
struct Bound {
    with_bonus: f64,
    without_bonus: f64,
    unknown_passes: bool,
}

impl Bound {
    /// `None` where the config sets no condition.
    fn of(gate: &Gate, config: &FilterConfig) -> Option<Self> {
        let number = |key: &str| match config.get(key) {
            Some(Setting::Number(number)) => Some(number),
            _ => None,
        };
        let is_true = |key: &str| config.get(key) == Some(Setting::Boolean(true));
        let bonus = gate.bonus.as_ref().and_then(|bonus| number(&bonus.key)).unwrap_or(0.0);
        let bound = match gate.rule {
            Rule::Require => is_true(&gate.key).then_some(0.0)?,
            Rule::Minimum => number(&gate.key)?,
            Rule::Maximum => -number(&gate.key)?,
        };
        let unknown_passes = match &gate.unknown {
            Unknown::Passes => true,
            Unknown::Fails => false,
            Unknown::PassesWhere(key) => is_true(key),
        };
        Some(Self { with_bonus: bound - bonus, without_bonus: bound, unknown_passes })
    }
}

/// Whether alerts were raised that the gate turns away as it is in force, down to what `asked` lets in: they came under
/// another config, and say how such do.
fn was_raised(
    snapshot: &Snapshot,
    selection: &Selection,
    gate: &Gate,
    asked: &FilterConfig,
    in_force: &FilterConfig,
) -> bool {
    let Some(passing) = passing_gate(snapshot, gate, in_force) else { return true };
    if selection.matured.and_not(&passing).is_empty() {
        return false;
    }
    match (gate.rule, asked.get(&gate.key), obeyed_bound(snapshot, selection, asked, gate)) {
        (Rule::Minimum, Some(Setting::Number(asked)), Some(Setting::Number(least))) => least <= asked,
        (Rule::Maximum, Some(Setting::Number(asked)), Some(Setting::Number(most))) => most >= asked,
        _ => true,
    }
}

/// The config with the looser keys as they are in force, and why.
#[must_use]
pub fn refuse(
    catalogue: &Catalogue,
    in_force: &FilterConfig,
    asked: &FilterConfig,
    looser: &[String],
    usable: &Usable,
) -> (FilterConfig, BTreeMap<String, String>) {
    let mut judged = asked.clone();
    let mut refused = BTreeMap::new();
    for key in looser {
        let (from, to) = (shown(in_force.get(key)), shown(asked.get(key)));
        refused.insert(
            key.clone(),
            format!(
                "{key} {from} → {to} is looser than in force, and what it would let in can only be judged on shadow \
                 alerts: {}; have the bot record the alerts that its filters turn away as SHADOW, with their \
                 shadow_sample_rate",
                followed(usable)
            ),
        );
        judged = judged.with(catalogue, key, in_force.get(key)).unwrap_or(judged);
    }
    (judged, refused)
}

fn followed(usable: &Usable) -> String {
    match usable.all {
        0 => "there are 0".to_owned(),
        all => format!(
            "there are {}, of which {} are sealed and {} have a sampling rate",
            wording::count(all.into()),
            wording::count(usable.sealed.into()),
            wording::count(usable.with_rate.into())
        ),
    }
}

/// The value of a key, or `off`.
pub(super) fn shown(value: Option<Setting>) -> String {
    value.map_or_else(|| "off".to_owned(), |value| value.to_string())
}
