//! The standing question: over all alerts, under the config in force. It alone is certified, at checkpoints only: what is
//! asked between two of them has the answer of the last, from exactly the tokens that had matured then.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::gate::{Catalogue, FilterConfig};

use super::Request;
use super::candidate::{Change, changes};
use super::certification::split::Split;
use super::certification::{Certification, Examined, certification};
use super::search::ladder::Ladder;
use super::search::lay_out::LaidOut;
use crate::correlate::selection::Selection;
use crate::dataset::{Bitmap, Snapshot};
use crate::gates::Baseline;
use crate::inference::checkpoint::Checkpoint;
use crate::progress::{Stopped, Watch};

/// Why a question is not the standing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotStanding {
    /// It is about a window of time.
    Window,
    /// It is about another config than the bot recorded as in force.
    OtherConfig,
    /// It is about a config that was given, and the bot recorded none as in force.
    UnrecordedConfig,
}

/// What certification has to say to a question.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It is not the standing question.
    Another(NotStanding),
    /// So few tokens have matured.
    BelowFirst(u64),
    /// The answer of the last checkpoint, with the keys' values that were searched for it.
    Answered(Arc<Certification>, Arc<[Ladder]>),
}

impl Standing {
    /// Certifies what can be, if the question is the standing one. `selection` has all its matured alerts.
    pub(super) fn of(
        snapshot: &Snapshot,
        catalogue: &Catalogue,
        selection: &Selection,
        request: &Request,
        watch: &Watch,
    ) -> Result<Self, Stopped> {
        if let Err(why) = request.standing {
            return Ok(Self::Another(why));
        }
        let matured = u64::from(selection.matured.count());
        let Some(checkpoint) = Checkpoint::reached(matured) else { return Ok(Self::BelowFirst(matured)) };
        at(checkpoint, snapshot, catalogue, selection, request.current.as_ref(), watch)
    }

    /// What is certified, with the changes that it stands for: those that are tighter than what is in force by now, turn none
    /// of the keys that were just turned, and serve what is asked for.
    pub(super) fn certified_changes(
        &self,
        catalogue: &Catalogue,
        baseline: &Baseline,
        cooling: &BTreeSet<&str>,
        serves: impl Fn(&[Change]) -> bool,
    ) -> Vec<(&Examined, Vec<Change>)> {
        let Self::Answered(certification, ladders) = self else { return Vec::new() };
        let in_force = |key: &str| baseline.config.get(key);
        let is_tighter = |change: &Change| {
            let knob = catalogue.knob(&change.key);
            knob.is_some_and(|knob| knob.compare_tightness(Some(change.to), in_force(&change.key)).is_gt())
        };
        let mut taken: BTreeSet<String> = cooling.iter().map(|&key| key.to_owned()).collect();
        let mut certified = Vec::new();
        for gate in certification.examined.iter().filter(|gate| gate.is_certified) {
            let mut changes = changes(&gate.found, ladders);
            if !changes.iter().all(|change| is_tighter(change) && !taken.contains(&change.key)) {
                continue;
            }
            changes.iter_mut().for_each(|change| change.from = in_force(&change.key));
            if !serves(&changes) {
                continue;
            }
            taken.extend(changes.iter().map(|change| change.key.clone()));
            certified.push((gate, changes));
        }
        certified
    }

    /// On how many tokens the answer rests; 0 where there is none.
    #[must_use]
    pub fn checkpoint_tokens(&self) -> u64 {
        match self {
            Self::Answered(certification, _) => certification.checkpoint.tokens(),
            Self::Another(_) | Self::BelowFirst(_) => 0,
        }
    }
}

/// The answer of a checkpoint that was reached. What an earlier revision said on the same alerts holds, as long as nothing of them
/// changed.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn at(
    checkpoint: Checkpoint,
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    selection: &Selection,
    current: Option<&FilterConfig>,
    watch: &Watch,
) -> Result<Standing, Stopped> {
    watch.stage("laying out the checkpoint's tokens", None)?;
    let tokens = usize::try_from(checkpoint.tokens()).unwrap_or(usize::MAX);
    let rows = first_matured(snapshot, &selection.matured, tokens);
    let question = (checkpoint, current.cloned(), catalogue.clone());
    if let Some(answered) = snapshot.derived().resting_on::<Question, Standing>(&rows, &question) {
        return Ok(Standing::clone(&answered));
    }
    let then = Selection { matured: rows.clone(), ..selection.clone() };
    let answered = answered(checkpoint, snapshot, catalogue, (&then, current), watch)?;
    snapshot.derived().keep_resting_on(rows, question, Arc::new(answered.clone()));
    Ok(answered)
}

/// What the answer of a checkpoint hangs on beside its alerts.
type Question = (Checkpoint, Option<FilterConfig>, Catalogue);

fn answered(
    checkpoint: Checkpoint,
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    (then, current): (&Selection, Option<&FilterConfig>),
    watch: &Watch,
) -> Result<Standing, Stopped> {
    let baseline = Baseline::of(snapshot, then, catalogue, current);
    let days = baseline.rows.rows().map(|row| i32::try_from(snapshot.alerted_at(row).utc_day()).unwrap_or(i32::MAX));
    if Split::of(&days.collect::<Vec<_>>()).is_none() {
        return Ok(Standing::Answered(Arc::new(Certification::too_few_days(checkpoint)), Arc::default()));
    }
    let laid = LaidOut::of(snapshot, catalogue, &baseline);
    let stake_usd = snapshot.policy().exit.stake_usd;
    let certification = certification(checkpoint, &laid.cases, &laid.ladders, stake_usd, watch)?;
    // How far each alert comes is nothing to anybody any more.
    let ladders = laid.ladders.into_iter().map(|ladder| Ladder { passed: Vec::new(), ..ladder }).collect();
    Ok(Standing::Answered(Arc::new(certification), ladders))
}

/// The first so many of `matured` in the order of (matured at, alert id).
fn first_matured(snapshot: &Snapshot, matured: &Bitmap, tokens: usize) -> Bitmap {
    let sealed = snapshot.seal_times();
    let mut rows: Vec<(i64, u32)> = matured.rows().map(|row| (sealed.at(row), row as u32)).collect();
    if tokens < rows.len() {
        let by_moment_and_id = |a: &(i64, u32), b: &(i64, u32)| {
            a.0.cmp(&b.0).then_with(|| snapshot.alert_id(a.1 as usize).cmp(&snapshot.alert_id(b.1 as usize)))
        };
        rows.select_nth_unstable_by(tokens, by_moment_and_id);
        rows.truncate(tokens);
    }
    let mut first = Bitmap::none(snapshot.len());
    rows.into_iter().for_each(|(_, row)| first.insert(row as usize));
    first
}
