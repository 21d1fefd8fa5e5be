//! The search: every tighter value of every key, and of every two keys, over some of the alerts.
//!
//! Tightening never adds an alert, so that the values of a key that an alert passes are the first ones of its
//! [`ladder`](ladder::Ladder): one small number per alert and key says them all. One pass over the alerts for each pair of
//! keys then counts all pairs of their values at once.

mod bound;
pub mod cases;
pub mod centred;
pub mod found;
pub mod grid;
pub mod ladder;
pub mod lay_out;
pub mod looser;
pub mod part;
pub mod score;

use centred::Centred;
use found::{Found, Turn};
use grid::Grid;
use ladder::Ladder;
use part::Part;
use score::Yardstick;

use crate::parallel::in_parallel;
use crate::progress::{Stopped, Watch};

/// The fewest alerts that a candidate must keep, and the fewest that it must drop, to be looked at.
pub const LEAST: u32 = 20;
/// The most of the alerts that a candidate may drop: beyond it is another bot.
pub const MOST_DROPPED: f64 = 0.6;

/// More alerts than this are searched on all processors.
const WORTH_A_THREAD: usize = 20_000;

/// What was found, and how much was looked at.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Every value of every single key that drops enough and keeps enough, by key, the least tight first.
    pub singles: Vec<Found>,
    /// The best of each key and of each pair of keys that serves the objective, best first.
    pub best: Vec<Found>,
    /// All alerts that were searched.
    pub all: Centred,
    /// How many keys have a tighter value.
    pub keys: usize,
    /// How many values of single keys were looked at.
    pub values: usize,
    /// How many pairs of values.
    pub pairs: usize,
}

/// Searches the alerts of `part`.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn search(part: &Part, ladders: &[Ladder], yardstick: &Yardstick, watch: &Watch) -> Result<Search, Stopped> {
    let all = Centred::of(part);
    let steps = ladders.len() * (ladders.len() + 1) / 2;
    watch.stage("searching the gates", Some(steps as u64))?;
    let mut search =
        Search { all, keys: ladders.iter().filter(|ladder| !ladder.values.is_empty()).count(), ..Search::default() };
    // By key and value: the score of the single, where it serves at all.
    let mut alone: Vec<Vec<Option<f64>>> = Vec::new();
    for (index, ladder) in ladders.iter().enumerate() {
        let kept = Grid::of_one(part, ladder);
        let mut scores = Vec::new();
        let mut best: Option<Found> = None;
        for value in 0..ladder.values.len() {
            search.values += 1;
            let found = Found::new(vec![Turn { ladder: index, value }], &all, kept.kept(value, grid::ALL), yardstick);
            scores.push(found.score);
            best = better(best, &found);
            search.singles.extend(found.is_large_enough().then_some(found));
        }
        search.best.extend(best);
        alone.push(scores);
        watch.advance(1)?;
    }
    let places = 0..ladders.len();
    let pairs = places.clone().flat_map(|first| places.clone().skip(first + 1).map(move |second| (first, second)));
    let is_searched = |&(first, second): &(usize, usize)| {
        let (one, other) = (&ladders[first], &ladders[second]);
        !(one.shares_a_gate_with(other) || one.values.is_empty() || other.values.is_empty())
    };
    let pairs: Vec<(usize, usize)> = pairs.filter(is_searched).collect();
    search.pairs = pairs.iter().map(|&(one, other)| ladders[one].values.len() * ladders[other].values.len()).sum();
    let best = |&pair: &(usize, usize)| best_of_pair(part, ladders, pair, (&all, &alone), yardstick);
    if part.len() < WORTH_A_THREAD {
        for pair in &pairs {
            search.best.extend(best(pair));
            watch.advance(1)?;
        }
    } else {
        search.best.extend(in_parallel(pairs.into_iter(), watch, |watch, pair| {
            // Whoever waits no more is told by the next look.
            let _ = watch.advance(1);
            best(pair).into_iter().collect()
        })?);
    }
    search.best.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap_or(std::cmp::Ordering::Equal));
    Ok(search)
}

/// The best values of two keys, of those of which each key adds to the other; `alone` are the scores of single values by key.
fn best_of_pair(
    part: &Part,
    ladders: &[Ladder],
    (first, second): (usize, usize),
    (all, alone): (&Centred, &[Vec<Option<f64>>]),
    yardstick: &Yardstick,
) -> Option<Found> {
    let kept = Grid::of_two(part, &ladders[first], &ladders[second]);
    let mut best: Option<Found> = None;
    for (value_of_one, alone_one) in alone[first].iter().enumerate() {
        for (value_of_other, alone_other) in alone[second].iter().enumerate() {
            let turns =
                vec![Turn { ladder: first, value: value_of_one }, Turn { ladder: second, value: value_of_other }];
            let parents = [kept.kept(value_of_one, grid::ALL), kept.kept(grid::ALL, value_of_other)];
            let found = Found::new(turns, all, kept.kept(value_of_one, value_of_other), yardstick);
            let adds = parents.iter().all(|parent| parent.alerts >= found.kept.alerts + LEAST);
            if adds && found.score > *alone_one && found.score > *alone_other {
                best = better(best, &found);
            }
        }
    }
    best
}

/// The one with the higher score; of equals the first.
fn better(best: Option<Found>, found: &Found) -> Option<Found> {
    let is_better = found.score.is_some() && best.as_ref().is_none_or(|best| found.score > best.score);
    if is_better { Some(found.clone()) } else { best }
}

impl Search {
    /// The gates to freeze: the best single key, and the best of all others, no two of the same keys. A pair of which only one
    /// key does anything would crowd that key out without the first rule.
    #[must_use]
    pub fn three_best(&self) -> Vec<Found> {
        let single = self.best.iter().position(|found| found.turns.len() == 1);
        let others = self.best.iter().enumerate().filter(|&(place, _)| Some(place) != single);
        let mut chosen: Vec<Found> = single.and_then(|place| self.best.get(place)).cloned().into_iter().collect();
        chosen.extend(others.map(|(_, found)| found.clone()).take(3 - chosen.len()));
        chosen
    }
}
