//! The rows of a column in rising order of their values: sorted once, then asked many times.

/// The known rows of a column by rising value, with the ends of the runs of equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    rows: Vec<u32>,
    /// A bit per entry: whether it is the last of its value.
    ends: Vec<u64>,
}

/// A column of more rows is parted before it is sorted.
const MANY_ROWS: usize = 1 << 17;
/// By so many bits: the sign, the exponent, and four of the fraction.
const LEADING_BITS: u32 = 16;

impl Order {
    /// Sorts a column, row `i` being `values[i]`. Values that are not finite are unknown and left out; −0 equals 0.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        Self::of_known(values.len(), || (0..).zip(values.iter().copied()), |row| values[row as usize])
    }

    /// Sorts the known values of a column of so many rows: `known` has them with their rows, which rise, and `value` the value of
    /// any of those rows.
    #[must_use]
    pub fn of_known<I>(rows: usize, known: impl Fn() -> I, value: impl Fn(u32) -> f64) -> Self
    where
        I: Iterator<Item = (u32, f64)>,
    {
        let finite = || known().filter(|(_, value)| value.is_finite()).map(|(row, value)| (sort_key(value), row));
        if rows < MANY_ROWS {
            let mut keyed: Vec<(u64, u32)> = finite().collect();
            keyed.sort_unstable();
            let mut order = Self { rows: vec![0; keyed.len()], ends: vec![0; keyed.len().div_ceil(64)] };
            order.write(0, &keyed);
            return order;
        }
        // Parted by their leading bits first, and part by part then: that takes little memory beside the rows themselves.
        let part = |key: u64| (key >> (u64::BITS - LEADING_BITS)) as usize;
        let mut begins = vec![0_usize; (1 << LEADING_BITS) + 1];
        finite().for_each(|(key, _)| begins[part(key) + 1] += 1);
        for index in 1..begins.len() {
            begins[index] += begins[index - 1];
        }
        let len = begins[begins.len() - 1];
        let mut order = Self { rows: vec![0; len], ends: vec![0; len.div_ceil(64)] };
        finite().for_each(|(key, row)| {
            let next = &mut begins[part(key)];
            order.rows[*next] = row;
            *next += 1;
        });
        // Each part ends now where it began, and begins where the one before it ends.
        let (mut begin, mut keyed) = (0, Vec::new());
        for &end in begins.iter().filter(|&&end| end > 0) {
            keyed.clear();
            keyed.extend(order.rows[begin..end.max(begin)].iter().map(|&row| (sort_key(value(row)), row)));
            keyed.sort_unstable();
            order.write(begin, &keyed);
            begin = end.max(begin);
        }
        order
    }

    /// Puts sorted rows in their places from `begin` on; no others have any of their values.
    fn write(&mut self, begin: usize, keyed: &[(u64, u32)]) {
        for (place, &(key, row)) in keyed.iter().enumerate() {
            let is_last = keyed.get(place + 1).is_none_or(|&(next, _)| next != key);
            self.rows[begin + place] = row;
            self.ends[(begin + place) / 64] |= u64::from(is_last) << ((begin + place) % 64);
        }
    }

    /// Sorts by counting: rising rows, each with the place of its value among fewer than 257 different ones.
    #[must_use]
    pub fn of_placed<I: Iterator<Item = (u32, u8)>>(placed: impl Fn() -> I) -> Self {
        let mut next = [0_usize; 256];
        placed().for_each(|(_, place)| next[usize::from(place)] += 1);
        let mut len = 0;
        let mut ends_at = [0; 256];
        for (next, end) in next.iter_mut().zip(&mut ends_at) {
            let count = std::mem::replace(next, len);
            len += count;
            *end = len;
        }
        let (mut rows, mut ends) = (vec![0; len], vec![0_u64; len.div_ceil(64)]);
        for (row, place) in placed() {
            let next = &mut next[usize::from(place)];
            rows[*next] = row;
            *next += 1;
        }
        // A value that no row has ends where the one before it does.
        for last in ends_at.iter().filter_map(|end| end.checked_sub(1)) {
            ends[last / 64] |= 1 << (last % 64);
        }
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
    fn many_rows_are_sorted_as_few_are() {
        let many: Vec<f64> = (0..MANY_ROWS as u64 + 77)
            .map(|row| match row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40 {
                number if number % 11 == 0 => f64::NAN,
                number => ((number % 4_001) as f64 - 900.0) * if number % 3 == 0 { 1e-3 } else { 1.0 },
            })
            .collect();
        let mut keyed: Vec<(u64, u32)> = (0..)
            .zip(&many)
            .filter(|(_, value)| value.is_finite())
            .map(|(row, value)| (sort_key(*value), row))
            .collect();
        keyed.sort_unstable();
        let order = Order::of(&many);
        assert!(order.rows().iter().eq(keyed.iter().map(|(_, row)| row)));
        let ends = keyed.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len);
        assert!(order.groups().map(<[_]>::len).eq(ends));
    }

    proptest! {
        #[test]
        fn few_values_are_sorted_by_counting_as_by_comparing(values in prop::collection::vec(prop::option::of(0_u8..9), 0..300)) {
            let numbers: Vec<f64> = values.iter().map(|value| value.map_or(f64::NAN, f64::from)).collect();
            let known = || (0..).zip(&values).filter_map(|(row, value)| Some((row, (*value)?)));
            prop_assert_eq!(Order::of_placed(known), Order::of(&numbers));
        }
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
