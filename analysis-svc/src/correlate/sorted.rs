//! The asked rows of a number by rising value, each with what is asked about it: one walk over the sorted column, after which
//! everything is read in a row.

use std::ops::Range;

use super::code;
use crate::dataset::columns::Numbers;
use crate::statistics::quantile_bins::{QuantileBins, bins_for};
use crate::statistics::rank::order::Order;

/// A row of a sorted column.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Which row.
    pub row: u32,
    /// What is asked about it.
    pub code: u32,
}

/// The asked rows of which a number is known, by rising value.
#[derive(Clone, Debug)]
pub struct Sorted {
    entries: Vec<Entry>,
    /// A bit per entry: whether its value is larger than that of the one before.
    begins: Vec<u64>,
}

impl Sorted {
    /// Of a sorted column, with the codes of all rows.
    #[must_use]
    pub fn of(order: &Order, codes: &[u32]) -> Self {
        let mut entries = vec![Entry { row: 0, code: 0 }; order.len()];
        let mut begins = vec![0_u64; order.len().div_ceil(64)];
        let (mut count, mut begin) = (0, 1);
        for (rows, &ends) in order.rows().chunks(64).zip(order.ends()) {
            for (bit, &row) in rows.iter().enumerate() {
                // Every row is written, and the next one over it where it is not asked: that costs less than to ask.
                let code = codes[row as usize];
                let asked = u64::from(code != code::NOT_ASKED);
                entries[count] = Entry { row, code };
                begins[count / 64] |= (begin & asked) << (count % 64);
                count += asked as usize;
                begin = (begin & (1 - asked)) | (ends >> bit & 1);
            }
        }
        entries.truncate(count);
        Self { entries, begins }
    }

    /// By rising value.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The runs of equal values, by rising value.
    pub fn runs(&self) -> impl Iterator<Item = &[Entry]> {
        let mut place = 0;
        std::iter::from_fn(move || {
            let start = place;
            let rest = self.entries.get(start..).filter(|rest| !rest.is_empty())?;
            place += self.run(start);
            Some(&rest[..place - start])
        })
    }

    /// How many entries have the value of the one at `place`, which begins its run.
    #[inline]
    fn run(&self, place: usize) -> usize {
        let next = place + 1;
        let word = self.begins.get(next / 64).map_or(0, |word| word >> (next % 64));
        if word & 1 == 1 { 1 } else { self.long_run(place, word) }
    }

    fn long_run(&self, place: usize, word: u64) -> usize {
        let next = place + 1;
        if word != 0 {
            return 1 + word.trailing_zeros() as usize;
        }
        let later = self.begins.iter().enumerate().skip(next / 64 + 1).find(|(_, word)| **word != 0);
        later.map_or(self.entries.len(), |(index, word)| index * 64 + word.trailing_zeros() as usize) - place
    }

    /// The quantile bins, cut without a look at outcomes, and the places that begin a bin, from the second one on. `None`
    /// where nothing is known.
    #[must_use]
    pub fn quantile_bins(&self, numbers: &Numbers) -> Option<(QuantileBins, Vec<usize>)> {
        let count = self.entries.len();
        QuantileBins::of_rising(count, |place| numbers.value(self.entries[place].row as usize), bins_for(count))
    }

    /// The places of each bin.
    pub fn bins<'a>(&'a self, begins: &'a [usize]) -> impl Iterator<Item = Range<usize>> + 'a {
        let starts = std::iter::once(0).chain(begins.iter().copied());
        let ends = begins.iter().copied().chain(std::iter::once(self.entries.len()));
        starts.zip(ends).map(|(start, end)| start..end)
    }
}
