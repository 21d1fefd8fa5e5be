//! The ranks of some rows of a sorted column among themselves: they follow from a bit per place.

use std::ops::Range;

use crate::dataset::Bitmap;
use crate::dataset::places::{Places, TIED};

/// Which places of a sorted column are kept, a bit each. Of a run of equal values it is nothing to anybody which of its places are
/// kept, only how many: the first ones are.
#[derive(Clone, Debug, Default)]
pub struct KeptPlaces(Vec<u64>);

impl KeptPlaces {
    /// The places of the rows of `rows`.
    #[must_use]
    pub fn of(places: &Places, rows: &Bitmap) -> Self {
        let mut words = vec![0_u64; places.len().div_ceil(64)];
        let mut tied = vec![0_u32; places.runs().len()];
        for (&kept, places) in rows.words().iter().zip(places.of_rows().chunks(64)) {
            let mut rest = kept;
            while rest != 0 {
                let place = places[rest.trailing_zeros() as usize];
                rest &= rest - 1;
                if place & TIED == 0 {
                    words[place as usize / 64] |= 1 << (place % 64);
                } else if let Some(tied) = tied.get_mut((place & !TIED) as usize) {
                    *tied += 1;
                }
            }
        }
        for (run, count) in places.runs().iter().zip(tied) {
            set(&mut words, run.start..run.start + count);
        }
        Self(words)
    }
}

/// Sets the bits of a range.
fn set(words: &mut [u64], range: Range<u32>) {
    let (start, end) = (range.start as usize, range.end as usize);
    for index in start / 64..end.div_ceil(64) {
        let (from, to) = (start.max(index * 64) - index * 64, end.min(index * 64 + 64) - index * 64);
        if let Some(word) = words.get_mut(index).filter(|_| to > from) {
            *word |= u64::MAX >> (64 - (to - from)) << from;
        }
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
        let mut gone = vec![0_u32; places.runs().len()];
        for row in missing.rows() {
            let place = places.of_rows()[row];
            if place & TIED == 0 {
                words[place as usize / 64].0 &= !(1 << (place % 64));
            } else if let Some(gone) = gone.get_mut((place & !TIED) as usize) {
                *gone += 1;
            }
        }
        for (run, gone) in places.runs().iter().zip(gone) {
            take_out(&mut words, run, gone);
        }
        let mut count = 0;
        for (word, before) in &mut words {
            *before = count;
            count += word.count_ones();
        }
        let mut ranks = Self { places, words, of_ties: Vec::with_capacity(places.runs().len()), count, ties: 0 };
        for run in places.runs() {
            let (first, end) = (ranks.before(run.start), ranks.before(run.end));
            let size = u128::from(end - first);
            ranks.ties += (size * size * size).saturating_sub(size);
            ranks.of_ties.push(first + end + 1);
        }
        ranks
    }

    /// The place in the column of the row that is the `index`-th of these by rising value, from 0. `None` beyond the last.
    #[must_use]
    pub fn nth(&self, index: usize) -> Option<usize> {
        let index = u32::try_from(index).ok().filter(|&index| index < self.count)?;
        let word = self.words.partition_point(|&(_, before)| before <= index).checked_sub(1)?;
        let (mut bits, before) = *self.words.get(word)?;
        (before..index).for_each(|_| bits &= bits - 1);
        Some(word * 64 + bits.trailing_zeros() as usize)
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
        self.places.of_rows()[row as usize]
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
    use crate::statistics::rank::order::Order;
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
            let ranks = Ranks::of(&places, &KeptPlaces::of(&places, &asked), &missing);
            let expected = order.double_midranks(|row| rows.contains(row as usize));
            prop_assert_eq!(ranks.count() as usize, expected.len());
            for (index, &(row, rank)) in expected.iter().enumerate() {
                prop_assert_eq!(u64::from(ranks.double_midrank(row)), rank);
                let nth = ranks.nth(index).map(|place| values[order.rows()[place] as usize]);
                prop_assert_eq!(nth, Some(values[row as usize]));
            }
            prop_assert_eq!(ranks.nth(expected.len()), None);
        }
    }
}
