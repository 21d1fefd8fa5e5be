//! Looser values: only alerts that the filters turned away can tell what they would let in. Each such shadow alert counts as
//! many times as its sampling rate says; without any, nothing is said.

use domain::field::{AlertField, Field};
use domain::gate::{Catalogue, Gate, Knob, Setting, SettingKind, Tighter};

use super::LEAST;
use super::lay_out::has_a_say;
use crate::dataset::gates::{compared, passing_gate};
use crate::dataset::{Bitmap, Snapshot};
use crate::gates::Baseline;
use crate::gates::replay::CAP_PCT;
use crate::simulate::shadow::Usable;

/// The normal quantile of a one-sided 95 % interval.
const ONE_SIDED_95: f64 = 1.644_853_626_951_472_2;
/// Values are tried where they would let in a tenth, two tenths, … of what the key turns away.
const PARTS: usize = 10;

/// A looser value and what it would let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Looser {
    /// The key.
    pub key: String,
    /// The looser value.
    pub to: Setting,
    /// How many shadow alerts it lets in.
    pub rows: u32,
    /// How many alerts those stand for.
    pub weight: f64,
    /// The sum of their capped exits, weighted, in percent.
    pub capped_sum: f64,
    /// The lower end of a one-sided 95 % interval of that sum.
    pub low: f64,
}

/// What was looked at among looser values.
#[derive(Clone, Debug, Default)]
pub struct LooserSearch {
    /// The shadow alerts that can tell.
    pub usable: Usable,
    /// How many values were tried.
    pub values: usize,
    /// What lets in enough to be looked at and whose interval lies above 0, best first.
    pub found: Vec<Looser>,
}

/// Tries looser values of every key over the shadow alerts of `usable`.
#[must_use]
pub fn looser(snapshot: &Snapshot, catalogue: &Catalogue, baseline: &Baseline, usable: Usable) -> LooserSearch {
    let mut search = LooserSearch { usable, ..LooserSearch::default() };
    if search.usable.rows.is_empty() {
        return search;
    }
    let in_force: Vec<Option<Bitmap>> =
        catalogue.gates().iter().map(|gate| passing_gate(snapshot, gate, &baseline.config)).collect();
    for knob in catalogue.knobs() {
        let gates = || catalogue.gates().iter().enumerate();
        let own: Vec<(usize, &Gate)> = gates().filter(|(_, gate)| has_a_say(knob, gate)).collect();
        let others = gates().filter(|(_, gate)| !has_a_say(knob, gate));
        let mut rest = search.usable.rows.clone();
        others.filter_map(|(place, _)| in_force[place].as_ref()).for_each(|passing| rest.intersect(passing));
        let mut present = rest.clone();
        own.iter().filter_map(|(place, _)| in_force[*place].as_ref()).for_each(|passing| present.intersect(passing));
        let turned_away = rest.and_not(&present);
        for to in values(snapshot, catalogue, baseline, knob, &turned_away) {
            let Ok(config) = baseline.config.with(catalogue, &knob.key, Some(to)) else { continue };
            search.values += 1;
            let mut admitted = turned_away.clone();
            let gates = own.iter().filter_map(|(_, gate)| passing_gate(snapshot, gate, &config));
            gates.for_each(|passing| admitted.intersect(&passing));
            search.found.extend(weigh(snapshot, knob, to, &admitted));
        }
    }
    search.found.sort_by(|a, b| b.low.total_cmp(&a.low));
    search
}

fn weigh(snapshot: &Snapshot, knob: &Knob, to: Setting, admitted: &Bitmap) -> Option<Looser> {
    let rates = snapshot.measures_of(&Field::Alert(AlertField::ShadowSampleRate))?;
    let (mut weight, mut capped_sum, mut variance) = (0.0, 0.0, 0.0);
    for row in admitted.rows() {
        let Some(rate) = rates.get(row) else { continue };
        weight += 1.0 / rate;
        if let Some(exit) = snapshot.labels().exit_return_pct.get(row) {
            capped_sum += exit.min(CAP_PCT) / rate;
            variance += (exit.min(CAP_PCT) / rate).powi(2);
        }
    }
    let low = capped_sum - ONE_SIDED_95 * variance.sqrt();
    let found = Looser { key: knob.key.clone(), to, rows: admitted.count(), weight, capped_sum, low };
    (found.rows >= LEAST && low > 0.0).then_some(found)
}

/// Looser values, the least loose first: the other position of a switch; for a bound the deciles of what it turns away, as
/// round as people set them. Chosen without a look at outcomes.
fn values(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    baseline: &Baseline,
    knob: &Knob,
    turned_away: &Bitmap,
) -> Vec<Setting> {
    let present = baseline.config.get(&knob.key);
    let mut values: Vec<Setting> = match (knob.kind, catalogue.gate(&knob.key)) {
        (SettingKind::Boolean, _) => vec![Setting::Boolean(knob.tighter != Tighter::True)],
        (SettingKind::Number, None) => Vec::new(),
        (SettingKind::Number, Some(gate)) => {
            let numbers = turned_away.rows().filter_map(|row| compared(snapshot, row, &baseline.config, gate));
            let mut numbers: Vec<f64> = numbers.collect();
            numbers.sort_unstable_by(f64::total_cmp);
            let at = |part: usize| numbers.get((part * numbers.len() / PARTS).min(numbers.len().saturating_sub(1)));
            (0..=PARTS).filter_map(at).map(|value| Setting::Number(two_digits(*value))).collect()
        }
    };
    values.retain(|&to| knob.check(Some(to)).is_ok() && knob.compare_tightness(Some(to), present).is_lt());
    values.sort_by(|&a, &b| knob.compare_tightness(Some(b), Some(a)));
    values.dedup();
    values
}

/// Rounded to two significant digits.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}
