//! Which alerts a config lets through.

use domain::gate::{Catalogue, FilterConfig, Gate, Unknown};

use super::baseline::Baseline;
use crate::dataset::{Bitmap, Snapshot, gates};

/// The alerts of `rows` that meet every gate of `config`.
#[must_use]
pub fn passing(snapshot: &Snapshot, catalogue: &Catalogue, config: &FilterConfig, rows: &Bitmap) -> Bitmap {
    gates::passing(snapshot, catalogue, config).and(rows)
}

/// The alerts of `rows` that meet every gate of `config`, of which those of `baseline` meet every gate of its own: where those
/// are all of them, only the gates are asked that differ.
#[must_use]
pub fn passing_beside(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    config: &FilterConfig,
    baseline: &Baseline,
    rows: &Bitmap,
) -> Bitmap {
    if baseline.turned_away > 0 {
        return passing(snapshot, catalogue, config, rows);
    }
    let mut passing = baseline.rows.clone();
    for gate in catalogue.gates().iter().filter(|gate| !is_the_same(gate, config, &baseline.config)) {
        if let Some(meet) = gates::passing_gate(snapshot, gate, config) {
            passing.intersect(&meet);
        }
    }
    passing
}

/// Whether all that the gate asks the config for is the same in both.
fn is_the_same(gate: &Gate, one: &FilterConfig, other: &FilterConfig) -> bool {
    let bonus = gate.bonus.as_ref().map(|bonus| &bonus.key);
    let unknown = match &gate.unknown {
        Unknown::PassesWhere(key) => Some(key),
        Unknown::Passes | Unknown::Fails => None,
    };
    std::iter::once(&gate.key).chain(bonus).chain(unknown).all(|key| one.get(key) == other.get(key))
}
