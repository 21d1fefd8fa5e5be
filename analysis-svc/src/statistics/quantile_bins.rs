//! Bins of a number with about as many tokens in each, half open and cut only between different values, so that equal values
//! are always together: fewer bins where many are equal.
//!
//! A cut is the roundest number between the two values that it parts: it parts the same tokens, and reads well.

/// The fewest rows for which tenths are cut; below, fifths.
pub const LEAST_FOR_DECILES: usize = 1_000;
/// The fewest rows for which fifths are cut; below, halves.
pub const LEAST_FOR_QUINTILES: usize = 100;

/// How many bins suit so many rows: tenths, fifths or halves, so that a bin of a large enough column has 20 or more.
#[must_use]
pub const fn bins_for(rows: usize) -> usize {
    match rows {
        LEAST_FOR_DECILES.. => 10,
        LEAST_FOR_QUINTILES.. => 5,
        _ => 2,
    }
}

/// Where a number is cut.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileBins {
    /// The bounds, rising: the least, the cuts, the largest.
    edges: Vec<f64>,
}

impl QuantileBins {
    /// Cuts the finite ones among `values` into at most `bins` bins. `None` of none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>, bins: usize) -> Option<Self> {
        let mut finite: Vec<f64> =
            values.into_iter().filter(|value| value.is_finite()).map(|value| value + 0.0).collect();
        finite.sort_unstable_by(f64::total_cmp);
        Self::of_sorted(&finite, bins)
    }

    /// The same for finite numbers that rise already. `None` of none.
    #[must_use]
    pub fn of_sorted(values: &[f64], bins: usize) -> Option<Self> {
        let (edges, _) = Self::of_rising(values.len(), |place| values[place], bins)?;
        Some(edges)
    }

    /// The same for `count` finite numbers of which the one at any place can be had, with the places that begin a bin, from
    /// the second one on. `None` of none.
    #[must_use]
    pub fn of_rising(count: usize, value: impl Fn(usize) -> f64, bins: usize) -> Option<(Self, Vec<usize>)> {
        let (least, largest) = {
            let last = count.checked_sub(1)?;
            (value(0), value(last))
        };
        let places = cut_places(count, &value, bins.max(1));
        let mut edges: Vec<f64> =
            places.iter().map(|&place| roundest_between(value(place - 1), value(place))).collect();
        let first = edges.first().copied().unwrap_or(largest);
        let last = edges.last().copied().unwrap_or(least);
        edges.insert(0, roundest_between(least - (first - least) / 20.0, least));
        edges.push(-roundest_between(-largest - (largest - last) / 20.0, -largest));
        Some((Self { edges }, places))
    }

    /// How many bins there are, 1 or more.
    #[must_use]
    pub fn count(&self) -> usize {
        self.edges.len() - 1
    }

    /// The cuts between the bins, rising.
    #[must_use]
    pub fn cuts(&self) -> &[f64] {
        &self.edges[1..self.edges.len() - 1]
    }

    /// The bin of a value, from 0; one beyond all that were seen belongs to the outermost. `None` for NaN.
    #[must_use]
    pub fn bin_of(&self, value: f64) -> Option<usize> {
        (!value.is_nan()).then(|| self.cuts().partition_point(|&cut| cut <= value))
    }

    /// The bounds of a bin, `None` beyond the last one.
    #[must_use]
    pub fn bounds(&self, bin: usize) -> Option<(f64, f64)> {
        Some((*self.edges.get(bin)?, *self.edges.get(bin + 1)?))
    }

    /// How a bin is called: `[8, 10)`, and the last one `[10, 12]`. `None` beyond the last one.
    #[must_use]
    pub fn label(&self, bin: usize) -> Option<String> {
        let (low, high) = self.bounds(bin)?;
        let close = if bin + 1 == self.count() { ']' } else { ')' };
        Some(format!("[{low}, {high}{close}"))
    }

    /// All labels, by rising value.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        (0..self.count()).filter_map(|bin| self.label(bin)).collect()
    }
}

/// The places that begin a new bin: for each quantile the nearest place between two different values, unless that would make
/// a bin of less than half its share.
fn cut_places(rows: usize, value: &impl Fn(usize) -> f64, bins: usize) -> Vec<usize> {
    let smallest = rows.div_ceil(2 * bins);
    let mut places = Vec::with_capacity(bins - 1);
    let mut last = 0;
    for bin in 1..bins {
        let target = (rows as u128 * bin as u128 / bins as u128) as usize;
        if target >= rows {
            continue;
        }
        let cut = value(target);
        let before = first_place(rows, |place| value(place) >= cut);
        let after = first_place(rows, |place| value(place) > cut);
        let place = if target - before <= after - target { before } else { after };
        let other = if place == before { after } else { before };
        let fits = |place: usize| place >= last + smallest && place + smallest <= rows;
        if let Some(place) = [place, other].into_iter().find(|&place| fits(place)) {
            places.push(place);
            last = place;
        }
    }
    places
}

