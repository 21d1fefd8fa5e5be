//! A yes/no feature: with it, without it, and unknown, side by side.

use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use crate::dataset::columns::Flags;
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::confidence::Confidence;
use crate::statistics::fisher;
use crate::statistics::newcombe;
use crate::statistics::proportion::{Proportion, TwoByTwo};
use crate::statistics::relative_risk;

/// The rows with it, without it, and those of which it is unknown where there are any.
#[must_use]
pub fn groups(snapshot: &Snapshot, flags: &Flags, rows: &Bitmap) -> Vec<GroupStats> {
    let unknown = rows.and_not(&flags.yes).and_not(&flags.no);
    let mut groups = vec![
        GroupStats::of(snapshot, &rows.and(&flags.yes), "true"),
        GroupStats::of(snapshot, &rows.and(&flags.no), "false"),
    ];
    if !unknown.is_empty() {
        groups.push(GroupStats::of(snapshot, &unknown, "unknown"));
    }
    groups
}

/// How two groups differ in pumps and in rugs: the first less the second.
#[must_use]
pub fn effects(first: &GroupStats, second: &GroupStats) -> Vec<Effect> {
    let contrast = format!("{} − {}", first.level, second.level);
    let both = [(Outcome::Pump, first.pumps, second.pumps), (Outcome::Rug, first.rugs, second.rugs)];
    both.into_iter().flat_map(|(outcome, with, without)| compare(outcome, with, without, &contrast)).collect()
}

fn compare(outcome: Outcome, with: Proportion, without: Proportion, contrast: &str) -> [Effect; 2] {
    let table = TwoByTwo { with, without };
    let is_defined = with.total() > 0 && without.total() > 0;
    let mut absolute = Effect::shown(outcome, Measure::RiskDifference, "fisher", contrast)
        .estimated(newcombe::risk_difference(&table, Confidence::NINETY_FIVE));
    absolute.p_value = is_defined.then(|| fisher::two_sided(&table));
    absolute.fisher_p_value = absolute.p_value;
    let mut relative = Effect::shown(outcome, Measure::RelativeRisk, "", contrast);
    relative.estimate = relative_risk::relative_risk(&table);
    relative.interval = relative_risk::interval(&table, Confidence::NINETY_FIVE);
    [absolute, relative]
}
