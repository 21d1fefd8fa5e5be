//! From the alerts to the patterns that are shown.

use std::collections::{BTreeSet, HashMap};

use domain::filter::Filter;
use domain::timestamp::Timestamp;

use super::conditions::{Condition, Vocabulary};
use super::counts::Count;
use super::held::Held;
use super::layout::{Case, Layout};
use super::parts::Parts;
use super::rank::{Found, Ranking, rank};
use super::search::Search;
use super::sentence::sentence;
use crate::correlate::group::GroupStats;
use crate::correlate::selection::Selection;
use crate::dataset::filter::Kept;
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::Target;
use crate::parallel::in_parallel;
use crate::progress::{Stopped, Watch};
use crate::statistics::proportion::Proportion;
use crate::wording;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// How many conditions are joined at the most, 1 to 3.
    pub depth: usize,
    /// The fewest matured alerts of the earlier part that a pattern may stand on.
    pub floor: u32,
    /// How many of each end.
    pub count: usize,
}

/// A combination of conditions and how the alerts that meet it did.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The outcome that it was found for.
    pub target: Target,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// How all alerts that meet it did.
    pub stats: GroupStats,
    /// Those of the earlier part, on which it was found.
    pub earlier: GroupStats,
    /// Those of the later part, which had no say.
    pub later: GroupStats,
    /// The plain reading of the later part.
    pub held: Held,
    /// Itself less each one of its conditions.
    pub parents: Vec<Parent>,
    /// Of so many events on the earlier part, if its alerts did as the others of the same days.
    pub p_value: f64,
    /// After Benjamini–Hochberg over all combinations that were looked at, for both outcomes.
    pub q_value: f64,
    /// WRAcc on the earlier part.
    pub weighted_relative_accuracy: Option<f64>,
    /// All of this in one line.
    pub sentence: String,
}

/// A pattern less one of its conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    /// The conditions that are left; none: everybody.
    pub conditions: Vec<Condition>,
    /// How many of all that meet them had the outcome.
    pub rate: Proportion,
}

/// The patterns of one revision of the data.
#[derive(Clone, Debug)]
pub struct Discovery {
    /// The most pumps first.
    pub best: Vec<Pattern>,
    /// The most rugs first.
    pub worst: Vec<Pattern>,
    /// How many combinations were looked at.
    pub looked_at: usize,
    /// How many conditions they were made of.
    pub conditions: usize,
    /// How all matured alerts did.
    pub all: GroupStats,
    /// Those of the earlier part.
    pub earlier: GroupStats,
    /// Those of the later part.
    pub later: GroupStats,
    /// When the later part begins.
    pub later_from: Option<Timestamp>,
    /// What the reader should know beside.
    pub notes: Vec<String>,
}

impl Pattern {
    /// The whole in the filter language.
    #[must_use]
    pub fn filter(&self) -> String {
        self.conditions.iter().map(|condition| condition.filter.as_str()).collect::<Vec<_>>().join(" AND ")
    }

    /// The rate over that of the best parent (for rugs, the one with the most), over all alerts. `None` where it is not
    /// defined.
    #[must_use]
    pub fn lift(&self) -> Option<f64> {
        self.parents.iter().filter_map(|parent| self.lift_over(parent)).reduce(f64::min)
    }

    /// The rate over that of one parent.
    #[must_use]
    pub fn lift_over(&self, parent: &Parent) -> Option<f64> {
        let (rate, of_parent) = (proportion(&self.stats, self.target).rate()?, parent.rate.rate()?);
        (of_parent > 0.0).then(|| rate / of_parent)
    }
}

/// Looks at every combination. The same question on the same revision has the same answer.
pub fn discover(
    snapshot: &Snapshot,
    selection: &Selection,
    question: &Question,
    watch: &Watch,
) -> Result<Discovery, Stopped> {
    let parts = Parts::of(snapshot, &selection.matured);
    let layout = Layout::of(cases(snapshot, &parts.earlier));
    let vocabulary = Vocabulary::of(snapshot, &layout, &parts.earlier, question.floor, watch)?;
    let search = Search {
        layout: &layout,
        conditions: &vocabulary.counted,
        depth: question.depth,
        floor: question.floor.max(1),
    };
    let ranking = rank(&search, question.count, watch)?;
    watch.stage("describing patterns", None)?;
    let everybody = Everybody {
        all: GroupStats::of(snapshot, &selection.matured, "all"),
        earlier: GroupStats::of(snapshot, &parts.earlier, "earlier"),
        later: GroupStats::of(snapshot, &parts.later, "later"),
    };
    let shown = Shown {
        snapshot,
        matured: &selection.matured,
        parts: &parts,
        layout: &layout,
        vocabulary: &vocabulary,
        everybody: &everybody,
        rows: meeting_each(snapshot, &vocabulary, &ranking, watch)?,
    };
    let patterns =
        |found: &[Found], target| in_parallel(found.iter(), watch, |_, found| vec![shown.pattern(found, target)]);
    let (best, worst) = (patterns(&ranking.pumps, Target::Pump)?, patterns(&ranking.rugs, Target::Rug)?);
    let later_from = parts.later.rows().next().map(|row| snapshot.alerted_at(row));
    let notes = notes(question, &vocabulary, &ranking, &parts);
    let Everybody { all, earlier, later } = everybody;
    let (looked_at, conditions) = (ranking.looked_at, vocabulary.conditions.len());
    Ok(Discovery { best, worst, looked_at, conditions, all, earlier, later, later_from, notes })
}

