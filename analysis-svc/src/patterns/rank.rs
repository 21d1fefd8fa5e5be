//! Which combinations are shown: better than their parents, the best first, none twice under two names.

use std::cmp::Ordering;

use super::counts::Counts;
use super::search::{Combination, Condition, Counted, Search};
use crate::inference::Target;
use crate::progress::{Stopped, Watch};
use crate::statistics::multiplicity;

/// Two combinations that share this much of their alerts (Jaccard: of those in either, how many are in both) are one.
const ALIKE: f64 = 0.9;

/// A combination that is shown, with what the earlier part says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its conditions.
    pub combination: Combination,
    /// How its alerts did.
    pub counts: Counts,
    /// The chance of so many events, at the most, if its alerts did as the others of the same days.
    pub p_value: f64,
    /// After Benjamini–Hochberg over all that were looked at.
    pub q_value: f64,
}

/// The best by each outcome, and how many combinations were looked at.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    /// The most pumps first.
    pub pumps: Vec<Found>,
    /// The most rugs first.
    pub rugs: Vec<Found>,
    /// How many combinations stand on enough alerts. Each was asked two questions.
    pub looked_at: usize,
}

/// What is kept of every combination.
struct Looked {
    p_values: [f64; 2],
    /// It is better than each of its parents by at least one outcome.
    candidate: Option<Box<Candidate>>,
}

#[derive(Clone, Debug)]
struct Candidate {
    combination: Combination,
    counts: Counts,
    is_better: [bool; 2],
}

/// Looks at all combinations, and takes at most `count` of each end.
pub fn rank(search: &Search<'_>, count: usize, watch: &Watch) -> Result<Ranking, Stopped> {
    let looked = search.run(watch, look)?;
    let p_values: Vec<f64> = looked.iter().flat_map(|looked| looked.p_values).collect();
    let q_values = multiplicity::benjamini_hochberg(&p_values);
    let of = |target: usize| {
        let candidates = looked.iter().enumerate().filter_map(|(place, looked)| {
            let candidate = looked.candidate.as_ref().filter(|candidate| candidate.is_better[target])?;
            let Candidate { combination, counts, .. } = **candidate;
            let (p_value, q_value) = (p_values[2 * place + target], q_values[2 * place + target]);
            Some(Found { combination, counts, p_value, q_value })
        });
        distinct(search, sorted(candidates.collect(), Target::ALL[target]), count)
    };
    Ok(Ranking { pumps: of(0), rugs: of(1), looked_at: looked.len() })
}

fn look(combination: &Combination, counts: &Counts, counted: &Counted) -> Looked {
    let is_better = Target::ALL.map(|target| {
        let low = counts.of(target).low();
        counted.parents(combination).all(|parent| low > parent.of(target).low())
    });
    let candidate =
        is_better.contains(&true).then_some(Candidate { combination: *combination, counts: *counts, is_better });
    Looked { p_values: Target::ALL.map(|target| counts.of(target).p_value()), candidate: candidate.map(Box::new) }
}

/// By the lower bound of the rate; where those are equal, the one with more alerts, then with fewer conditions.
fn sorted(mut found: Vec<Found>, target: Target) -> Vec<Found> {
    let low = |found: &Found| found.counts.of(target).low();
    found.sort_by(|a, b| {
        low(b)
            .total_cmp(&low(a))
            .then_with(|| b.counts.alerts.cmp(&a.counts.alerts))
            .then_with(|| by_conditions(a.combination.conditions(), b.combination.conditions()))
    });
    found
}

fn by_conditions(a: &[u16], b: &[u16]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The first `count` of which none is like one before it.
fn distinct(search: &Search<'_>, ranked: Vec<Found>, count: usize) -> Vec<Found> {
    let mut listed: Vec<(Found, Vec<u64>)> = Vec::new();
    for found in ranked {
        if listed.len() == count {
            break;
        }
        let members = members(search.conditions, &found.combination);
        if !listed.iter().any(|(_, others)| are_alike(&members, others)) {
            listed.push((found, members));
        }
    }
    listed.into_iter().map(|(found, _)| found).collect()
}

fn members(conditions: &[Condition], combination: &Combination) -> Vec<u64> {
    let sets: Vec<&[u64]> =
        combination.conditions().iter().map(|&index| conditions[usize::from(index)].words.as_slice()).collect();
    let Some((first, rest)) = sets.split_first() else { return Vec::new() };
    first.iter().enumerate().map(|(word, &bits)| rest.iter().fold(bits, |bits, set| bits & set[word])).collect()
}

fn are_alike(one: &[u64], other: &[u64]) -> bool {
    let (mut both, mut either) = (0_u64, 0_u64);
    for (one, other) in one.iter().zip(other) {
        both += u64::from((one & other).count_ones());
        either += u64::from((one | other).count_ones());
    }
    both as f64 >= ALIKE * either as f64
}
