//! Counting every combination: the words of two conditions are joined once and counted with every third, day by day, so that
//! what is counted stays in the cache; on every core.

use super::counts::Counts;
use super::layout::Layout;
use crate::parallel::in_parallel;
use crate::progress::{Stopped, Watch};

/// How many combinations a core takes at once.
const BATCH: usize = 4_096;

/// The most conditions that are joined.
pub const DEEPEST: usize = 3;

/// A condition as it is counted.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The feature that it is about: two conditions of one feature are not joined.
    pub feature: usize,
    /// Its alerts, as [`Layout`] has them.
    pub words: Vec<u64>,
}

/// One to three conditions, by rising index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Combination {
    depth: u8,
    conditions: [u16; DEEPEST],
}

impl Combination {
    fn of(base: &[u16], last: u16) -> Self {
        let mut conditions = [0; DEEPEST];
        let joined = base.iter().copied().chain([last]);
        conditions.iter_mut().zip(joined).for_each(|(place, condition)| *place = condition);
        Self { depth: base.len() as u8 + 1, conditions }
    }

    /// The indices of its conditions.
    #[must_use]
    pub fn conditions(&self) -> &[u16] {
        &self.conditions[..self.depth.into()]
    }
}

/// What is to be counted.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The alerts.
    pub layout: &'a Layout,
    /// The conditions, 65,536 at the most.
    pub conditions: &'a [Condition],
    /// How many conditions are joined at the most, up to [`DEEPEST`].
    pub depth: usize,
    /// The fewest alerts of a combination that is looked at.
    pub floor: u32,
}

/// Conditions that each are joined with the same ones.
struct Group {
    base: Vec<u16>,
    others: Vec<u16>,
}

/// What has been counted: the single conditions and the pairs, which are the parents of what comes after.
pub struct Counted {
    all: Counts,
    single: Vec<Counts>,
    pairs: Vec<Counts>,
}

impl Counted {
    fn pair(&self, a: u16, b: u16) -> &Counts {
        &self.pairs[usize::from(a) * self.single.len() + usize::from(b)]
    }

    /// How everybody did.
    #[must_use]
    pub const fn all(&self) -> &Counts {
        &self.all
    }

    /// How the parents of a combination did: itself less each one of its conditions.
    pub fn parents(&self, combination: &Combination) -> impl Iterator<Item = &Counts> {
        let parents: [Option<&Counts>; 3] = match *combination.conditions() {
            [_] => [Some(&self.all), None, None],
            [a, b] => [Some(&self.single[usize::from(a)]), Some(&self.single[usize::from(b)]), None],
            [a, b, c] => [Some(self.pair(a, b)), Some(self.pair(a, c)), Some(self.pair(b, c))],
            _ => [None; 3],
        };
        parents.into_iter().flatten()
    }
}

