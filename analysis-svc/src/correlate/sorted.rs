//! The asked rows of a number by rising value, each with what is asked about it: one walk over the sorted column, after which
//! everything is read in a row.

use super::code;
use super::labelled::Labelled;
use crate::dataset::Bitmap;
use crate::dataset::columns::Numbers;
use crate::dataset::measures::Measures;
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

impl Sorted {
    /// Of a column, with what is asked, written to `room`.
    #[must_use]
    pub fn of(numbers: &Numbers, labelled: &Labelled, room: Vec<Entry>) -> Self {
        let (codes, asked) = (labelled.codes(), labelled.rows());
        if asked.count() as usize * SPARSE < asked.len() {
            return Self::sorted_anew(&numbers.measures, asked, codes);
        }
        Self::of_order(&numbers.order(), labelled.combinations(), |row| labelled.day(row), room)
    }

    /// The room that it took.
    #[must_use]
    pub fn into_room(self) -> Vec<Entry> {
        self.entries
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

    /// `combinations` are the lowest bits of the rows' codes.
    fn of_order(order: &Order, combinations: &[u8], day: impl Fn(u32) -> usize, mut entries: Vec<Entry>) -> Self {
        entries.resize(order.len(), Entry { row: 0, code: 0 });
        let mut begins = vec![0_u64; order.len().div_ceil(64)];
        let (mut count, mut begin, mut word) = (0, 1, 0);
        let mut block = [0_u8; 64];
        for (rows, &ends) in order.rows().chunks(64).zip(order.ends()) {
            // Looks at memory, none of which is near another: first all of them, so that none waits for what is done with another.
            block.iter_mut().zip(rows).for_each(|(of, &row)| *of = combinations[row as usize]);
            for (bit, (&row, &of)) in rows.iter().zip(&block).enumerate() {
                // Every row is written, and the next one over it where it is not asked: that costs less than to ask.
                let asked = u64::from(code::asked(of));
                entries[count] = Entry { row, code: code::with_day(of, day(row)) };
                word |= (begin & asked) << (count % 64);
                begins[count / 64] = word;
                count += asked as usize;
                word &= u64::from(!count.is_multiple_of(64)).wrapping_neg();
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

    /// Whether 64 entries from `64 · word` on all have values of their own.
    #[inline]
    #[must_use]
    pub fn are_single(&self, word: usize) -> bool {
        self.begins.get(word) == Some(&u64::MAX)
            && (self.entries.len() == (word + 1) * 64 || self.begins.get(word + 1).is_some_and(|next| next & 1 == 1))
    }

    /// How many entries have the value of the one at `place`, which begins its run.
    #[inline]
    #[must_use]
    pub fn run(&self, place: usize) -> usize {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorted_anew_they_stand_as_they_are_read_from_the_sorted_column(
            rows in prop::collection::vec((prop::option::of(-4_i32..5), any::<bool>()), 0..400), spread in 1_i32..200,
        ) {
            let values: Vec<Option<f64>> =
                (0..).zip(&rows).map(|(number, row)| row.0.map(|value| f64::from(value + number % spread))).collect();
            let codes: Vec<u32> = (0..)
                .zip(&rows)
                .map(|(number, row)| if row.1 { code::of(number % 7, (1, 0), (0, 1)) } else { code::NOT_ASKED })
                .collect();
            let numbers = Numbers::of(&values);
            let room = vec![Entry { row: 7, code: 7 }; 90];
            let lowest: Vec<u8> = codes.iter().map(|&code| code::lowest(code)).collect();
            let read = Sorted::of_order(&numbers.order(), &lowest, |row| row as usize % 7, room);
            let asked: Bitmap = rows.iter().map(|row| row.1).collect();
            let anew = Sorted::sorted_anew(&numbers.measures, &asked, &codes);
            let plain = |sorted: &Sorted| -> Vec<Vec<(u32, u32)>> {
                sorted.runs().map(|run| run.iter().map(|entry| (entry.row, entry.code)).collect()).collect()
            };
            prop_assert_eq!(plain(&anew), plain(&read));
            for word in 0..read.entries.len() / 64 {
                let single = (word * 64..word * 64 + 64).all(|place| read.run(place) == 1);
                prop_assert_eq!(read.are_single(word), single);
            }
        }
    }
}
