//! The standing question, asked of all alerts since the beginning: what was decided at the last checkpoint that was reached.
//!
//! It rests on exactly the first N_k matured tokens, in the order of (matured_at, alert_id), each counted once, by its first
//! matured alert: a token that is alerted again fares alike, and two of its alerts are not two tokens. What matures later
//! changes nothing before the next checkpoint, so that the decision needs no memory.

use std::sync::Arc;

use domain::timestamp::Timestamp;

use super::labelled::{Counted, Labelled};
use crate::dataset::columns::Column;
use crate::dataset::snapshot::Features;
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::Target;
use crate::inference::checkpoint::Checkpoint;
use crate::inference::decide::{Decided, Decision, decide};
use crate::inference::family::is_asked;
use crate::inference::verdict::equivalence_level;
use crate::inference::within_days::Days;
use crate::parallel::side_by_side;
use crate::statistics::confidence::Confidence;
use crate::statistics::mantel_haenszel;
use crate::statistics::proportion::TwoByTwo;

/// What was decided at a checkpoint.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which one.
    pub checkpoint: Checkpoint,
    /// When its last token matured.
    pub reached_at: Timestamp,
    /// R, how many questions were rejected.
    pub rejections: usize,
    /// m, how many were asked.
    pub family_size: usize,
    /// By feature and outcome, in the order of the dataset's features, pump before rug.
    pub rulings: Vec<Ruling>,
}

/// What was decided of one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    /// Which feature, by its place in the dataset.
    pub column: usize,
    /// Which outcome.
    pub target: Target,
    /// The tests, and whether they support it.
    pub decided: Decided,
    /// The error of the difference's interval, 1 less its level.
    pub interval_error: f64,
    /// The word that the difference is about, where the feature is a category.
    pub level: Option<String>,
    /// An effect as large as what matters is ruled out.
    pub rules_out: bool,
}

/// Matured tokens in the order in which they count.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// When each matured, in microseconds, and the row of its alert.
    order: Vec<(i64, u32)>,
}

impl Tokens {
    /// The first matured alert of each token.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        const NEVER: (i64, u32) = (i64::MAX, u32::MAX);
        let rows = snapshot.standing(domain::cohort::Standing::Matured);
        // In microseconds, and the row; only of those at one moment is it asked whose id is the smaller.
        let comes_first = |one: &(i64, u32), other: &(i64, u32)| {
            one.0.cmp(&other.0).then_with(|| {
                let id = |row: u32| (row != u32::MAX).then(|| snapshot.alert_id(row as usize));
                (id(one.1).is_none(), id(one.1)).cmp(&(id(other.1).is_none(), id(other.1)))
            })
        };
        let mut first = vec![NEVER; snapshot.token_count()];
        for row in rows.rows() {
            let matured_at = snapshot.sealed_at(row).unwrap_or_else(|| snapshot.alerted_at(row));
            let this = (matured_at.micros(), row as u32);
            let earliest = &mut first[snapshot.token(row) as usize];
            if comes_first(&this, earliest).is_lt() {
                *earliest = this;
            }
        }
        first.retain(|&token| token != NEVER);
        // Numbers of tokens rise with time, nearly: there is little left to sort.
        first.sort_by(comes_first);
        Self { order: first }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.order.len() as u64
    }

    /// The rows of the first N_k, and when the last of them matured. `None` where there are not so many.
    #[must_use]
    pub fn at(&self, snapshot: &Snapshot, checkpoint: Checkpoint) -> Option<(Bitmap, Timestamp)> {
        let tokens = self.order.get(..usize::try_from(checkpoint.tokens()).ok()?)?;
        let mut rows = Bitmap::none(snapshot.len());
        tokens.iter().for_each(|(_, row)| rows.insert(*row as usize));
        Some((rows, Timestamp::from_micros(tokens.last()?.0)))
    }
}

struct Question {
    /// The feature's place.
    column: usize,
    target: Target,
    /// The counts by day.
    days: Days,
    /// Each level against the rest, by day.
    levels: Vec<Vec<TwoByTwo>>,
}

impl Standing {
    /// What was decided of a question of the family.
    #[must_use]
    pub fn ruling(&self, column: usize, target: Target) -> Option<&Ruling> {
        self.rulings.iter().find(|ruling| ruling.column == column && ruling.target == target)
    }
}

