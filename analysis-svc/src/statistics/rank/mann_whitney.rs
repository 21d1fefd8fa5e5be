//! Does a number tell the positives from the negatives? Mann–Whitney's U, the AUC = U / (n₁ n₂), and its interval.
//!
//! - U counts the pairs in which the positive has the larger number, ties half. Its p-value is exact for up to
//!   [`LARGEST_EXACT`] numbers without ties, else by the normal approximation with variance
//!   n₁n₂/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))) and continuity correction.
//!   Mann and Whitney (1947), Ann. Math. Statist. 18:50–60; Lehmann (1975), "Nonparametrics", 1.4.
//! - The interval holds every θ with |AUC − θ| ≤ z √V(θ), where V is Hanley and McNeil's variance
//!   θ(1 − θ)(1 + M(1 − θ)/(2 − θ) + Mθ/(1 + θ)) / (n₁n₂), M = (n₁ + n₂)/2 − 1.
//!   Newcombe (2006), Statistics in Medicine 25:559–573, method 5. It needs no second pass, stays inside 0 to 1, is no point
//!   where the AUC is 0 or 1, and at θ = ½ its variance is that of the test, so that the two agree.

use super::order::Order;
use super::pairs::Pairs;
use crate::statistics::confidence::{Confidence, Estimate, Interval};
use crate::statistics::normal;

/// Up to so many numbers, none of them equal, the p-value is exact.
pub const LARGEST_EXACT: u64 = 100;

/// How many positives and negatives share one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TieGroup {
    /// Those with the outcome.
    pub positives: u64,
    /// Those without it.
    pub negatives: u64,
}

/// The pairs of positives and negatives, compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MannWhitney {
    positives: u64,
    negatives: u64,
    double_u: u64,
    ties: u128,
    /// Σ over positives of (twice the negatives that it beats, ties once)²; of the negatives the same. `None` where
    /// that was not counted.
    double_squares: Option<[f64; 2]>,
}

impl MannWhitney {
    /// From the groups of equal values, by rising value.
    #[must_use]
    pub fn of_groups(groups: impl IntoIterator<Item = TieGroup>) -> Self {
        let mut pairs = Pairs::<true>::default();
        groups.into_iter().for_each(|group| pairs.add(group));
        pairs.finish()
    }

    /// From how many there are on either side, twice the pairs that the positives win (ties half), and Σ (t³ − t) over the
    /// groups of t equal values.
    #[must_use]
    pub const fn of_counts(positives: u64, negatives: u64, double_u: u64, ties: u128) -> Self {
        Self { positives, negatives, double_u, ties, double_squares: None }
    }

    /// The same without how the placements spread.
    #[must_use]
    pub const fn without_spread(self) -> Self {
        Self { double_squares: None, ..self }
    }

    pub(super) fn of_pairs<const SPREAD: bool>(pairs: Pairs<SPREAD>) -> Self {
        let Pairs { positives, negatives, double_u, ties, double_squares } = pairs;
        Self { positives, negatives, double_u, ties, double_squares: SPREAD.then_some(double_squares) }
    }

    /// From a sorted column: `class` says of a row whether it has the outcome, `None` to leave it out.
    #[must_use]
    pub fn of_order(order: &Order, class: impl Fn(u32) -> Option<bool>) -> Self {
        Self::of_groups(order.groups().map(|rows| {
            let mut group = TieGroup::default();
            for &row in rows {
                match class(row) {
                    Some(true) => group.positives += 1,
                    Some(false) => group.negatives += 1,
                    None => {}
                }
            }
            group
        }))
    }

    /// How many had the outcome.
    #[must_use]
    pub const fn positives(&self) -> u64 {
        self.positives
    }

    /// How many did not have it.
    #[must_use]
    pub const fn negatives(&self) -> u64 {
        self.negatives
    }

    /// U of the positives: pairs that they win, ties half.
    #[must_use]
    pub fn u(&self) -> f64 {
        self.double_u as f64 / 2.0
    }

