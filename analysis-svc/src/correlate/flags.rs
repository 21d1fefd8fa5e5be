//! A yes/no feature: with it, without it, and unknown, side by side.

use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use super::labelled::{Labelled, by_day};
use super::tabulate::layout::Layout;
use super::tabulate::levels::{FIRST, Levels, UNKNOWN};
use super::tabulate::tally::Tally;
use crate::dataset::columns::Flags;
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::confidence::Confidence;
use crate::statistics::fisher;
use crate::statistics::newcombe;
use crate::statistics::proportion::{Proportion, TwoByTwo};
use crate::statistics::relative_risk;
use crate::statistics::strata::exact_two_sided;

/// The rows with it, without it, and those of which it is unknown where there are any; and how the first two differ.
#[must_use]
pub fn report(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    flags: &Flags,
) -> (Vec<GroupStats>, Vec<Effect>) {
    let levels = Levels::of_two(labelled.rows(), &flags.yes, &flags.no);
    let tally = Tally::of(snapshot, layout, labelled, &levels);
    let mut groups = vec![tally.group(FIRST, "true"), tally.group(FIRST + 1, "false")];
    let (yes, no) = (labelled.rows().and(&flags.yes), labelled.rows().and(&flags.no));
    let effects = effects(snapshot, (&groups[0], &yes), (&groups[1], &no));
    if u64::from(groups[0].alerts + groups[1].alerts) < labelled.count() {
        groups.push(tally.group(UNKNOWN, "unknown"));
    }
    (groups, effects)
}

/// Two parts of the asked rows, of which none is in both.
#[must_use]
pub fn two_groups(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    [first, second]: [&Bitmap; 2],
    names: [&str; 2],
) -> [GroupStats; 2] {
    let levels = Levels::of_two(labelled.rows(), first, second);
    let tally = Tally::of(snapshot, layout, labelled, &levels);
    [tally.group(FIRST, names[0]), tally.group(FIRST + 1, names[1])]
}

/// A group with its rows.
pub type Side<'a> = (&'a GroupStats, &'a Bitmap);

/// How two groups differ in pumps and in rugs: the first less the second. What decides is the exact test within UTC days:
/// one that ignores the day finds effects that are none where good and bad days differ.
#[must_use]
pub fn effects(snapshot: &Snapshot, first: Side<'_>, second: Side<'_>) -> Vec<Effect> {
    let labels = snapshot.labels();
    let days: Vec<_> = snapshot.days().iter().map(|day| day.rows.clone()).collect();
    let contrast = format!("{} − {}", first.0.level, second.0.level);
    let rugs = compare(Outcome::Rug, (first.0.rugs, second.0.rugs), &contrast, || {
        by_day(&days, &labels.rug, first.1, second.1)
    });
    let pumps = compare(Outcome::Pump, (first.0.pumps, second.0.pumps), &contrast, || {
        by_day(&days, &labels.pump, first.1, second.1)
    });
    pumps.into_iter().chain(rugs).collect()
}

fn compare(
    outcome: Outcome,
    (with, without): (Proportion, Proportion),
    contrast: &str,
    strata: impl FnOnce() -> Vec<TwoByTwo>,
) -> [Effect; 2] {
    let table = TwoByTwo { with, without };
    let mut absolute = Effect::shown(outcome, Measure::RiskDifference, "fisher within days", contrast)
        .estimated(newcombe::risk_difference(&table, Confidence::NINETY_FIVE));
    if with.total() > 0 && without.total() > 0 {
        absolute.p_value = Some(exact_two_sided(&strata()));
        absolute.fisher_p_value = Some(fisher::two_sided(&table));
        absolute.plain_p_value = absolute.fisher_p_value;
    }
    let mut relative = Effect::shown(outcome, Measure::RelativeRisk, "", contrast);
    relative.estimate = relative_risk::relative_risk(&table);
    relative.interval = relative_risk::interval(&table, Confidence::NINETY_FIVE);
    [absolute, relative]
}
