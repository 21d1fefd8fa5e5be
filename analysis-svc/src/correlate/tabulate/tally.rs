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
use crate::statistics::split_sum::SplitSum;

/// What was counted of each level.
pub struct Tally<'a> {
    snapshot: &'a Snapshot,
    layout: &'a Layout,
    levels: &'a Levels,
    counts: Vec<Counts>,
    repeated: Vec<u32>,
}

/// Of a level.
#[derive(Clone, Copy)]
struct Counts {
    /// How many had which outcomes.
    combinations: Combinations,
    /// In which bucket their numbers lie.
    gains: [u32; BUCKETS],
    exits: [u32; BUCKETS],
    gain_sum: SplitSum,
}

impl<'a> Tally<'a> {
    /// Of the alerts that are asked.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot, layout: &'a Layout, labelled: &'a Labelled, levels: &'a Levels) -> Self {
        let none = Counts {
            combinations: [0; COMBINATIONS],
            gains: [0; BUCKETS],
            exits: [0; BUCKETS],
            gain_sum: SplitSum::default(),
        };
        let mut counts = vec![none; levels.count()];
        let gains = &snapshot.labels().max_gain_pct.measures;
        let mut buffer = Vec::new();
        let rows = labelled.combinations().chunks(CHUNK).zip(levels.of_row().chunks(CHUNK));
        let buckets = layout.gains.of_row().chunks(CHUNK).zip(layout.exits.of_row().chunks(CHUNK));
        let pieces = rows.zip(buckets).enumerate().filter(|&(index, _)| labelled.asks(index));
        for (index, ((combinations, levels), (gain_buckets, exit_buckets))) in pieces {
            let gains = gains.piece(index, &mut buffer);
            let cells = combinations.iter().zip(levels).zip(gain_buckets.iter().zip(exit_buckets)).zip(gains);
            // Rows that are not asked are counted too, in a level of their own: that costs less than to tell them apart.
            for (((&combination, &level), (&gain_bucket, &exit_bucket)), &gain) in cells {
                let counts = &mut counts[usize::from(level)];
                counts.combinations[usize::from(combination) % COMBINATIONS] += 1;
                counts.gains[usize::from(gain_bucket)] += 1;
                counts.exits[usize::from(exit_bucket)] += 1;
                counts.gain_sum.add(layout.gain_split.parts(if gain_bucket == UNKNOWN { 0.0 } else { gain }));
            }
        }
        let repeated = labelled.repeats(layout).count(levels.count(), levels.of_row());
        Self { snapshot, layout, levels, counts, repeated }
    }

    /// How a level did.
    #[must_use]
    pub fn group(&self, level: u8, name: impl Into<String>) -> GroupStats {
        let counts = &self.counts[usize::from(level)];
        let alerts: u32 = counts.combinations.iter().sum();
        let labels = self.snapshot.labels();
        let known: u32 = counts.gains[..BUCKETS - 1].iter().sum();
        let is_in = |row: usize| self.levels.of_row()[row] == level;
        let exit = self.layout.exits.median(&labels.exit_return_pct, &counts.exits, is_in);
        GroupStats {
            level: name.into(),
            alerts,
            clusters: alerts - self.repeated[usize::from(level)],
            pumps: code::proportion(&counts.combinations, Target::Pump),
            rugs: code::proportion(&counts.combinations, Target::Rug),
            median_max_gain_pct: self.layout.gains.median(&labels.max_gain_pct, &counts.gains, is_in),
            mean_max_gain_pct: counts.gain_sum.mean(known as usize),
            median_exit_return_pct: exit.map(|median| median.value),
        }
    }

    /// How many of each combination of outcomes a level has.
    #[must_use]
    pub fn combinations(&self, level: u8) -> &Combinations {
        &self.counts[usize::from(level)].combinations
    }
}