/// The alerts of `rows`, to be laid out.
pub(super) fn cases(snapshot: &Snapshot, rows: &Bitmap) -> Vec<Case> {
    let labels = snapshot.labels();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    rows.rows()
        .map(|row| Case {
            row: number(row),
            day: number(snapshot.day(row)),
            pump: labels.pump.get(row),
            rug: labels.rug.get(row),
        })
        .collect()
}

struct Everybody {
    all: GroupStats,
    earlier: GroupStats,
    later: GroupStats,
}

/// What a pattern is described with.
struct Shown<'a> {
    snapshot: &'a Snapshot,
    matured: &'a Bitmap,
    parts: &'a Parts,
    layout: &'a Layout,
    vocabulary: &'a Vocabulary,
    everybody: &'a Everybody,
    /// The rows that meet each condition that is shown.
    rows: HashMap<u16, Bitmap>,
}

impl Shown<'_> {
    fn pattern(&self, found: &Found, target: Target) -> Pattern {
        let indices = found.combination.conditions();
        let rows = self.meeting(indices);
        let group = |rows: &Bitmap, level| GroupStats::of(self.snapshot, rows, level);
        let stats = group(&rows, "all");
        let earlier = group(&rows.and(&self.parts.earlier), "earlier");
        let later = group(&rows.and(&self.parts.later), "later");
        let held = Held::of(proportion(&later, target), proportion(&self.everybody.later, target));
        let conditions = self.conditions(indices);
        let phrases: Vec<&str> = conditions.iter().map(|condition| condition.phrase.as_str()).collect();
        let all: &Count = self.layout.all().of(target);
        Pattern {
            target,
            parents: self.parents(indices, target),
            sentence: sentence(&phrases, target, &stats, &later, held),
            p_value: found.p_value,
            q_value: found.q_value,
            weighted_relative_accuracy: found.counts.of(target).weighted_relative_accuracy(all),
            held,
            stats,
            earlier,
            later,
            conditions,
        }
    }

    fn parents(&self, indices: &[u16], target: Target) -> Vec<Parent> {
        let labels = self.snapshot.labels();
        let label = if target == Target::Pump { &labels.pump } else { &labels.rug };
        let parent = |left_out: &u16| {
            let rest: Vec<u16> = indices.iter().copied().filter(|index| index != left_out).collect();
            Parent { conditions: self.conditions(&rest), rate: label.proportion(&self.meeting(&rest)) }
        };
        indices.iter().map(parent).collect()
    }

    fn conditions(&self, indices: &[u16]) -> Vec<Condition> {
        indices.iter().filter_map(|&index| self.vocabulary.conditions.get(usize::from(index)).cloned()).collect()
    }

    /// The matured alerts that meet all of these conditions.
    fn meeting(&self, indices: &[u16]) -> Bitmap {
        let sets = indices.iter().filter_map(|index| self.rows.get(index));
        sets.fold(self.matured.clone(), |mut rows, set| {
            rows.intersect(set);
            rows
        })
    }
}

/// The rows that meet each condition of the patterns that are shown.
fn meeting_each(
    snapshot: &Snapshot,
    vocabulary: &Vocabulary,
    ranking: &Ranking,
    watch: &Watch,
) -> Result<HashMap<u16, Bitmap>, Stopped> {
    let shown = ranking.pumps.iter().chain(&ranking.rugs);
    let indices: BTreeSet<u16> = shown.flat_map(|found| found.combination.conditions().iter().copied()).collect();
    let rows = in_parallel(indices.into_iter(), watch, |_, &index| {
        let condition = vocabulary.conditions.get(usize::from(index));
        condition.map(|condition| (index, rows_of(snapshot, &condition.filter))).into_iter().collect()
    });
    Ok(rows?.into_iter().collect())
}

/// The rows that a condition keeps, as the filter language has it.
fn rows_of(snapshot: &Snapshot, condition: &str) -> Bitmap {
    let kept = Filter::parse(condition).ok().and_then(|filter| Kept::of(snapshot, &filter));
    kept.and_then(|kept| kept.rows().cloned()).unwrap_or_else(|| Bitmap::none(snapshot.len()))
}

const fn proportion(stats: &GroupStats, target: Target) -> Proportion {
    match target {
        Target::Pump => stats.pumps,
        Target::Rug => stats.rugs,
    }
}

fn notes(question: &Question, vocabulary: &Vocabulary, ranking: &Ranking, parts: &Parts) -> Vec<String> {
    let mut notes = Vec::new();
    if ranking.looked_at == 0 {
        let earlier = wording::count(parts.earlier.count().into());
        notes.push(format!(
            "no condition stands on {} of the {earlier} alerts of the earlier part: wait for more alerts, or ask with a \
             lower floor",
            question.floor
        ));
    }
    if parts.later.is_empty() && ranking.looked_at > 0 {
        notes.push("there is no later part: nothing here was tried on other alerts than it was found on".to_owned());
    }
    if !vocabulary.left_out.is_empty() {
        notes.push(format!("left out for want of room or of a plain value: {}", vocabulary.left_out.join(", ")));
    }
    notes
}
