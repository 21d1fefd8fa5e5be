//! A number: where pumps and rugs lie, whether it ranks them, and the rates by quantile bin.

use super::effect::{Effect, Measure, Outcome};
use super::group::{GroupStats, mean, sorted};
use super::report::NumberStats;
use crate::dataset::columns::{Flags, Numbers};
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::within_days::Days;
use crate::statistics::confidence::Confidence;
use crate::statistics::median::Median;
use crate::statistics::quantile_bins::{QuantileBins, bins_for};
use crate::statistics::rank::mann_whitney::MannWhitney;
use crate::statistics::rank::spearman::Spearman;

/// The rows by quantile bin, cut without a look at the outcomes, and those of which it is unknown.
#[must_use]
pub fn groups(snapshot: &Snapshot, numbers: &Numbers, rows: &Bitmap) -> Vec<GroupStats> {
    let values = sorted(numbers, rows);
    let mut groups = Vec::new();
    if let Some(bins) = QuantileBins::of_sorted(&values, bins_for(values.len())) {
        let mut members = vec![Bitmap::none(snapshot.len()); bins.count()];
        for row in numbers.known().and(rows).rows() {
            if let Some(bin) = bins.bin_of(numbers.value(row)) {
                members[bin].insert(row);
            }
        }
        let labelled = members.iter().zip(bins.labels());
        groups.extend(labelled.map(|(members, label)| GroupStats::of(snapshot, members, label)));
    }
    let unknown = rows.and_not(numbers.known());
    if !unknown.is_empty() {
        groups.push(GroupStats::of(snapshot, &unknown, "unknown"));
    }
    groups
}

/// Where the values lie.
#[must_use]
pub fn stats(snapshot: &Snapshot, numbers: &Numbers, rows: &Bitmap) -> NumberStats {
    let labels = snapshot.labels();
    let values = sorted(numbers, rows);
    let mean_of = |label: &Bitmap| mean(numbers, &rows.and(label));
    NumberStats {
        mean_of_pumps: mean_of(&labels.pump.yes),
        mean_of_others: mean_of(&labels.pump.no),
        mean_of_rugs: mean_of(&labels.rug.yes),
        mean_of_non_rugs: mean_of(&labels.rug.no),
        median: Median::of_sorted(&values, Confidence::NINETY_FIVE).map(|median| median.value),
        min: values.first().copied(),
        max: values.last().copied(),
    }
}

/// Whether it ranks pumps and rugs (AUC), and goes with the gain (Spearman).
#[must_use]
pub fn effects(snapshot: &Snapshot, numbers: &Numbers, rows: &Bitmap, days: &[Days; 2]) -> Vec<Effect> {
    let labels = snapshot.labels();
    let mut effects = vec![
        ranks(Outcome::Pump, numbers, &labels.pump, rows, &days[0]),
        ranks(Outcome::Rug, numbers, &labels.rug, rows, &days[1]),
    ];
    let both = labels.max_gain_pct.known().and(numbers.known()).and(rows);
    let keep = |row: u32| both.contains(row as usize);
    let mut gain = Effect::shown(Outcome::Gain, Measure::Spearman, "spearman", "greatest gain by rank");
    if let Some(spearman) = Spearman::of_orders(&numbers.order, &labels.max_gain_pct.order, keep) {
        gain.estimate = Some(spearman.rho());
        gain.interval = spearman.interval(Confidence::NINETY_FIVE);
        gain.p_value = spearman.p_value();
    }
    effects.push(gain);
    effects
}

/// The AUC over all, and the test within UTC days that decides.
fn ranks(outcome: Outcome, numbers: &Numbers, label: &Flags, rows: &Bitmap, days: &Days) -> Effect {
    let contrast = if outcome == Outcome::Rug { "rugs − others" } else { "pumps − others" };
    let class = |row: u32| if rows.contains(row as usize) { label.get(row as usize) } else { None };
    let pairs = MannWhitney::of_order(&numbers.order, class);
    let mut effect = Effect::shown(outcome, Measure::Auc, "van-elteren within days", contrast)
        .estimated(pairs.auc_estimate(Confidence::NINETY_FIVE));
    effect.p_value = days.p_value();
    effect.plain_p_value = pairs.p_value();
    effect
}
