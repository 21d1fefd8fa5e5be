//! Patterns that explain single alerts: those of one or two conditions that held on later data.

use domain::filter::Filter;

use super::conditions::Vocabulary;
use super::discover::cases;
use super::held::Held;
use super::layout::Layout;
use super::parts::Parts;
use super::rank::{Found, rank};
use super::search::Search;
use super::sentence::percent;
use crate::correlate::selection::Selection;
use crate::dataset::filter::Kept;
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::Target;
use crate::progress::{Stopped, Watch};
use crate::statistics::proportion::Proportion;
use crate::wording;

/// Pairs are enough for a line, and cost a fraction of triples.
const DEPTH: usize = 2;
/// The fewest alerts of the earlier part.
const FLOOR: u32 = 30;
/// How many of each end are tried on the later part.
const TRIED: usize = 20;
/// The q-value above which a pattern may be chance.
const MOST_Q: f64 = 0.1;

/// A pattern that held, to be named beside an alert that meets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What it was found for.
    pub target: Target,
    /// `smart money + LP locked (41 % of 152 such pumped; held on later alerts)`.
    pub phrase: String,
    /// The matured alerts that meet it.
    pub rows: Bitmap,
}

/// The patterns that held, the best of each outcome first. The same selection has the same ones.
pub fn explanations(snapshot: &Snapshot, selection: &Selection, watch: &Watch) -> Result<Vec<Explanation>, Stopped> {
    let parts = Parts::of(snapshot, &selection.matured);
    let layout = Layout::of(cases(snapshot, &parts.earlier));
    let vocabulary = Vocabulary::of(snapshot, &layout, &parts.earlier, FLOOR, watch)?;
    let search = Search { layout: &layout, conditions: &vocabulary.counted, depth: DEPTH, floor: FLOOR };
    let ranking = rank(&search, TRIED, watch)?;
    let of = |found: &[Found], target| -> Vec<Explanation> {
        let likely = found.iter().filter(|found| found.q_value <= MOST_Q);
        likely.filter_map(|found| held(snapshot, selection, &parts, &vocabulary, found, target)).collect()
    };
    Ok([of(&ranking.pumps, Target::Pump), of(&ranking.rugs, Target::Rug)].concat())
}

fn held(
    snapshot: &Snapshot,
    selection: &Selection,
    parts: &Parts,
    vocabulary: &Vocabulary,
    found: &Found,
    target: Target,
) -> Option<Explanation> {
    let labels = snapshot.labels();
    let label = if target == Target::Pump { &labels.pump } else { &labels.rug };
    let indices = found.combination.conditions().iter();
    let conditions: Vec<_> = indices.filter_map(|&index| vocabulary.conditions.get(usize::from(index))).collect();
    let filter = conditions.iter().map(|condition| condition.filter.as_str()).collect::<Vec<_>>().join(" AND ");
    let kept = Kept::of(snapshot, &Filter::parse(&filter).ok()?)?;
    let rows = selection.matured.and(kept.rows()?);
    let later = label.proportion(&rows.and(&parts.later));
    if Held::of(later, label.proportion(&parts.later)) != Held::Held {
        return None;
    }
    let phrases = conditions.iter().map(|condition| condition.phrase.as_str()).collect::<Vec<_>>().join(" + ");
    Some(Explanation { target, phrase: phrase(&phrases, target, label.proportion(&rows)), rows })
}

fn phrase(conditions: &str, target: Target, rate: Proportion) -> String {
    let did = match target {
        Target::Pump => "pumped",
        Target::Rug => "were rugs",
    };
    let share = rate.rate().map_or_else(String::new, percent);
    format!("{conditions} ({share} % of {} such {did}; held on later alerts)", wording::count(rate.total()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_says_how_such_alerts_did() {
        let said = phrase("smart money + LP locked", Target::Pump, Proportion::new(62, 152).expect("counts"));
        assert_eq!(said, "smart money + LP locked (41 % of 152 such pumped; held on later alerts)");
    }
}
