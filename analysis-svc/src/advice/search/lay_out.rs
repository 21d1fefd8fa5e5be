//! From a revision of the data to the plain columns of the search.

use domain::field::Field;
use domain::gate::{Catalogue, FilterConfig, Gate, Knob, Setting, Unknown};

use super::bound::Bound;
use super::cases::{Cases, Labels};
use super::ladder::Ladder;
use crate::dataset::gates::passing_gate;
use crate::dataset::measures::FEW;
use crate::dataset::{Bitmap, Snapshot};
use crate::gates::Baseline;
use crate::parallel::{both, side_by_side};

/// What the search looks at.
#[derive(Clone, Debug)]
pub struct LaidOut {
    /// The matured alerts under the config in force.
    pub cases: Cases,
    /// One for each key of the catalogue, in its order.
    pub ladders: Vec<Ladder>,
}

impl LaidOut {
    /// The alerts of `baseline`, and the tighter values of every key: chosen by what those alerts have, without a look at
    /// outcomes.
    #[must_use]
    pub fn of(snapshot: &Snapshot, catalogue: &Catalogue, baseline: &Baseline) -> Self {
        let rows: Vec<usize> = baseline.rows.rows().collect();
        let knobs: Vec<&Knob> = catalogue.knobs().iter().collect();
        let (ladders, cases) = both(
            || side_by_side(snapshot.len(), knobs, |knob| ladder(snapshot, catalogue, baseline, &rows, knob)),
            || cases(snapshot, &rows),
        );
        Self { cases, ladders }
    }
}

fn cases(snapshot: &Snapshot, rows: &[usize]) -> Cases {
    const NEW: u32 = u32::MAX;
    let labels = snapshot.labels();
    let mut numbers = vec![NEW; snapshot.token_count()];
    let mut next = 0;
    let mut cases = Cases::default();
    for &row in rows {
        let number = &mut numbers[snapshot.token(row) as usize];
        if *number == NEW {
            *number = next;
            next += 1;
        }
        cases.days.push(i32::try_from(snapshot.alerted_at(row).utc_day()).unwrap_or(i32::MAX));
        cases.tokens.push(*number);
        cases.exits.push(labels.exit_return_pct.value(row));
        cases.labels.push(Labels { pump: labels.pump.get(row), rug: labels.rug.get(row) });
    }
    cases
}

fn ladder(snapshot: &Snapshot, catalogue: &Catalogue, baseline: &Baseline, rows: &[usize], knob: &Knob) -> Ladder {
    let from = baseline.config.get(&knob.key);
    let values = tighter_values(snapshot, catalogue, baseline, rows, knob);
    let gates = catalogue.gates().iter().enumerate().filter(|(_, gate)| has_a_say(knob, gate));
    let passed = match Bound::of(snapshot, catalogue, baseline, knob) {
        Some(bound) => rows.iter().map(|&row| bound.count_passed(row, &values)).collect(),
        None => passed(snapshot, catalogue, baseline, rows.len(), (knob, &values)),
    };
    Ladder { key: knob.key.clone(), from, values, passed, gates: gates.map(|(place, _)| place).collect() }
}

/// How many of the values each of so many alerts passes: what is turned tighter is kept of the alerts in force, bit by bit in the
/// order of their rows.
fn passed(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    baseline: &Baseline,
    alerts: usize,
    (knob, values): (&Knob, &[Setting]),
) -> Vec<u8> {
    let mut passed = vec![0_u8; alerts];
    for &value in values {
        let kept = kept(snapshot, catalogue, baseline, &[(&knob.key, value)]);
        let mut passed = passed.iter_mut();
        for (&of, &kept) in baseline.rows.words().iter().zip(kept.words()) {
            let mut rest = of;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                if let Some(passed) = passed.next() {
                    *passed += u8::from(kept >> bit & 1 == 1);
                }
                rest &= rest - 1;
            }
        }
    }
    passed
}

