//! Which level of a feature each row is in: true or false, a bin, a word, unknown.

use crate::correlate::sorted::Sorted;
use crate::dataset::columns::{Categories, Flags};

/// The level of each row, as a small number.
#[derive(Clone, Debug)]
pub struct Levels {
    of_row: Vec<u16>,
    count: usize,
}

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

    /// A level for each bin, which begins at the places of `begins` from the second one on; the unknown are in the last one.
    #[must_use]
    pub fn of_bins(sorted: &Sorted, begins: &[usize], rows: usize) -> Self {
        let unknown = begins.len() as u16 + 1;
        let mut of_row = vec![unknown; rows];
        for (bin, range) in (0..).zip(sorted.bins(begins)) {
            for entry in sorted.entries().get(range).unwrap_or_default() {
                of_row[entry.row as usize] = bin;
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