impl Search<'_> {
    /// Counts every combination that stands on enough alerts, and keeps of each what `keep` makes of it: single conditions
    /// first, then pairs, then triples, each in the order of their conditions.
    pub fn run<Kept: Send>(
        &self,
        watch: &Watch,
        keep: impl Fn(&Combination, &Counts, &Counted) -> Kept + Sync,
    ) -> Result<Vec<Kept>, Stopped> {
        let conditions = self.conditions.len();
        let nothing = Counts::default();
        let mut counted = Counted {
            all: *self.layout.all(),
            single: vec![nothing; conditions],
            pairs: vec![nothing; if self.depth > 1 { conditions * conditions } else { 0 }],
        };
        let mut kept = Vec::new();
        for depth in 1..=self.depth.min(DEEPEST) {
            let groups = self.groups(depth, &counted);
            let total: usize = groups.iter().map(|group| group.others.len()).sum();
            watch.stage(stage(depth), Some(total as u64))?;
            let looked_at = self.count(&groups, watch)?;
            for (combination, counts) in &looked_at {
                match *combination.conditions() {
                    [a] => counted.single[usize::from(a)] = *counts,
                    [a, b] => counted.pairs[usize::from(a) * conditions + usize::from(b)] = *counts,
                    _ => {}
                }
            }
            kept.extend(in_parallel(looked_at.chunks(BATCH), watch, |_, batch| {
                let supported = batch.iter().filter(|(_, counts)| counts.alerts >= self.floor);
                supported.map(|(combination, counts)| keep(combination, counts, &counted)).collect()
            })?);
        }
        Ok(kept)
    }

    /// The combinations of so many conditions of which every part stands on enough alerts.
    fn groups(&self, depth: usize, counted: &Counted) -> Vec<Group> {
        let all = 0..u16::try_from(self.conditions.len()).unwrap_or(u16::MAX);
        let feature = |condition: u16| self.conditions[usize::from(condition)].feature;
        let is_single = |a: u16| counted.single[usize::from(a)].alerts >= self.floor;
        let is_pair = |a: u16, b: u16| feature(a) != feature(b) && counted.pair(a, b).alerts >= self.floor;
        match depth {
            1 => vec![Group { base: Vec::new(), others: all.collect() }],
            2 => all
                .clone()
                .filter(|&a| is_single(a))
                .map(|a| Group {
                    base: vec![a],
                    others: (a + 1..all.end).filter(|&b| feature(a) != feature(b) && is_single(b)).collect(),
                })
                .collect(),
            _ => {
                let pairs = all.clone().flat_map(|a| (a + 1..all.end).map(move |b| (a, b)));
                pairs
                    .filter(|&(a, b)| is_pair(a, b))
                    .map(|(a, b)| Group {
                        base: vec![a, b],
                        others: (b + 1..all.end).filter(|&c| is_pair(a, c) && is_pair(b, c)).collect(),
                    })
                    .filter(|group| !group.others.is_empty())
                    .collect()
            }
        }
    }

    fn count(&self, groups: &[Group], watch: &Watch) -> Result<Vec<(Combination, Counts)>, Stopped> {
        let mut batches = Vec::new();
        let (mut first, mut size) = (0, 0);
        for (index, group) in groups.iter().enumerate() {
            size += group.others.len();
            if size >= BATCH || index + 1 == groups.len() {
                batches.push(&groups[first..=index]);
                (first, size) = (index + 1, 0);
            }
        }
        in_parallel(batches.into_iter(), watch, |watch, batch| {
            let counts = self.count_batch(batch, watch);
            let combinations =
                batch.iter().flat_map(|group| group.others.iter().map(|&other| Combination::of(&group.base, other)));
            let _ = watch.advance(counts.len() as u64);
            combinations.zip(counts).collect()
        })
    }

    fn count_batch(&self, groups: &[Group], watch: &Watch) -> Vec<Counts> {
        let total = groups.iter().map(|group| group.others.len()).sum();
        let mut counts = vec![Counts::default(); total];
        let mut joined = Vec::new();
        for day in self.layout.days() {
            if watch.check().is_err() {
                break;
            }
            let words = |condition: u16| &self.conditions[usize::from(condition)].words[day.words.clone()];
            let mut counts = counts.iter_mut();
            for group in groups {
                join(&mut joined, day.words.len(), group.base.iter().map(|&condition| words(condition)));
                if joined.iter().all(|&word| word == 0) {
                    counts.by_ref().take(group.others.len()).for_each(drop);
                    continue;
                }
                for (&other, counts) in group.others.iter().zip(counts.by_ref()) {
                    day.count_both(counts, &joined, words(other));
                }
            }
        }
        counts
    }
}

/// The bits that are set in all; every bit where there is nothing to join.
fn join<'a>(joined: &mut Vec<u64>, words: usize, mut sets: impl Iterator<Item = &'a [u64]>) {
    joined.clear();
    match sets.next() {
        Some(first) => joined.extend_from_slice(first),
        None => joined.resize(words, u64::MAX),
    }
    for set in sets {
        joined.iter_mut().zip(set).for_each(|(word, other)| *word &= other);
    }
}

const fn stage(depth: usize) -> &'static str {
    match depth {
        1 => "counting conditions",
        2 => "counting pairs of conditions",
        _ => "counting combinations of three",
    }
}