/// The questions of the family that the alerts are enough for, each with its counts: feature by feature, pump before rug. Who is
/// asked is chosen by how often features are known, never by outcomes.
fn questions(snapshot: &Snapshot, labelled: &Labelled) -> Vec<Question> {
    let columns: Vec<(usize, &Column)> = snapshot.columns().iter().enumerate().collect();
    let questions = side_by_side(snapshot.len(), columns, |(place, column)| {
        let Counted { known_levels, days, levels } = labelled.counted(column);
        let both = Target::ALL.into_iter().zip(days).zip(levels);
        let question = |((target, days), levels)| Question { column: place, target, days, levels };
        if is_asked(&known_levels) { both.map(question).collect() } else { Vec::new() }
    });
    questions.into_iter().flatten().collect()
}

/// What was decided at `checkpoint`. `None` where it is not reached. What an earlier revision said on the same alerts holds, as
/// long as nothing of them changed.
#[must_use]
pub fn decided_at(snapshot: &Snapshot, tokens: &Tokens, checkpoint: Checkpoint) -> Option<Arc<Standing>> {
    let (rows, reached_at) = tokens.at(snapshot, checkpoint)?;
    let question: (Features, Checkpoint) = (snapshot.features(), checkpoint);
    let derived = snapshot.derived();
    Some(derived.resting_on(&rows, &question).unwrap_or_else(|| {
        let standing = Arc::new(decided(snapshot, &rows, (checkpoint, reached_at)));
        derived.keep_resting_on(rows, question, Arc::clone(&standing));
        standing
    }))
}

fn decided(snapshot: &Snapshot, rows: &Bitmap, (checkpoint, reached_at): (Checkpoint, Timestamp)) -> Standing {
    let labelled = Labelled::of(snapshot, rows);
    let questions = questions(snapshot, &labelled);
    let Decision { rejections, confidence, answers, .. } =
        decide(questions.iter().map(|question| &question.days), checkpoint.alpha());
    let rule = |(question, decided): (&Question, Decided)| {
        let Question { column, target, days, levels } = question;
        Ruling {
            column: *column,
            target: *target,
            decided,
            interval_error: confidence.map_or(1.0, Confidence::error) / f64::from(days.contrasts()),
            level: days.foremost_level().and_then(|place| labelled.level_name(&snapshot.columns()[*column], place)),
            rules_out: !decided.is_supported && rules_out(levels, *target, checkpoint),
        }
    };
    let rulings = questions.iter().zip(answers).map(rule).collect();
    Standing { checkpoint, reached_at, rejections, family_size: questions.len(), rulings }
}

/// The question of [`Now`], for what it rests on beside the alerts.
#[derive(PartialEq)]
struct AsOfNow(Features);

/// How many tokens have matured, and the decision that stands now: none below the first checkpoint.
#[derive(Clone, Debug)]
pub struct Now {
    /// Distinct tokens with a matured alert.
    pub tokens: u64,
    /// What was decided at the last checkpoint.
    pub standing: Option<Arc<Standing>>,
}

impl Now {
    /// Of a revision; worked out once for it, and not anew where the matured alerts are those of an earlier one.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Arc<Self> {
        let derived = snapshot.derived();
        derived.once(|| {
            let (matured, question) =
                (snapshot.standing(domain::cohort::Standing::Matured), AsOfNow(snapshot.features()));
            if let Some(now) = derived.resting_on::<_, Self>(matured, &question) {
                return (*now).clone();
            }
            let tokens = Tokens::of(snapshot);
            let reached = Checkpoint::reached(tokens.count());
            let standing = reached.and_then(|checkpoint| decided_at(snapshot, &tokens, checkpoint));
            let now = Self { tokens: tokens.count(), standing };
            derived.keep_resting_on(matured.clone(), question, Arc::new(now.clone()));
            now
        })
    }
}

/// Whether the differences of all levels lie inside ±δ: the two one-sided tests at α_k of each.
fn rules_out(levels: &[Vec<TwoByTwo>], target: Target, checkpoint: Checkpoint) -> bool {
    let Some(level) = equivalence_level(checkpoint) else { return false };
    let lies_inside = |days: &Vec<TwoByTwo>| {
        let difference = mantel_haenszel::risk_difference(days, level);
        difference.is_some_and(|difference| difference.interval.is_within(target.smallest_that_matters()))
    };
    !levels.is_empty() && levels.iter().all(lies_inside)
}
