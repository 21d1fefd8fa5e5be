//! A sorted column in runs of equal length: counts by run say in which one the k-th number of any group lies, and only that
//! one is walked to find it.

use std::ops::Range;

use crate::dataset::columns::Numbers;
use crate::statistics::confidence::{Confidence, Interval};
use crate::statistics::median::{Median, interval_places};
use crate::statistics::rank::order::Order;

/// How many runs there are at most, and one for the rows whose number is unknown.
pub const BUCKETS: usize = 256;
/// The bucket of a row whose number is unknown.
pub const UNKNOWN: u8 = u8::MAX;

/// The bucket of each row.
#[derive(Clone, Debug)]
pub struct Buckets {
    of_row: Vec<u8>,
    /// A bucket has 2^`bits` numbers, the last one fewer.
    bits: u32,
}

impl Buckets {
    /// Of a sorted column of `rows` rows.
    #[must_use]
    pub fn of(order: &Order, rows: usize) -> Self {
        let last = order.len().saturating_sub(1);
        let bits = (0..usize::BITS).find(|bits| last >> bits < BUCKETS - 1).unwrap_or_default();
        let mut of_row = vec![UNKNOWN; rows];
        for (bucket, rows) in order.rows().chunks(1 << bits).enumerate() {
            for &row in rows {
                of_row[row as usize] = u8::try_from(bucket).unwrap_or(UNKNOWN);
            }
        }
        Self { of_row, bits }
    }

    /// The buckets of all rows, by row.
    #[must_use]
    pub fn of_row(&self) -> &[u8] {
        &self.of_row
    }

    /// The row of a group with its `place`-th number (from 0) by rising value: `counts` are the group's rows in each bucket.
    /// `None` where it has not so many.
    #[must_use]
    pub fn nth(&self, order: &Order, counts: &[u32], place: usize, in_group: impl Fn(usize) -> bool) -> Option<usize> {
        let (bucket, within) = bucket_of(counts, place)?;
        let members = order.rows().get(self.places(bucket, order.len()))?.iter().map(|&row| row as usize);
        members.filter(|&row| in_group(row)).nth(within)
    }

    /// The median of a group's numbers with its interval: `counts` are the group's rows in each bucket.
    #[must_use]
    pub fn median(&self, numbers: &Numbers, counts: &[u32], in_group: impl Fn(usize) -> bool) -> Option<Median> {
        let values: usize = counts.iter().take(BUCKETS - 1).map(|&count| count as usize).sum();
        let order = numbers.order();
        // What is looked for lies in one bucket or in two that are neighbours: its members are found once.
        let mut found: Option<(usize, Vec<u32>)> = None;
        let mut at = |place: usize| {
            let (bucket, within) = bucket_of(counts, place)?;
            if found.as_ref().is_none_or(|(of, _)| *of != bucket) {
                let rows = order.rows().get(self.places(bucket, order.len()))?;
                found = Some((bucket, rows.iter().copied().filter(|&row| in_group(row as usize)).collect()));
            }
            let (_, members) = found.as_ref()?;
            Some(numbers.value(*members.get(within)? as usize))
        };
        let upper = at(values / 2)?;
        let lower = if values.is_multiple_of(2) { at(values / 2 - 1)? } else { upper };
        let interval = match interval_places(values, Confidence::NINETY_FIVE) {
            Some((low, high)) => at(low).zip(at(high)).map(|(low, high)| Interval { low, high }),
            None => None,
        };
        Some(Median { value: f64::midpoint(lower, upper), interval, values })
    }

    fn places(&self, bucket: usize, len: usize) -> Range<usize> {
        (bucket << self.bits).min(len)..((bucket + 1) << self.bits).min(len)
    }

    /// The memory that they take, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.of_row.capacity()
    }
}

/// The bucket in which a group's `place`-th number lies, and how many of the group's lie before it there.
fn bucket_of(counts: &[u32], place: usize) -> Option<(usize, usize)> {
    let mut before = 0;
    for (bucket, &count) in counts.iter().take(BUCKETS - 1).enumerate() {
        let after = before + count as usize;
        if place < after {
            return Some((bucket, place - before));
        }
        before = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn find_what_sorting_the_group_finds(
            values in prop::collection::vec(prop::option::of(-20_i32..20), 1..1_500), modulus in 1_usize..4,
        ) {
            let numbers: Vec<f64> = values.iter().map(|value| value.map_or(f64::NAN, f64::from)).collect();
            let order = Order::of(&numbers);
            let buckets = Buckets::of(&order, numbers.len());
            let in_group = |row: usize| row.is_multiple_of(modulus);
            let members = || (0..numbers.len()).filter(|&row| in_group(row));
            let mut counts = vec![0; BUCKETS];
            members().for_each(|row| counts[usize::from(buckets.of_row()[row])] += 1);
            let mut sorted: Vec<f64> = members().map(|row| numbers[row]).filter(|value| !value.is_nan()).collect();
            sorted.sort_by(f64::total_cmp);
            for (place, value) in sorted.iter().enumerate() {
                prop_assert_eq!(buckets.nth(&order, &counts, place, in_group).map(|row| numbers[row]), Some(*value));
            }
            prop_assert_eq!(buckets.nth(&order, &counts, sorted.len(), in_group), None);
        }
    }
}
