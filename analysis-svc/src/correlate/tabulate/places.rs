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

/// Which places of a sorted column are kept, a bit each: a question's rows, before any feature is looked at.
#[derive(Clone, Debug, Default)]
pub struct KeptPlaces(Vec<u64>);

impl KeptPlaces {
    /// The places of the rows of `rows`.
    #[must_use]
    pub fn of(order: &Order, rows: &Bitmap) -> Self {
        let bit = |&row: &u32| u64::from(rows.contains(row as usize));
        let word = |rows: &[u32]| rows.iter().rev().fold(0, |word, row| word << 1 | bit(row));
        Self(order.rows().chunks(64).map(word).collect())
    }
}

/// Twice the midranks of some of a sorted column's rows among themselves.
pub struct Ranks<'a> {
    places: &'a Places,
    /// 64 places of the column a word: which of their rows are among them, and how many are before.
    words: Vec<(u64, u32)>,
    /// Twice the midrank of each run of equal values.
    of_ties: Vec<u32>,
    count: u32,
    /// Σ (t³ − t) over the runs of equal values.
    ties: u128,
}

impl<'a> Ranks<'a> {
    /// Of the rows of `kept`, all but those of `missing`, which are among them.
    #[must_use]
    pub fn of(places: &'a Places, kept: &KeptPlaces, missing: &Bitmap) -> Self {
        let mut words: Vec<(u64, u32)> = kept.0.iter().map(|&word| (word, 0)).collect();
        // Of a run of equal values it is nothing to anybody which of its places are missing, only how many.
        let mut gone = vec![0_u32; places.ties.len()];
        for row in missing.rows() {
            let place = places.of_row[row];
            if place & TIED == 0 {
                words[place as usize / 64].0 &= !(1 << (place % 64));
            } else if let Some(gone) = gone.get_mut((place & !TIED) as usize) {
                *gone += 1;
            }
        }
        for (run, gone) in places.ties.iter().zip(gone) {
            take_out(&mut words, run, gone);
        }
        let mut count = 0;
        for (word, before) in &mut words {
            *before = count;
            count += word.count_ones();
        }
        let mut ranks = Self { places, words, of_ties: Vec::with_capacity(places.ties.len()), count, ties: 0 };
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
    #[inline]
    #[must_use]
    pub fn double_midrank(&self, row: u32) -> u32 {
        self.double_midrank_at(self.place(row))
    }

    /// Where a row stands, for [`Self::double_midrank_at`].
    #[inline]
    #[must_use]
    pub fn place(&self, row: u32) -> u32 {
        self.places.of_row[row as usize]
    }

    /// Twice the midrank of the row that stands there.
    #[inline]
    #[must_use]
    pub fn double_midrank_at(&self, place: u32) -> u32 {
        if place & TIED == 0 {
            2 * self.before(place) + 2
        } else {
            self.of_ties.get((place & !TIED) as usize).copied().unwrap_or_default()
        }
    }

    #[inline]
    fn before(&self, place: u32) -> u32 {
        match self.words.get(place as usize / 64) {
            Some((kept, before)) => before + (kept & ((1 << (place % 64)) - 1)).count_ones(),
            None => self.count,
        }
    }
}

/// Takes as many of the kept places of a run out.
fn take_out(words: &mut [(u64, u32)], run: &Range<u32>, mut gone: u32) {
    let mut place = run.start;
    while gone > 0 && place < run.end {
        if let Some((word, _)) = words.get_mut(place as usize / 64) {
            let bit = 1 << (place % 64);
            gone -= u32::from(*word & bit != 0);
            *word &= !bit;
        }
        place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranks_among_a_part_are_those_of_the_part_sorted_anew(
            values in prop::collection::vec(-40_i32..40, 1..400), modulus in 1_usize..4, without in 2_usize..5,
        ) {
            let numbers: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
            let order = Order::of(&numbers);
            let asked = Bitmap::of(numbers.len(), |row| row.is_multiple_of(modulus));
            let missing = Bitmap::of(numbers.len(), |row| row.is_multiple_of(without)).and(&asked);
            let rows = asked.and_not(&missing);
            let places = Places::of(&order, numbers.len());
            let ranks = Ranks::of(&places, &KeptPlaces::of(&order, &asked), &missing);
            let expected = order.double_midranks(|row| rows.contains(row as usize));
            prop_assert_eq!(ranks.count() as usize, expected.len());
            for (row, rank) in expected {
                prop_assert_eq!(u64::from(ranks.double_midrank(row)), rank);
            }
        }
    }
}
