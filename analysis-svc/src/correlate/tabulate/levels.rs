//! Which level of a feature each row is in: true or false, a bin, a word, unknown.

use crate::dataset::chunked::CHUNK;
use crate::dataset::columns::{Categories, Flags};
use crate::dataset::measures::Measures;

/// The level of each row, as a small number.
#[derive(Clone, Debug)]
pub struct Levels {
    of_row: Vec<u16>,
    count: usize,
}

/// Deciles have as many bounds within.
const MOST_BOUNDS: usize = 9;

/// More than the greatest number of levels.
pub const MOST: usize = u16::MAX as usize;

impl Levels {
    /// Level 0 is true, 1 false, 2 unknown.
    #[must_use]
    pub fn of_flags(flags: &Flags, rows: usize) -> Self {
        let mut of_row = Vec::with_capacity(rows.next_multiple_of(64));
        for (&yes, &no) in flags.yes.words().iter().zip(flags.no.words()) {
            of_row.extend((0..64).map(|bit| 2 - (2 * (yes >> bit & 1) + (no >> bit & 1)) as u16));
        }
        of_row.truncate(rows);
        Self { of_row, count: 3 }
    }

    /// A level for each word, as `level_of` says by the word's code; the unknown are in level `unknown`, the last one.
    #[must_use]
    pub fn of_words(words: &Categories, level_of: &[u16], unknown: u16) -> Self {
        let mut of_row = Vec::with_capacity(words.len());
        words.each(|_, code| of_row.push(level_of.get(code as usize).copied().unwrap_or(unknown)));
        Self { of_row, count: usize::from(unknown) + 1 }
    }

    /// A level for each bin: `least` has the least number of each bin from the second one on, rising. The unknown are in the
    /// last level.
    #[must_use]
    pub fn of_numbers(numbers: &Measures, least: &[f64]) -> Self {
        let unknown = least.len() as u16 + 1;
        let mut of_row = Vec::with_capacity(numbers.len().next_multiple_of(64));
        // As many compares for every number, side by side: what lies beyond the last bin is in none.
        let mut bounds = [f64::INFINITY; MOST_BOUNDS];
        bounds.iter_mut().zip(least).for_each(|(bound, least)| *bound = *least);
        let level = |value: f64| bounds.iter().map(|&bound| u16::from(bound <= value)).sum();
        let mut buffer = Vec::new();
        for index in 0..numbers.len().div_ceil(CHUNK) {
            let values = numbers.piece(index, &mut buffer);
            if least.len() <= MOST_BOUNDS {
                of_row.extend(values.iter().map(|&value| -> u16 { level(value) }));
            } else {
                of_row.extend(values.iter().map(|&value| least.partition_point(|&least| least <= value) as u16));
            }
        }
        for (levels, known) in of_row.chunks_mut(64).zip(numbers.known().words()) {
            if *known != u64::MAX {
                levels
                    .iter_mut()
                    .enumerate()
                    .filter(|(bit, _)| known >> bit & 1 == 0)
                    .for_each(|(_, level)| *level = unknown);
            }
        }
        Self { of_row, count: usize::from(unknown) + 1 }
    }

    /// How many levels there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// By row. Of a row that is not asked it means nothing.
    #[must_use]
    pub fn of_row(&self) -> &[u16] {
        &self.of_row
    }
}
