//! The rows of a column in rising order of their values: sorted once, then asked many times.

/// The known rows of a column by rising value, with the ends of the runs of equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    rows: Vec<u32>,
    /// A bit per entry: whether it is the last of its value.
    ends: Vec<u64>,
}

impl Order {
    /// Sorts a column, row `i` being `values[i]`. Values that are not finite are unknown and left out; −0 equals 0.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        Self::of_known((0..).zip(values.iter().copied()))
    }

    /// Sorts the known values of a column, each with its row.
    #[must_use]
    pub fn of_known(known: impl IntoIterator<Item = (u32, f64)>) -> Self {
        let finite = known.into_iter().filter(|(_, value)| value.is_finite());
        let mut keyed: Vec<(u64, u32)> = finite.map(|(row, value)| (sort_key(value), row)).collect();
        keyed.sort_unstable();
        let mut ends = vec![0_u64; keyed.len().div_ceil(64)];
        for (at, &(key, _)) in keyed.iter().enumerate() {
            let is_last = keyed.get(at + 1).is_none_or(|&(next, _)| next != key);
            ends[at / 64] |= u64::from(is_last) << (at % 64);
        }
        // A vector of its own, and not the greater one that was sorted.
        let mut rows = Vec::with_capacity(keyed.len());
        rows.extend(keyed.iter().map(|&(_, row)| row));
        Self { rows, ends }
    }

    /// From rows that are sorted already, and a bit for each that is the last of its value ([`Self::ends`]).
    #[must_use]
    pub const fn from_sorted(rows: Vec<u32>, ends: Vec<u64>) -> Self {
        Self { rows, ends }
    }

    /// A bit per entry, 64 a word: whether it is the last of its value.
    #[must_use]
    pub fn ends(&self) -> &[u64] {
        &self.ends
    }

    /// The memory that it takes, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.rows.capacity() * 4 + self.ends.capacity() * 8
    }

    /// The rows by rising value; rows of equal value by rising row.
    #[must_use]
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// How many rows are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The runs of equal values, by rising value.
    pub fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().enumerate().flat_map(|(index, &word)| set_bits(word).map(move |bit| index * 64 + bit)).map(
            move |last| {
                let group = &self.rows[start..=last];
                start = last + 1;
                group
            },
        )
    }

    /// Twice the midrank of each known row that is kept, among the kept ones alone (so that half ranks stay whole numbers),
    /// as (row, twice its rank) by rising value. Ranks begin at 1.
    pub fn double_midranks(&self, keep: impl Fn(u32) -> bool) -> Vec<(u32, u64)> {
        let mut ranked = Vec::with_capacity(self.rows.len());
        for group in self.groups() {
            let before = ranked.len();
            ranked.extend(group.iter().filter(|&&row| keep(row)).map(|&row| (row, 0)));
            let double_rank = (before + ranked.len() + 1) as u64;
            for (_, rank) in &mut ranked[before..] {
                *rank = double_rank;
            }
        }
        ranked
    }
}

/// The places of the bits that are set, ascending.
fn set_bits(word: u64) -> impl Iterator<Item = usize> {
    let rest = |rest: u64| (rest != 0).then_some(rest);
    std::iter::successors(rest(word), move |&bits| rest(bits & (bits - 1))).map(|bits| bits.trailing_zeros() as usize)
}

/// Whole numbers in the order of the finite floats that they stand for.
#[must_use]
pub fn sort_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unknown_values_are_left_out_and_zeros_are_equal() {
        let order = Order::of(&[0.0, f64::NAN, -3.5, f64::INFINITY, -0.0, 2.0]);
        let groups: Vec<&[u32]> = order.groups().collect();
        assert_eq!(groups, [&[2][..], &[0, 4], &[5]]);
        assert!(Order::of(&[]).is_empty() && Order::of(&[]).groups().count() == 0);
    }

    #[test]
    fn equal_values_share_the_middle_of_their_ranks_among_the_kept() {
        let order = Order::of(&[5.0, 5.0, 1.0, 5.0, 9.0]);
        assert_eq!(order.double_midranks(|_| true), [(2, 2), (0, 6), (1, 6), (3, 6), (4, 10)]);
        assert_eq!(order.double_midranks(|row| row != 2 && row != 3), [(0, 3), (1, 3), (4, 6)]);
    }

    proptest! {
        #[test]
        fn rises_by_value_and_holds_every_row_once(values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, 0..200)) {
            let order = Order::of(&values);
            let sorted: Vec<f64> = order.rows().iter().map(|&row| values[row as usize]).collect();
            prop_assert!(sorted.windows(2).all(|pair| pair[0] <= pair[1]));
            let mut rows = order.rows().to_vec();
            rows.sort_unstable();
            prop_assert!(rows.into_iter().eq(0..u32::try_from(values.len()).expect("short")));
            for group in order.groups() {
                prop_assert!(group.iter().all(|&row| values[row as usize] == values[group[0] as usize]));
            }
        }
    }
}
