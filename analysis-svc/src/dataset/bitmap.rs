//! Sets of rows as bits: 64 rows a word, so that counting is popcount.

/// A set of rows out of `len`.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// The rows of `len` for which `holds`.
    #[must_use]
    pub fn of(len: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut rows = Self::none(len);
        (0..len).filter(|&row| holds(row)).for_each(|row| rows.insert(row));
        rows
    }

    /// Adds a row. A row beyond the end is no row.
    pub fn insert(&mut self, row: usize) {
        if row < self.len {
            self.words[row / 64] |= 1 << (row % 64);
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

    /// How many rows are in both sets.
    #[must_use]
    pub fn count_and(&self, other: &Self) -> u32 {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones()).sum()
    }

    /// Whether no row is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The rows that are in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect(), len: self.len }
    }

    /// The rows of this set that are not in the other.
    #[must_use]
    pub fn and_not(&self, other: &Self) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(a, b)| a & !b).collect(), len: self.len }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_like_a_set(a in prop::collection::btree_set(0_usize..200, 0..80), b in prop::collection::btree_set(0_usize..200, 0..80)) {
            let of = |set: &std::collections::BTreeSet<usize>| Bitmap::of(200, |row| set.contains(&row));
            let (left, right) = (of(&a), of(&b));
            prop_assert!(left.rows().eq(a.iter().copied()));
            prop_assert_eq!(left.count() as usize, a.len());
            prop_assert_eq!(left.count_and(&right) as usize, a.intersection(&b).count());
            prop_assert!(left.and(&right).rows().eq(a.intersection(&b).copied()));
            prop_assert!(left.and_not(&right).rows().eq(a.difference(&b).copied()));
            prop_assert_eq!(left.is_empty(), a.is_empty());
        }
    }

    #[test]
    fn a_row_beyond_the_end_is_no_row() {
        let mut rows = Bitmap::none(65);
        rows.insert(65);
        rows.insert(64);
        assert_eq!((rows.count(), rows.contains(64), rows.contains(65), rows.contains(1_000)), (1, true, false, false));
    }
}
