//! Sets of rows as bits: 64 rows a word, so that counting is popcount.

use std::ops::Range;

/// A set of rows out of `len`. Bits beyond the end are never set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// No row of `len`.
    #[must_use]
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// Every row of `len`.
    #[must_use]
    pub fn all(len: usize) -> Self {
        let mut rows = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        rows.clear_beyond_end();
        rows
    }

    /// The rows of `len` for which `holds`.
    #[must_use]
    pub fn of(len: usize, holds: impl FnMut(usize) -> bool) -> Self {
        (0..len).map(holds).collect()
    }

    /// The rows of `range`, out of `len`.
    #[must_use]
    pub fn of_range(len: usize, range: Range<usize>) -> Self {
        let mut rows = Self::none(len);
        rows.set_range(range);
        rows
    }

    /// From words; what stands beyond the end is left out.
    #[must_use]
    pub fn from_words(mut words: Vec<u64>, len: usize) -> Self {
        words.resize(len.div_ceil(64), 0);
        let mut rows = Self { words, len };
        rows.clear_beyond_end();
        rows
    }

    /// The words, on their own feet.
    #[must_use]
    pub fn into_words(self) -> Vec<u64> {
        self.words
    }

    /// Of how many rows it is a part.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The words: row `i` is bit `i % 64` of word `i / 64`.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Adds a row. A row beyond the end is no row.
    pub fn insert(&mut self, row: usize) {
        if row < self.len {
            self.words[row / 64] |= 1 << (row % 64);
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: usize) {
        if row < self.len {
            self.words[row / 64] &= !(1 << (row % 64));
        }
    }

    /// Adds a row, or takes it out.
    pub fn set(&mut self, row: usize, holds: bool) {
        if holds {
            self.insert(row);
        } else {
            self.remove(row);
        }
    }

    /// Adds the rows of a range, as far as there are such rows.
    pub fn set_range(&mut self, range: Range<usize>) {
        let (start, end) = (range.start.min(self.len), range.end.min(self.len));
        for (index, word) in self.words.iter_mut().enumerate().take(end.div_ceil(64)).skip(start / 64) {
            *word |= mask_within(index, start, end);
        }
    }

    /// One row more, the last.
    pub fn push(&mut self, holds: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.len += 1;
        if let Some(word) = self.words.last_mut().filter(|_| holds) {
            *word |= 1 << ((self.len - 1) % 64);
        }
    }

    /// The rows of a range of another set, behind the present ones.
    pub fn extend_from(&mut self, other: &Self, range: Range<usize>) {
        let mut at = range.start;
        let end = range.end.min(other.len);
        while at < end {
            let free = 64 - self.len % 64;
            let taken = (64 - at % 64).min(free).min(end - at);
            let bits = other.words[at / 64] >> (at % 64) & low_bits(taken);
            if free == 64 {
                self.words.push(0);
            }
            if let Some(word) = self.words.last_mut() {
                *word |= bits << (self.len % 64);
            }
            self.len += taken;
            at += taken;
        }
    }

    /// Whether a row is in the set.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// How many rows are in the set.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// How many rows of a range are in the set.
    #[must_use]
    pub fn count_within(&self, range: Range<usize>) -> u32 {
        self.count_words(range, |index| self.words[index])
    }

    /// How many rows are in both sets.
    #[must_use]
    pub fn count_and(&self, other: &Self) -> u32 {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones()).sum()
    }

    /// How many rows of a range are in both sets.
    #[must_use]
    pub fn count_and_within(&self, other: &Self, range: Range<usize>) -> u32 {
        let end = range.end.min(other.len);
        self.count_words(range.start..end, |index| self.words[index] & other.words[index])
    }

    fn count_words(&self, range: Range<usize>, word: impl Fn(usize) -> u64) -> u32 {
        let (start, end) = (range.start, range.end.min(self.len));
        if start >= end {
            return 0;
        }
        let (first, last) = (start / 64, (end - 1) / 64);
        let masked = |index: usize| (word(index) & mask_within(index, start, end)).count_ones();
        let inner: u32 = (first + 1..last).map(|index| word(index).count_ones()).sum();
        masked(first) + inner + if last > first { masked(last) } else { 0 }
    }

    /// Whether no row is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The rows that are in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.joined(other, |a, b| a & b)
    }

    /// The rows that are in either set.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.joined(other, |a, b| a | b)
    }

    /// The rows of this set that are not in the other.
    #[must_use]
    pub fn and_not(&self, other: &Self) -> Self {
        self.joined(other, |a, b| a & !b)
    }

    /// The rows that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut rows = Self { words: self.words.iter().map(|word| !word).collect(), len: self.len };
        rows.clear_beyond_end();
        rows
    }

    /// Keeps the rows that are in the other set too.
    pub fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Adds the rows of another set of as many rows.
    pub fn unite(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    fn joined(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(&a, &b)| join(a, b)).collect(), len: self.len }
    }

    fn clear_beyond_end(&mut self) {
        if let Some(last) = self.words.last_mut().filter(|_| !self.len.is_multiple_of(64)) {
            *last &= low_bits(self.len % 64);
        }
    }

    /// The rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            std::iter::successors((word != 0).then_some(word), |rest| {
                let rest = rest & (rest - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |rest| index * 64 + rest.trailing_zeros() as usize)
        })
    }

    /// The rows of a range, ascending.
    pub fn rows_within(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        self.words_within(range).flat_map(|(index, word)| {
            std::iter::successors((word != 0).then_some(word), |rest| {
                let rest = rest & (rest - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |rest| index * 64 + rest.trailing_zeros() as usize)
        })
    }

    /// The words of a range, each with its index, without the rows outside.
    pub fn words_within(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u64)> + '_ {
        let (start, end) = (range.start, range.end.min(self.len));
        (start / 64..end.div_ceil(64)).map(move |index| (index, self.words[index] & mask_within(index, start, end)))
    }

    /// The first row.
    #[must_use]
    pub fn first(&self) -> Option<usize> {
        let index = self.words.iter().position(|&word| word != 0)?;
        Some(index * 64 + self.words[index].trailing_zeros() as usize)
    }

    /// The last row.
    #[must_use]
    pub fn last(&self) -> Option<usize> {
        let index = self.words.iter().rposition(|&word| word != 0)?;
        Some(index * 64 + 63 - self.words[index].leading_zeros() as usize)
    }

    /// The memory that it takes, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

/// One truth per row.
impl FromIterator<bool> for Bitmap {
    fn from_iter<I: IntoIterator<Item = bool>>(rows: I) -> Self {
        let rows = rows.into_iter();
        let mut words = Vec::with_capacity(rows.size_hint().0.div_ceil(64));
        let (mut word, mut len) = (0_u64, 0_usize);
        for holds in rows {
            word |= u64::from(holds) << (len % 64);
            len += 1;
            if len.is_multiple_of(64) {
                words.push(word);
                word = 0;
            }
        }
        if !len.is_multiple_of(64) {
            words.push(word);
        }
        Self { words, len }
    }
}

/// The `count` lowest bits, 64 at most.
const fn low_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// The bits of word `index` that stand for rows of `start..end`.
const fn mask_within(index: usize, start: usize, end: usize) -> u64 {
    let base = index * 64;
    low_bits(end.saturating_sub(base)) & !low_bits(start.saturating_sub(base))
}

/// The bits of a byte as eight bytes of 0 or 1.
const SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[byte] |= (byte as u64 >> bit & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    spread
};

/// The bits of a word's `byte`-th byte as eight bytes of 0 or 1, the lowest first.
#[inline]
#[must_use]
pub const fn bytes_of_bits(word: u64, byte: u32) -> u64 {
    SPREAD[(word >> (8 * byte) & 0xff) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set() -> impl Strategy<Value = BTreeSet<usize>> {
        prop::collection::btree_set(0_usize..200, 0..80)
    }

    proptest! {
        #[test]
        fn behaves_like_a_set(a in set(), b in set(), start in 0_usize..210, length in 0_usize..210) {
            let of = |set: &BTreeSet<usize>| Bitmap::of(200, |row| set.contains(&row));
            let (left, right) = (of(&a), of(&b));
            prop_assert!(left.rows().eq(a.iter().copied()));
            prop_assert_eq!(left.count() as usize, a.len());
            prop_assert_eq!(left.count_and(&right) as usize, a.intersection(&b).count());
            prop_assert!(left.and(&right).rows().eq(a.intersection(&b).copied()));
            prop_assert!(left.or(&right).rows().eq(a.union(&b).copied()));
            prop_assert!(left.and_not(&right).rows().eq(a.difference(&b).copied()));
            prop_assert_eq!(left.complement(), Bitmap::all(200).and_not(&left));
            prop_assert_eq!(left.is_empty(), a.is_empty());
            let range = start..start + length;
            prop_assert_eq!(left.count_within(range.clone()) as usize, a.range(range.clone()).count());
            prop_assert!(left.rows_within(range.clone()).eq(a.iter().copied().filter(|row| range.contains(row))));
            let both = a.intersection(&b).filter(|row| range.contains(row)).count();
            prop_assert_eq!(left.count_and_within(&right, range.clone()) as usize, both);
            prop_assert!(Bitmap::of_range(200, range.clone()).rows().eq(range.filter(|&row| row < 200)));
        }

        #[test]
        fn parts_of_sets_stand_one_behind_the_other(a in set(), parts in prop::collection::vec((0_usize..200, 0_usize..140, any::<bool>()), 0..6)) {
            let whole = Bitmap::of(200, |row| a.contains(&row));
            let (mut joined, mut expected) = (Bitmap::default(), Vec::new());
            for (start, length, last) in parts {
                let end = (start + length).min(200);
                joined.extend_from(&whole, start..end);
                joined.push(last);
                expected.extend((start..end).map(|row| a.contains(&row)));
                expected.push(last);
            }
            prop_assert_eq!(joined, expected.into_iter().collect::<Bitmap>());
        }
    }

    #[test]
    fn a_row_beyond_the_end_is_no_row() {
        let mut rows = Bitmap::none(65);
        rows.insert(65);
        rows.insert(64);
        assert_eq!((rows.count(), rows.contains(64), rows.contains(65), rows.contains(1_000)), (1, true, false, false));
        assert_eq!(Bitmap::all(65).count(), 65);
    }
}
