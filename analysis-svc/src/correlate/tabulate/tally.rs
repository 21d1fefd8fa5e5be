//! All levels of a feature counted in one pass over the rows.

use super::buckets::{BUCKETS, UNKNOWN};
use super::layout::Layout;
use super::levels::Levels;
use crate::correlate::code::{self, COMBINATIONS, Combinations};
use crate::correlate::group::GroupStats;
use crate::correlate::labelled::Labelled;
use crate::dataset::Snapshot;
use crate::dataset::chunked::CHUNK;
use crate::inference::Target;
use crate::statistics::heavy_tails::CompensatedSum;

/// What was counted of each level.
pub struct Tally<'a> {
    snapshot: &'a Snapshot,
    layout: &'a Layout,
    labelled: &'a Labelled,
    levels: &'a Levels,
    days: usize,
    /// By level and day: how many had which outcomes.
    combinations: Vec<Combinations>,
    /// By level and bucket.
    gains: Vec<u32>,
    exits: Vec<u32>,
    /// By level.
    gain_sums: Vec<CompensatedSum>,
    repeated: Vec<u32>,
}

impl<'a> Tally<'a> {
    /// Of the alerts that are asked.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot, layout: &'a Layout, labelled: &'a Labelled, levels: &'a Levels) -> Self {
        let days = snapshot.day_count().max(1);
        // Rows that are not asked are counted in a level of their own, which costs less than to tell them apart.
        let not_asked = levels.count();
        let mut tally = Self {
            combinations: vec![[0; COMBINATIONS]; (not_asked + 1) * days],
            gains: vec![0; (not_asked + 1) * BUCKETS],
            exits: vec![0; (not_asked + 1) * BUCKETS],
            gain_sums: vec![CompensatedSum::default(); not_asked + 1],
            repeated: Vec::new(),
            snapshot,
            layout,
            labelled,
            levels,
            days,
        };
        let gains = &snapshot.labels().max_gain_pct.measures;
        let mut buffer = Vec::new();
        let rows = labelled.codes().chunks(CHUNK).zip(levels.of_row().chunks(CHUNK));
        let buckets = layout.gains.of_row().chunks(CHUNK).zip(layout.exits.of_row().chunks(CHUNK));
        let pieces = rows.zip(buckets).enumerate().filter(|&(index, _)| labelled.asks(index));
        for (index, ((codes, levels), (gain_buckets, exit_buckets))) in pieces {
            let gains = gains.piece(index, &mut buffer);
            let cells = codes.iter().zip(levels).zip(gain_buckets.iter().zip(exit_buckets)).zip(gains);
            for (((&code, &level), (&gain_bucket, &exit_bucket)), &gain) in cells {
                let level = if code == code::NOT_ASKED { not_asked } else { usize::from(level) };
                tally.combinations[level * days + code::day(code)][code::combination(code)] += 1;
                tally.gains[level * BUCKETS + usize::from(gain_bucket)] += 1;
                tally.exits[level * BUCKETS + usize::from(exit_bucket)] += 1;
                tally.gain_sums[level].add(if gain_bucket == UNKNOWN { 0.0 } else { gain });
            }
        }
        tally.repeated = labelled.repeats(layout).count(not_asked, |row| usize::from(levels.of_row()[row]));
        tally
    }

    /// The outcomes of a level day by day.
    #[must_use]
    pub fn by_day(&self, level: usize) -> &[Combinations] {
        &self.combinations[level * self.days..(level + 1) * self.days]
    }

    /// How a level did.
    #[must_use]
    pub fn group(&self, level: usize, name: impl Into<String>) -> GroupStats {
        let all = code::sum(self.by_day(level));
        let alerts: u32 = all.iter().sum();
        let labels = self.snapshot.labels();
        let counts = level * BUCKETS..(level + 1) * BUCKETS;
        let (gains, exits) = (&self.gains[counts.clone()], &self.exits[counts]);
        let known: u32 = gains[..BUCKETS - 1].iter().sum();
        let is_in = |row: usize| {
            self.labelled.codes()[row] != code::NOT_ASKED && usize::from(self.levels.of_row()[row]) == level
        };
        let exit = self.layout.exits.median(&labels.exit_return_pct, exits, is_in);
        GroupStats {
            level: name.into(),
            alerts,
            clusters: alerts - self.repeated[level],
            pumps: code::proportion(&all, Target::Pump),
            rugs: code::proportion(&all, Target::Rug),
            median_max_gain_pct: self.layout.gains.median(&labels.max_gain_pct, gains, is_in),
            mean_max_gain_pct: self.gain_sums[level].mean(known as usize),
            median_exit_return_pct: exit.map(|median| median.value),
        }
    }
}
