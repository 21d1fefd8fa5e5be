//! The asked rows of a number by rising value, each with what is asked about it: one walk over the sorted column, after which
//! everything is read in a row.

use std::ops::Range;

use super::code;
use super::labelled::Labelled;
use crate::dataset::Bitmap;
use crate::dataset::chunked::{CHUNK, Chunked};
use crate::dataset::columns::Numbers;
use crate::dataset::measures::{FEW, Measures};
use crate::statistics::quantile_bins::{QuantileBins, bins_for};
use crate::statistics::rank::order::{Order, sort_key};

/// Where fewer than one of so many rows is asked, sorting those is faster than to walk through all that are sorted.
const SPARSE: usize = 12;

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

/// Is shown 64 rows: the first of them, what is asked of them, the codes of their numbers, and a bit each where that is known.
type Take<'a> = dyn FnMut(usize, &[u32], &[u8], u64) + 'a;

impl Sorted {
    /// Of a column, with what is asked.
    #[must_use]
    pub fn of(numbers: &Numbers, labelled: &Labelled) -> Self {
        let (codes, asked) = (labelled.codes(), labelled.rows());
        if asked.count() as usize * SPARSE < asked.len() && !numbers.measures.is_few() {
            return Self::sorted_anew(&numbers.measures, asked, codes);
        }
        numbers.measures.few().map_or_else(
            || Self::of_order(&numbers.order(), codes),
            |(codes_of_numbers, place_of)| Self::counted(&numbers.measures, codes_of_numbers, &place_of, codes),
        )
    }

    /// By sorting the few rows that are asked, and not looking at the others.
    fn sorted_anew(measures: &Measures, asked: &Bitmap, codes: &[u32]) -> Self {
        let known = asked.and(measures.known());
        let mut rows = known.rows();
        let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(known.count() as usize);
        measures.each_of(&known, 0..measures.len(), |value| {
            keyed.extend(rows.next().map(|row| (sort_key(value), row as u32)));
        });
        keyed.sort_unstable();
        let mut begins = vec![0_u64; keyed.len().div_ceil(64)];
        for (place, &(key, _)) in keyed.iter().enumerate() {
            let is_first = place.checked_sub(1).is_none_or(|before| keyed[before].0 != key);
            begins[place / 64] |= u64::from(is_first) << (place % 64);
        }
        let entries = keyed.into_iter().map(|(_, row)| Entry { row, code: codes[row as usize] }).collect();
        Self { entries, begins }
    }

    /// By counting how many of the asked rows have each of few different numbers.
    fn counted(measures: &Measures, codes_of_numbers: &Chunked<u8>, place_of: &[u8; FEW], codes: &[u32]) -> Self {
        let each = |take: &mut Take<'_>| {
            for (index, (codes, numbers)) in codes.chunks(CHUNK).zip(codes_of_numbers.slices()).enumerate() {
                for (word, (codes, numbers)) in codes.chunks(64).zip(numbers.chunks(64)).enumerate() {
                    let known = measures.known().words()[index * (CHUNK / 64) + word];
                    take(index * CHUNK + word * 64, codes, numbers, known);
                }
            }
        };
        // What is not asked, or not known, is counted behind all others.
        let place = |code: u32, number: u8, known: u64| {
            if code == code::NOT_ASKED || known & 1 == 0 { FEW } else { usize::from(place_of[usize::from(number)]) }
        };
        let mut next = [0_usize; FEW + 1];
        each(&mut |_, codes, numbers, known| {
            for (bit, (&code, &number)) in codes.iter().zip(numbers).enumerate() {
                next[place(code, number, known >> bit)] += 1;
            }
        });
        let asked = next[..FEW].iter().sum();
        let mut begins = vec![0_u64; usize::div_ceil(asked, 64)];
        let mut before = 0;
        for next in &mut next {
            let count = std::mem::replace(next, before);
            if count > 0 && before < asked {
                begins[before / 64] |= 1 << (before % 64);
            }
            before += count;
        }
        let mut entries = vec![Entry { row: 0, code: 0 }; codes.len()];
        each(&mut |first, codes, numbers, known| {
            for (bit, (&code, &number)) in codes.iter().zip(numbers).enumerate() {
                let next = &mut next[place(code, number, known >> bit)];
                entries[*next] = Entry { row: (first + bit) as u32, code };
                *next += 1;
            }
        });
        entries.truncate(asked);
        Self { entries, begins }
    }

    fn of_order(order: &Order, codes: &[u32]) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counted_or_sorted_anew_they_stand_as_they_are_read_from_the_sorted_column(
            rows in prop::collection::vec((prop::option::of(-4_i32..5), any::<bool>()), 0..400),
        ) {
            let values: Vec<Option<f64>> = rows.iter().map(|row| row.0.map(f64::from)).collect();
            let codes: Vec<u32> =
                (0..).zip(&rows).map(|(number, row)| if row.1 { code::of(number % 7, (1, 0), (0, 1)) } else { code::NOT_ASKED }).collect();
            let numbers = Numbers::of(&values);
            let (few, place_of) = numbers.measures.few().expect("few");
            let read = Sorted::of_order(&numbers.order(), &codes);
            let counted = Sorted::counted(&numbers.measures, few, &place_of, &codes);
            let asked: Bitmap = rows.iter().map(|row| row.1).collect();
            let anew = Sorted::sorted_anew(&numbers.measures, &asked, &codes);
            let plain = |sorted: &Sorted| -> Vec<Vec<(u32, u32)>> {
                sorted.runs().map(|run| run.iter().map(|entry| (entry.row, entry.code)).collect()).collect()
            };
            prop_assert_eq!(plain(&counted), plain(&read));
            prop_assert_eq!(plain(&anew), plain(&read));
        }
    }
}
