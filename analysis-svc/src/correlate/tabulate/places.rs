//! Where each row stands in a sorted column: what its rank is among any part of the rows follows from a bit per place.

use std::ops::Range;

use crate::dataset::Bitmap;
use crate::statistics::rank::order::Order;

/// The place of each row in a sorted column.
#[derive(Clone, Debug)]
pub struct Places {
    /// By row: its place; of a row that shares its value, [`TIED`] and the index of its run; [`NOWHERE`] where it is unknown.
    of_row: Vec<u32>,
    /// The runs of several equal values.
    ties: Vec<Range<u32>>,
}

const TIED: u32 = 1 << 31;
const NOWHERE: u32 = u32::MAX;

impl Places {
    /// Of a sorted column of `rows` rows.
    #[must_use]
    pub fn of(order: &Order, rows: usize) -> Self {
        let mut of_row = vec![NOWHERE; rows];
        let mut ties = Vec::new();
        let mut begin = 0_u32;
        for group in order.groups() {
            let end = begin + group.len() as u32;
            if let [row] = group {
                of_row[*row as usize] = begin;
            } else {
                let run = TIED | ties.len() as u32;
                group.iter().for_each(|&row| of_row[row as usize] = run);
                ties.push(begin..end);
            }
            begin = end;
        }
        Self { of_row, ties }
    }

    /// The memory that they take, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.of_row.capacity() * 4 + self.ties.capacity() * size_of::<Range<u32>>()
    }
}

/// Twice the midranks of some of a sorted column's rows among themselves.
pub struct Ranks<'a> {
    places: &'a Places,
    /// A bit per place of the column: whether its row is among them.
    kept: Vec<u64>,
    /// How many are before each word of `kept`.
    before: Vec<u32>,
    /// Twice the midrank of each run of equal values.
    of_ties: Vec<u32>,
    count: u32,
    /// Σ (t³ − t) over the runs of equal values.
    ties: u128,
}

impl<'a> Ranks<'a> {
    /// Of the rows of `rows`, all of which the column knows.
    #[must_use]
    pub fn of(places: &'a Places, order: &Order, rows: &Bitmap) -> Self {
        let bit = |&row: &u32| u64::from(rows.contains(row as usize));
        let word = |rows: &[u32]| rows.iter().rev().fold(0, |word, row| word << 1 | bit(row));
        let kept: Vec<u64> = order.rows().chunks(64).map(word).collect();
        let mut count = 0;
        let mut before = Vec::with_capacity(kept.len());
        for word in &kept {
            before.push(count);
            count += word.count_ones();
        }
        let mut ranks = Self { places, kept, before, of_ties: Vec::new(), count, ties: 0 };
        for run in &places.ties {
            let (first, end) = (ranks.before(run.start), ranks.before(run.end));
            let size = u128::from(end - first);
            ranks.ties += (size * size * size).saturating_sub(size);
            ranks.of_ties.push(first + end + 1);
        }
        ranks
    }

    /// How many rows there are.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Σ (t³ − t) over the runs of t equal values.
    #[must_use]
    pub const fn ties(&self) -> u128 {
        self.ties
    }

    /// Twice the midrank of one of the rows; ranks begin at 1.
    #[must_use]
    pub fn double_midrank(&self, row: u32) -> u32 {
        let place = self.places.of_row[row as usize];
        if place & TIED == 0 {
            2 * self.before(place) + 2
        } else {
            self.of_ties.get((place & !TIED) as usize).copied().unwrap_or_default()
        }
    }

    fn before(&self, place: u32) -> u32 {
        let (word, bit) = (place as usize / 64, place % 64);
        match self.kept.get(word) {
            Some(kept) => self.before[word] + (kept & ((1 << bit) - 1)).count_ones(),
            None => self.count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranks_among_a_part_are_those_of_the_part_sorted_anew(
            values in prop::collection::vec(-40_i32..40, 1..400), modulus in 1_usize..4,
        ) {
            let numbers: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
            let order = Order::of(&numbers);
            let rows = Bitmap::of(numbers.len(), |row| row.is_multiple_of(modulus));
            let places = Places::of(&order, numbers.len());
            let ranks = Ranks::of(&places, &order, &rows);
            let expected = order.double_midranks(|row| rows.contains(row as usize));
            prop_assert_eq!(ranks.count() as usize, expected.len());
            for (row, rank) in expected {
                prop_assert_eq!(u64::from(ranks.double_midrank(row)), rank);
            }
        }
    }
}