/// The first place for which something `holds` that holds for all after it too.
fn first_place(rows: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, rows);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The number with the fewest decimal digits in (`low`, `high`].
fn roundest_between(low: f64, high: f64) -> f64 {
    if low < 0.0 && high >= 0.0 {
        return 0.0;
    }
    let magnitude = high.abs().max(low.abs()).log10().ceil();
    if !magnitude.is_finite() {
        return high;
    }
    let top = magnitude as i32 + 1;
    for exponent in (top - 18..=top).rev() {
        let multiple = (high / 10_f64.powi(exponent)).floor();
        let decimal = format!("{multiple}e{exponent}").parse::<f64>();
        if let Ok(decimal) = decimal
            && low < decimal
            && decimal <= high
        {
            return decimal;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scores_are_cut_between_scores() {
        let scores = (0..1_000).map(|row| f64::from(3 + row % 9));
        let bins = QuantileBins::of(scores, 5).expect("defined");
        assert_eq!(bins.labels(), ["[3, 5)", "[5, 7)", "[7, 8)", "[8, 10)", "[10, 11]"]);
        assert_eq!(
            [3.0, 4.9, 5.0, 10.0, 11.0, 99.0, -1.0].map(|score| bins.bin_of(score)),
            [0, 0, 1, 4, 4, 4, 0].map(Some)
        );
        assert_eq!(bins.bin_of(f64::NAN), None);
    }

    #[test]
    fn cuts_read_well_and_part_the_same_values() {
        let values = [1_234.567, 1_834.9, 12_345.678, 48_113.22, 99_120.4, 103_456.7];
        let bins = QuantileBins::of(values, 2).expect("defined");
        assert_eq!(bins.labels(), ["[0, 40000)", "[40000, 104000]"]);
    }

    #[test]
    fn where_most_are_equal_there_are_fewer_bins_and_none_is_tiny() {
        let mostly_zero = (0..100).map(|row| if row < 80 { 0.0 } else { f64::from(row) });
        assert_eq!(QuantileBins::of(mostly_zero, 5).expect("defined").labels(), ["[0, 80)", "[80, 99]"]);
        let one_stray = (0..100).map(|row| if row == 0 { -5.0 } else { 7.0 });
        assert_eq!(QuantileBins::of(one_stray, 5).expect("defined").count(), 1);
        assert_eq!(QuantileBins::of([8.0; 4], 10).expect("defined").labels(), ["[8, 8]"]);
        assert_eq!(QuantileBins::of([f64::NAN], 5), None);
    }

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        values: Vec<f64>,
        bins: usize,
        counts: Vec<usize>,
    }

    #[test]
    fn distinct_numbers_are_parted_as_pandas_parts_them() {
        for case in crate::statistics::oracle::fixture::<Case>(include_str!("../../fixtures/quantile_bins.json")) {
            let bins = QuantileBins::of(case.values.iter().copied(), case.bins).expect("defined");
            let mut counts = vec![0; bins.count()];
            for value in &case.values {
                counts[bins.bin_of(*value).expect("a number")] += 1;
            }
            assert_eq!(counts, case.counts);
        }
    }

    proptest! {
        #[test]
        fn every_value_lies_in_the_bounds_that_its_label_says(
            values in prop::collection::vec(prop_oneof![-1e3..1e6_f64, (-5_i32..5).prop_map(f64::from), 0.0..1e-6_f64], 1..400), count in 1_usize..12,
        ) {
            let bins = QuantileBins::of(values.iter().copied(), count).expect("defined");
            prop_assert!(bins.count() <= count.max(1));
            let mut held = vec![0_usize; bins.count()];
            for value in &values {
                let bin = bins.bin_of(*value).expect("a number");
                let (low, high) = bins.bounds(bin).expect("a bin");
                prop_assert!(low <= *value && (*value < high || bin + 1 == bins.count() && *value <= high));
                held[bin] += 1;
            }
            prop_assert!(held.iter().all(|&rows| rows > 0));
            let backwards = QuantileBins::of(values.iter().rev().copied(), count).expect("defined");
            prop_assert_eq!(bins, backwards);
        }
    }
}
