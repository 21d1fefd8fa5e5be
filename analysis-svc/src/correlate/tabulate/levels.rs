//! Which level of a feature each row is in: not asked, unknown, true or false, a bin, a word.

use crate::correlate::code;
use crate::dataset::Bitmap;
use crate::dataset::bitmap::bytes_of_bits;
use crate::dataset::categories::Categories;
use crate::dataset::chunked::Chunked;
use crate::dataset::places::Places;

/// The level of the rows that are not asked.
pub const NOT_ASKED: u8 = 0;
/// The level of those of which the feature is unknown.
pub const UNKNOWN: u8 = 1;
/// The first level of which something is known.
pub const FIRST: u8 = 2;

/// The level of each row, as a small number.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    of_row: Vec<u8>,
    count: usize,
}

impl Levels {
    /// All rows that are asked are in one level, [`UNKNOWN`].
    #[must_use]
    pub fn of_one(combinations: &[u8]) -> Self {
        Self { of_row: combinations.iter().map(|&of| code::asked(of)).collect(), count: usize::from(FIRST) }
    }

    /// The rows of `first` are in level [`FIRST`], those of `second` in the next one, and no row is in both.
    #[must_use]
    pub fn of_two(asked: &Bitmap, first: &Bitmap, second: &Bitmap) -> Self {
        let mut of_row = Vec::with_capacity(asked.len().next_multiple_of(64));
        for ((&asked, first), second) in asked.words().iter().zip(first.words()).zip(second.words()) {
            let (first, second) = (asked & first, asked & second);
            for byte in 0..8 {
                let spread = |word: u64| bytes_of_bits(word, byte);
                of_row.extend_from_slice(&(spread(asked) + spread(first) + 2 * spread(second)).to_le_bytes());
            }
        }
        of_row.truncate(asked.len());
        Self { of_row, count: usize::from(FIRST) + 2 }
    }

    /// A level for each word, as `level_of` says by the word's code, of `count` levels.
    #[must_use]
    pub fn of_words(combinations: &[u8], words: &Categories, level_of: &[u8], count: usize) -> Self {
        let level = |code: u32| level_of.get(code as usize).copied().unwrap_or(UNKNOWN);
        Self { of_row: words.codes_with(combinations, |code, of| code::asked(of) * level(code)), count }
    }

    /// A level for each of few different numbers, as `level_of` says by the number's code, of `count` levels.
    #[must_use]
    pub fn of_few(
        combinations: &[u8],
        known: &Bitmap,
        codes: &Chunked<u8>,
        level_of: &[u8; 256],
        count: usize,
    ) -> Self {
        let mut of_row = Vec::with_capacity(combinations.len());
        let codes = codes.slices().flat_map(|codes| codes.chunks(64));
        for ((of, codes), &known) in combinations.chunks(64).zip(codes).zip(known.words()) {
            of_row.extend(of.iter().zip(codes).enumerate().map(|(bit, (&of, &code))| {
                let level = level_of[usize::from(code)];
                code::asked(of) * if known >> bit & 1 == 1 { level } else { UNKNOWN }
            }));
        }
        Self { of_row, count }
    }

    /// A level for each part of a sorted column; `begins` are the places that begin one, from the second one on. `rows` are those
    /// that are asked and have a place.
    #[must_use]
    pub fn of_placed(combinations: &[u8], rows: &Bitmap, places: &Places, begins: &[u32]) -> Self {
        let mut of_row: Vec<u8> = combinations.iter().map(|&of| code::asked(of)).collect();
        let blocks = of_row.chunks_mut(64).zip(places.of_rows().chunks(64)).zip(rows.words());
        for ((levels, places_of_rows), &rows) in blocks.filter(|(_, rows)| **rows != 0) {
            let mut firsts = [0_u32; 64];
            firsts.iter_mut().zip(places_of_rows).for_each(|(first, &place)| *first = places.first(place));
            let mut parts = [FIRST; 64];
            for &begin in begins {
                parts.iter_mut().zip(&firsts).for_each(|(part, &first)| *part += u8::from(first >= begin));
            }
            for (bit, (level, part)) in levels.iter_mut().zip(parts).enumerate() {
                *level = if rows >> bit & 1 == 1 { part } else { *level };
            }
        }
        Self { of_row, count: usize::from(FIRST) + begins.len() + 1 }
    }

    /// How many levels there are, those of the rows that are not asked and that are unknown included.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// By row.
    #[must_use]
    pub fn of_row(&self) -> &[u8] {
        &self.of_row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_become_the_levels_that_they_say(rows in prop::collection::vec((any::<bool>(), 0_u8..3), 0..200)) {
            let of = |holds: &dyn Fn(&(bool, u8)) -> bool| -> Bitmap { rows.iter().map(holds).collect() };
            let levels = Levels::of_two(&of(&|row| row.0), &of(&|row| row.1 == 1), &of(&|row| row.1 == 2));
            let expected: Vec<u8> = rows.iter().map(|&(asked, side)| u8::from(asked) * (UNKNOWN + side)).collect();
            prop_assert_eq!(levels.of_row(), expected.as_slice());
        }
    }
}