    /// The chance that a positive has a larger number than a negative, ties half: ½ says nothing. `None` without a pair.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let pairs = self.pairs();
        (pairs > 0).then(|| self.double_u as f64 / (2 * pairs) as f64)
    }

    /// The AUC with its interval. `None` without a pair.
    #[must_use]
    pub fn auc_estimate(&self, confidence: Confidence) -> Option<Estimate> {
        let value = self.auc()?;
        let (m, n, z) = (self.positives as f64, self.negatives as f64, confidence.z());
        let mean_others = (m + n) / 2.0 - 1.0;
        let reach = |theta: f64| {
            let inflation = 1.0 + mean_others * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta));
            z * (theta * (1.0 - theta) * inflation / (m * n)).sqrt()
        };
        let low = boundary(value, 0.0, |theta| value - theta <= reach(theta));
        let high = boundary(value, 1.0, |theta| theta - value <= reach(theta));
        Some(Estimate { value, interval: Interval { low, high } })
    }

    /// The two-sided p-value that the number says nothing about the outcome. `None` without a pair; 1 where all are equal.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let pairs = self.pairs();
        if pairs == 0 {
            return None;
        }
        let all = self.positives + self.negatives;
        if self.ties == 0 && all <= LARGEST_EXACT {
            return Some(self.exact_p_value());
        }
        let variance = self.variance();
        let distance = (self.surplus().abs() - 0.5).max(0.0);
        Some(if variance > 0.0 { normal::two_sided(distance / variance.sqrt()) } else { 1.0 })
    }

    /// U less what it would be where the number says nothing.
    #[must_use]
    pub fn surplus(&self) -> f64 {
        self.double_u as f64 / 2.0 - self.pairs() as f64 / 2.0
    }

    /// The variance of U where the number says nothing; 0 where all numbers are equal or there is no pair.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let total = (self.positives + self.negatives) as f64;
        if self.pairs() == 0 {
            return 0.0;
        }
        (self.pairs() as f64 / 12.0 * (total + 1.0 - self.ties as f64 / (total * (total - 1.0)))).max(0.0)
    }

    /// The sums of squares about their means of the placements: of each positive, the share of the negatives below it, and of
    /// each negative, the share of the positives below it (ties half). DeLong, DeLong and Clarke-Pearson (1988), Biometrics
    /// 44:837–845. `None` without a pair, and where they were not counted.
    #[must_use]
    pub fn placement_squares(&self) -> Option<[f64; 2]> {
        let (auc, squares) = (self.auc()?, self.double_squares?);
        let (m, n) = (self.positives as f64, self.negatives as f64);
        let of_positives = squares[0] / (4.0 * n * n) - m * auc * auc;
        let of_negatives = squares[1] / (4.0 * m * m) - n * (1.0 - auc) * (1.0 - auc);
        Some([of_positives.max(0.0), of_negatives.max(0.0)])
    }

    /// Twice the smaller tail, U's counts being the coefficients of the Gaussian binomial ∏ (1 − xⁿ⁺ⁱ)/(1 − xⁱ), i = 1…m.
    fn exact_p_value(&self) -> f64 {
        let (m, n) = (self.positives.min(self.negatives) as usize, self.positives.max(self.negatives) as usize);
        let size = m * n + 1;
        let mut ways = vec![0_u128; size];
        ways[0] = 1;
        for i in 1..=m {
            for u in (n + i..size).rev() {
                ways[u] = ways[u].wrapping_sub(ways[u - n - i]);
            }
            for u in i..size {
                ways[u] = ways[u].wrapping_add(ways[u - i]);
            }
        }
        let seen = (self.double_u / 2) as usize;
        let tail: u128 = ways[..=seen.min(size - 1 - seen)].iter().sum();
        let all: u128 = ways.iter().sum();
        (2.0 * (tail as f64 / all as f64)).min(1.0)
    }

    fn pairs(&self) -> u128 {
        u128::from(self.positives) * u128::from(self.negatives)
    }
}

