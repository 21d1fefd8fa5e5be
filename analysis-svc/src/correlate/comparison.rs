//! Smart money against the general cycle, like with like: a bonus lets smart money pass at scores where a general token
//! needs more, so that only scores that both gates admit are compared.

use super::effect::Effect;
use super::flags;
use super::group::GroupStats;
use super::labelled::Labelled;
use super::selection::Selection;
use super::tabulate::layout::Layout;
use crate::dataset::columns::{Flags, Numbers, Values};
use crate::dataset::{Bitmap, Snapshot};

/// Two parts of the cohort side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub name: String,
    /// The first part.
    pub first: GroupStats,
    /// The second part.
    pub second: GroupStats,
    /// The first less the second.
    pub effects: Vec<Effect>,
    /// One sentence: what this says, and within which scores.
    pub note: String,
}

/// Smart money against the general cycle. `None` where the matured alerts are not on both sides.
#[must_use]
pub fn smart_money(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    selection: &Selection,
) -> Option<Comparison> {
    let Values::Flags(smart) = &snapshot.column("smart_money_involved")?.values else { return None };
    let Values::Numbers(score) = &snapshot.column("final_score")?.values else { return None };
    let (admitted, scores) = admitted_by_both(selection, smart, score);
    let (yes, no) = (admitted.and(&smart.yes), admitted.and(&smart.no));
    if yes.is_empty() || no.is_empty() {
        return None;
    }
    let names = ["smart money", "general cycle"];
    let [first, second] = flags::two_groups(snapshot, layout, labelled, [&yes, &no], names);
    let effects = flags::effects(snapshot, (&first, &yes), (&second, &no));
    let clear = effects.iter().any(Effect::is_clear);
    let reading = if clear { "an interval leaves out 0" } else { "no difference that the data can tell from 0" };
    let within = match scores {
        Some((low, high)) => {
            format!("Compared within the scores {low} to {high}, which both have passed with; {reading}.")
        }
        None => format!("Scores are unknown, so that unlike scores may be compared; {reading}."),
    };
    Some(Comparison { name: "smart money against general cycle".to_owned(), first, second, effects, note: within })
}

/// The rows whose score lies where both sides have alerts: from the higher of their lowest scores to the lower of their
/// highest. All rows where no score is known at all.
fn admitted_by_both(selection: &Selection, smart: &Flags, score: &Numbers) -> (Bitmap, Option<(f64, f64)>) {
    let rows = &selection.matured;
    let range = |side: &Bitmap| score.measures.extremes(&rows.and(side));
    match (range(&smart.yes), range(&smart.no)) {
        (Some(one), Some(other)) => {
            let (low, high) = (one.0.max(other.0), one.1.min(other.1));
            let inside = score.measures.rows_where(|value| (low..=high).contains(&value));
            (rows.and(&inside), Some((low, high)))
        }
        _ if rows.count_and(score.known()) == 0 => (rows.clone(), None),
        _ => (Bitmap::none(score.measures.len()), None),
    }
}
