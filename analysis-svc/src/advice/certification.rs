//! Certification, the only way to `CERTIFIED`: the three best gates are found on the earlier part of the alerts, and held
//! against the later part, which had no say in finding them. Best by the standing objective, whatever is asked for.

pub mod split;

use sha2::{Digest, Sha256};

use super::objective::Objective;
use super::search::cases::Cases;
use super::search::centred::{Centred, Growing};
use super::search::found::{Found, Turn};
use super::search::ladder::Ladder;
use super::search::part::Part;
use super::search::score::Yardstick;
use super::search::search;
use crate::gates::replay::CAP_PCT;
use crate::inference::certify::{Finding, Trial, certify};
use crate::inference::checkpoint::Checkpoint;
use crate::progress::{Stopped, Watch};
use crate::statistics::permutation::Permutation;
use split::Split;

/// The fewest alerts of the later part that a certified change drops.
pub const LEAST_DROPPED: u32 = 100;
/// The fewest that it keeps.
pub const LEAST_KEPT: u32 = 50;

/// What certification said at a checkpoint.
#[derive(Clone, Debug)]
pub struct Certification {
    /// At which checkpoint.
    pub checkpoint: Checkpoint,
    /// Which days found, and which days judged. `None` where there are too few.
    pub split: Option<Split>,
    /// The gates that were found, best first: three at the most.
    pub examined: Vec<Examined>,
}

impl Certification {
    /// There are too few days for two parts.
    #[must_use]
    pub const fn too_few_days(checkpoint: Checkpoint) -> Self {
        Self { checkpoint, split: None, examined: Vec::new() }
    }
}

/// A gate that was found on the earlier part, and what the later part says.
#[derive(Clone, Debug)]
pub struct Examined {
    /// What it did on the earlier part.
    pub found: Found,
    /// What it keeps of the later part.
    pub kept: Centred,
    /// What it drops of it.
    pub dropped: Centred,
    /// The p-value, before Holm.
    pub p_value: f64,
    /// It is certified.
    pub is_certified: bool,
    /// Why it cannot be, whatever the p-value.
    pub obstacle: Option<Obstacle>,
}

/// Why a gate cannot be certified, whatever the p-value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It drops fewer than [`LEAST_DROPPED`].
    DropsTooFew,
    /// It keeps fewer than [`LEAST_KEPT`].
    KeepsTooFew,
    /// What it drops does not lose money.
    DropsNoLoss,
    /// No day has both kept and dropped ones.
    NothingToCompare,
}

/// Everything that is certified on exactly these alerts: those that had matured at `checkpoint` and pass the config in force.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn certification(
    checkpoint: Checkpoint,
    cases: &Cases,
    ladders: &[Ladder],
    stake_usd: f64,
    watch: &Watch,
) -> Result<Certification, Stopped> {
    let Some(split) = Split::of(&cases.days) else {
        return Ok(Certification::too_few_days(checkpoint));
    };
    let (earlier, later) = split.rows(cases);
    let earlier = Part::of(cases, earlier);
    let later = Part::of(cases, later);
    let (objective, days) = (Objective::default(), f64::from(earlier.days));
    let frozen = search(&earlier, ladders, &Yardstick { objective, stake_usd, days }, watch)?.three_best();
    let mut examined: Vec<Examined> = frozen.into_iter().map(|found| examine(found, &later, ladders)).collect();
    let trials: Vec<Trial> = examined.iter().map(|gate| trial(gate, cases, &later, ladders)).collect();
    for (gate, trial) in examined.iter_mut().zip(&trials) {
        if trial.tests.is_empty() && gate.obstacle.is_none() {
            gate.obstacle = Some(Obstacle::NothingToCompare);
        }
    }
    let seed = seed(checkpoint, cases, ladders);
    let findings = certify(&trials, checkpoint.alpha(), seed, watch)?;
    for (gate, Finding { p_value, is_certified }) in examined.iter_mut().zip(findings) {
        (gate.p_value, gate.is_certified) = (p_value, is_certified);
    }
    Ok(Certification { checkpoint, split: Some(split), examined })
}

fn examine(found: Found, later: &Part, ladders: &[Ladder]) -> Examined {
    let [kept, dropped] = sums(later, |row| Some(passes(&found.turns, ladders, row)));
    let obstacle = obstacle(&kept, &dropped);
    Examined { found, kept, dropped, p_value: 1.0, is_certified: false, obstacle }
}

/// One test for all that it drops; for a pair also one for what each key drops of what the other keeps. Empty where any of
/// them has an obstacle.
fn trial(gate: &Examined, cases: &Cases, later: &Part, ladders: &[Ladder]) -> Trial {
    let turns = &gate.found.turns;
    let mut comparisons: Vec<(&[Turn], &[Turn])> = vec![(turns, &[])];
    if let [one, other] = &turns[..] {
        comparisons.push((std::slice::from_ref(one), std::slice::from_ref(other)));
        comparisons.push((std::slice::from_ref(other), std::slice::from_ref(one)));
    }
    let tests = comparisons.into_iter().map(|(turned, among)| {
        let label = |row: u32| passes(among, ladders, row).then(|| passes(turned, ladders, row));
        let [kept, dropped] = sums(later, label);
        if obstacle(&kept, &dropped).is_some() {
            return None;
        }
        Permutation::new(later.rows.iter().filter_map(|&row| {
            let (exit, day) = (cases.exits[row as usize], cases.days[row as usize]);
            let is_kept = label(row).filter(|_| !exit.is_nan())?;
            Some((exit.min(CAP_PCT), day as u32, is_kept))
        }))
    });
    Trial { tests: tests.collect::<Option<_>>().unwrap_or_default() }
}

/// What is labelled kept, and what is labelled dropped.
fn sums(part: &Part, label: impl Fn(u32) -> Option<bool>) -> [Centred; 2] {
    let (mut kept, mut dropped) = (Growing::default(), Growing::default());
    for (place, &row) in part.rows.iter().enumerate() {
        match label(row) {
            Some(true) => part.add_to(&mut kept, place),
            Some(false) => part.add_to(&mut dropped, place),
            None => {}
        }
    }
    [kept.into(), dropped.into()]
}

fn obstacle(kept: &Centred, dropped: &Centred) -> Option<Obstacle> {
    if dropped.exits < LEAST_DROPPED {
        Some(Obstacle::DropsTooFew)
    } else if kept.exits < LEAST_KEPT {
        Some(Obstacle::KeepsTooFew)
    } else if dropped.capped_sum >= 0.0 {
        Some(Obstacle::DropsNoLoss)
    } else {
        None
    }
}

fn passes(turns: &[Turn], ladders: &[Ladder], row: u32) -> bool {
    turns.iter().all(|turn| ladders[turn.ladder].passes(row as usize, turn.value))
}

/// SHA-256 of all that was looked at.
fn seed(checkpoint: Checkpoint, cases: &Cases, ladders: &[Ladder]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"perftrack certification 2");
    hash.update(checkpoint.index().to_le_bytes());
    cases.absorb(&mut hash);
    ladders.iter().for_each(|ladder| ladder.absorb(&mut hash));
    hash.finalize().into()
}