/// The farthest point from `inside` towards `limit` that still holds, by bisection to the last digit.
fn boundary(inside: f64, limit: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut within, mut beyond) = (inside, limit);
    loop {
        let middle = f64::midpoint(within, beyond);
        if middle == within || middle == beyond {
            return within;
        }
        if holds(middle) { within = middle } else { beyond = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_both_close, assert_close, assert_digits, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        positives: Vec<f64>,
        negatives: Vec<f64>,
        u: f64,
        p_value: Option<f64>,
        alpha: f64,
        low: f64,
        high: f64,
    }

    fn compare(positives: &[f64], negatives: &[f64]) -> MannWhitney {
        let values: Vec<f64> = positives.iter().chain(negatives).copied().collect();
        MannWhitney::of_order(&Order::of(&values), |row| Some((row as usize) < positives.len()))
    }

    #[test]
    fn agrees_with_scipy() {
        for case in fixture::<Case>(include_str!("../../../fixtures/mann_whitney.json")) {
            let found = compare(&case.positives, &case.negatives);
            assert_close(found.u(), case.u, 1e-12, &case.name);
            assert_both_close(found.p_value(), case.p_value, 1e-9, &case.name);
            let auc = found.auc_estimate(Confidence::with_error(case.alpha).expect("level")).expect("defined");
            assert_close(auc.interval.low, case.low, 1e-9, &case.name);
            assert_close(auc.interval.high, case.high, 1e-9, &case.name);
        }
    }

    #[derive(serde::Deserialize, Debug)]
    struct Formula {
        name: String,
        rows: u32,
        step: u64,
        modulus: u64,
        u: f64,
        p_value: f64,
    }

    #[test]
    fn agrees_with_scipy_at_a_million_rows() {
        for case in fixture::<Formula>(include_str!("../../../fixtures/mann_whitney_large.json")) {
            let value = |row: u32| (u64::from(row) * case.step % case.modulus) as f64;
            let order = Order::of_known(case.rows as usize, || (0..case.rows).map(|row| (row, value(row))), value);
            let found = MannWhitney::of_order(&order, |row| Some(row % 7 < 3));
            assert_close(found.u(), case.u, 1e-12, &case.name);
            assert_digits(found.p_value().expect("defined"), case.p_value, 1e-9, &case.name);
        }
    }

    #[test]
    fn no_pair_has_no_auc_and_equal_numbers_say_nothing() {
        let none = compare(&[1.0, 2.0], &[]);
        assert_eq!((none.auc(), none.p_value(), none.auc_estimate(Confidence::NINETY_FIVE)), (None, None, None));
        let equal = compare(&[3.0; 9], &[3.0; 20]);
        assert_eq!((equal.auc(), equal.p_value()), (Some(0.5), Some(1.0)));
    }

    #[test]
    fn rows_that_are_left_out_are_as_if_they_were_not() {
        let order = Order::of(&[4.0, 1.0, 3.0, 2.0, 5.0]);
        let some = MannWhitney::of_order(&order, |row| (row != 2).then_some(row == 4));
        assert_eq!(some, compare(&[5.0], &[4.0, 1.0, 2.0]));
    }

    proptest! {
        #[test]
        fn the_interval_agrees_with_the_test_where_numbers_do_not_tie(
            positives in prop::collection::hash_set(0_i32..4_000, 60..90), negatives in prop::collection::hash_set(4_000_i32..8_000, 60..90), shift in 3_000_i32..5_000,
        ) {
            let one: Vec<f64> = positives.iter().map(|&value| f64::from(2 * (value + shift))).collect();
            let two: Vec<f64> = negatives.iter().map(|&value| f64::from(2 * value + 1)).collect();
            let found = compare(&one, &two);
            let estimate = found.auc_estimate(Confidence::NINETY_FIVE).expect("defined");
            let p = found.p_value().expect("defined");
            if p < 0.045 { prop_assert!(estimate.interval.excludes(0.5)); }
            if p > 0.055 { prop_assert!(estimate.interval.contains(0.5)); }
        }

        #[test]
        fn mirrors_when_the_outcome_is_turned_and_ignores_the_order_of_rows(
            positives in prop::collection::vec(0_i32..30, 1..80), negatives in prop::collection::vec(0_i32..30, 1..80), alpha in 1e-6..0.5_f64,
        ) {
            let one: Vec<f64> = positives.iter().map(|&value| f64::from(value)).collect();
            let two: Vec<f64> = negatives.iter().map(|&value| f64::from(value)).collect();
            let (found, turned) = (compare(&one, &two), compare(&two, &one));
            let confidence = Confidence::with_error(alpha).expect("level");
            let (a, b) = (found.auc_estimate(confidence).expect("defined"), turned.auc_estimate(confidence).expect("defined"));
            prop_assert!(a.interval.contains(a.value) && 0.0 <= a.interval.low && a.interval.high <= 1.0);
            prop_assert!((a.value + b.value - 1.0).abs() < 1e-12);
            prop_assert!((a.interval.low + b.interval.high - 1.0).abs() < 1e-9);
            prop_assert_eq!(found.p_value(), turned.p_value());
            prop_assert!((0.0..=1.0).contains(&found.p_value().expect("defined")));
            let backwards: Vec<f64> = one.iter().rev().copied().collect();
            prop_assert_eq!(found, compare(&backwards, &two));
        }
    }
}