/// What is kept of the alerts of `baseline` where keys are turned tighter. All of them pass the gates that these keys have no
/// say in.
#[must_use]
pub fn kept(snapshot: &Snapshot, catalogue: &Catalogue, baseline: &Baseline, turned: &[(&str, Setting)]) -> Bitmap {
    let turn = |config: FilterConfig, &(key, value): &(&str, Setting)| {
        config.with(catalogue, key, Some(value)).unwrap_or(config)
    };
    let config = turned.iter().fold(baseline.config.clone(), turn);
    let knobs: Vec<&Knob> = turned.iter().filter_map(|(key, _)| catalogue.knob(key)).collect();
    let mut kept = baseline.rows.clone();
    for gate in catalogue.gates().iter().filter(|gate| knobs.iter().any(|knob| has_a_say(knob, gate))) {
        if let Some(passing) = passing_gate(snapshot, gate, &config) {
            kept.intersect(&passing);
        }
    }
    kept
}

/// Whether the key sets the gate, or has a say in it.
pub(super) fn has_a_say(knob: &Knob, gate: &Gate) -> bool {
    gate.key == knob.key
        || gate.bonus.as_ref().is_some_and(|bonus| bonus.key == knob.key)
        || matches!(&gate.unknown, Unknown::PassesWhere(key) if *key == knob.key)
}

fn tighter_values(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    baseline: &Baseline,
    rows: &[usize],
    knob: &Knob,
) -> Vec<Setting> {
    let observed = catalogue.gate(&knob.key).map(|gate| compared(snapshot, baseline, rows, gate));
    knob.tighter_candidates(baseline.config.get(&knob.key), &observed.unwrap_or_default())
}

/// The numbers that a gate compares of these alerts, with their bonus, ascending.
fn compared(snapshot: &Snapshot, baseline: &Baseline, rows: &[usize], gate: &Gate) -> Vec<f64> {
    let Some(measures) = snapshot.measures_of(&gate.field) else { return Vec::new() };
    let bonus = gate.bonus.as_ref().and_then(|bonus| match baseline.config.get(&bonus.key) {
        Some(Setting::Number(points)) => Some((snapshot.flags_of(&bonus.field)?, points)),
        _ => None,
    });
    if bonus.is_none()
        && let Some(order) = snapshot.kept_order(&gate.field)
    {
        let rising = order.rows().iter().map(|&row| row as usize).filter(|&row| baseline.rows.contains(row));
        return rising.map(|row| measures.value(row)).collect();
    }
    let granted = |row: usize| bonus.is_some_and(|(gets, _)| gets.yes.contains(row));
    let points = bonus.map_or(0.0, |(_, points)| points);
    if let Some((codes, place_of)) = measures.few() {
        let mut counts = [[0_usize; 2]; FEW];
        for &row in rows.iter().filter(|&&row| measures.known().contains(row)) {
            counts[usize::from(place_of[usize::from(codes.at(row))])][usize::from(granted(row))] += 1;
        }
        let values = measures.few_values().into_iter().zip(counts);
        let mut counted: Vec<(f64, usize)> =
            values.flat_map(|(value, [plain, granted])| [(value, plain), (value + points, granted)]).collect();
        counted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        return counted.into_iter().flat_map(|(number, count)| std::iter::repeat_n(number, count)).collect();
    }
    let number = |&row: &usize| measures.get(row).map(|number| if granted(row) { number + points } else { number });
    let mut numbers: Vec<f64> = rows.iter().filter_map(number).collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers
}

/// What the gates that any of these keys has a say in read of an alert.
#[must_use]
pub fn reads(catalogue: &Catalogue, keys: &[&str]) -> Vec<Field> {
    let knobs = keys.iter().filter_map(|key| catalogue.knob(key));
    let mut fields: Vec<Field> = Vec::new();
    for field in knobs.flat_map(|knob| &knob.reads) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    fields
}
