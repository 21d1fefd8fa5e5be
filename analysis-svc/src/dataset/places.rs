//! Where each row stands in a sorted column: read in the order of the rows, where the sorted column itself is read here and there.

use std::ops::Range;

use crate::statistics::rank::order::Order;

/// The place of each row in a sorted column.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// By row: its place; of a row that shares its value, [`TIED`] and the index of its run; [`NOWHERE`] where it is unknown.
    of_row: Vec<u32>,
    /// The runs of several equal values.
    runs: Vec<Range<u32>>,
    /// How many places there are.
    count: usize,
}

/// The bit of a place that says that it is a run of equal values.
pub const TIED: u32 = 1 << 31;
/// The place of a row of which nothing is known. It is no run, though it has that bit.
pub const NOWHERE: u32 = u32::MAX;

impl Places {
    /// Of a sorted column of `rows` rows.
    #[must_use]
    pub fn of(order: &Order, rows: usize) -> Self {
        let mut of_row = vec![NOWHERE; rows];
        let mut runs = Vec::new();
        let mut begin = 0_u32;
        for group in order.groups() {
            let end = begin + group.len() as u32;
            if let [row] = group {
                of_row[*row as usize] = begin;
            } else {
                let run = TIED | runs.len() as u32;
                group.iter().for_each(|&row| of_row[row as usize] = run);
                runs.push(begin..end);
            }
            begin = end;
        }
        Self { of_row, runs, count: order.len() }
    }

    /// How many places there are: as many as rows of which the number is known.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// By row: its place, or [`TIED`] and the index of its run, or [`NOWHERE`].
    #[must_use]
    pub fn of_rows(&self) -> &[u32] {
        &self.of_row
    }

    /// The runs of several equal values, rising.
    #[must_use]
    pub fn runs(&self) -> &[Range<u32>] {
        &self.runs
    }

    /// The first place of those with the value of what stands at `place`, as [`Self::of_rows`] has it; [`NOWHERE`] of nowhere.
    #[inline]
    #[must_use]
    pub fn first(&self, place: u32) -> u32 {
        if place & TIED == 0 { place } else { self.runs.get((place & !TIED) as usize).map_or(NOWHERE, |run| run.start) }
    }

    /// The memory that they take, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.of_row.capacity() * 4 + self.runs.capacity() * size_of::<Range<u32>>()
    }
}
