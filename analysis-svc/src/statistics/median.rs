//! The median with its order-statistic interval, which needs nothing of the distribution: [x₍ₗ₎, x₍ₙ₊₁₋ₗ₎] with the largest l
//! for which P(Binomial(n, ½) ≤ l − 1) ≤ α/2.
//!
//! Thompson (1936), Ann. Math. Statist. 7:122–128; Conover (1999), "Practical Nonparametric Statistics", 3.2.

use super::binomial;
use super::confidence::{Confidence, Interval};

/// The middle of some numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Median {
    /// The median; of an even number, the mean of the middle two.
    pub value: f64,
    /// Its interval. `None` where the numbers are too few for the level (fewer than 6 at 95 %).
    pub interval: Option<Interval>,
    /// How many numbers there were.
    pub values: usize,
}

impl Median {
    /// Of the finite ones among `values`. `None` of none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>, confidence: Confidence) -> Option<Self> {
        let mut finite: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        let count = finite.len();
        if count == 0 {
            return None;
        }
        let mut at = |place: usize| *finite.select_nth_unstable_by(place, f64::total_cmp).1;
        let value = f64::midpoint(at((count - 1) / 2), at(count / 2));
        let interval = interval_places(count, confidence).map(|(low, high)| Interval { low: at(low), high: at(high) });
        Some(Self { value, interval, values: count })
    }

    /// The same of finite numbers that rise already, without looking at all of them.
    #[must_use]
    pub fn of_sorted(values: &[f64], confidence: Confidence) -> Option<Self> {
        let count = values.len();
        let value = f64::midpoint(*values.get(count.checked_sub(1)? / 2)?, *values.get(count / 2)?);
        let interval =
            interval_places(count, confidence).map(|(low, high)| Interval { low: values[low], high: values[high] });
        Some(Self { value, interval, values: count })
    }
}

/// Where the bounds of the median's interval stand among `count` rising numbers, from 0. `None` for too few.
#[must_use]
pub fn interval_places(count: usize, confidence: Confidence) -> Option<(usize, usize)> {
    let n = count as u64;
    let allowed = confidence.error() / 2.0;
    let guess = count as f64 / 2.0 - confidence.z() * (count as f64).sqrt() / 2.0;
    let mut below = (guess.max(0.0) as u64).min(n / 2);
    let mut tail = at_most(below, n);
    while tail > allowed {
        tail -= chance(below, n);
        below = below.checked_sub(1)?;
        if below == 0 {
            tail = chance(0, n);
        }
    }
    while tail + chance(below + 1, n) <= allowed {
        below += 1;
        tail += chance(below, n);
    }
    let low = usize::try_from(below).ok()?;
    Some((low, count - 1 - low))
}

/// P(X = x) for X ~ Binomial(n, ½).
fn chance(x: u64, n: u64) -> f64 {
    binomial::ln_probability(x, n, 0.5, 0.5).exp()
}

/// P(X ≤ x), for x up to the middle.
fn at_most(x: u64, n: u64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in (1..=x).rev() {
        term *= k as f64 / (n - k + 1) as f64;
        sum += term;
        if term < 1e-18 * sum {
            break;
        }
    }
    chance(x, n) * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_both_close, assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        values: Vec<f64>,
        alpha: f64,
        median: f64,
        low: Option<f64>,
        high: Option<f64>,
    }

    #[test]
    fn agrees_with_scipy() {
        for case in fixture::<Case>(include_str!("../../fixtures/median.json")) {
            let found = Median::of(case.values.iter().copied(), Confidence::with_error(case.alpha).expect("level"))
                .expect("defined");
            assert_close(found.value, case.median, 1e-12, &case);
            assert_both_close(found.interval.map(|interval| interval.low), case.low, 1e-12, &case);
            assert_both_close(found.interval.map(|interval| interval.high), case.high, 1e-12, &case);
        }
    }

    #[derive(serde::Deserialize, Debug)]
    struct Places {
        count: usize,
        alpha: f64,
        low: Option<usize>,
    }

    #[test]
    fn the_bounds_stand_where_scipy_puts_them_up_to_millions() {
        for case in fixture::<Places>(include_str!("../../fixtures/median_places.json")) {
            let found = interval_places(case.count, Confidence::with_error(case.alpha).expect("level"));
            assert_eq!(found, case.low.map(|low| (low, case.count - 1 - low)), "{case:?}");
        }
    }

    #[test]
    fn no_numbers_have_no_median_and_a_few_have_no_interval() {
        assert_eq!(Median::of([], Confidence::NINETY_FIVE), None);
        assert_eq!(Median::of([f64::NAN], Confidence::NINETY_FIVE), None);
        assert_eq!(Median::of_sorted(&[], Confidence::NINETY_FIVE), None);
        let five = Median::of([5.0, 1.0, 4.0, 2.0, 3.0], Confidence::NINETY_FIVE).expect("defined");
        assert_eq!(five, Median { value: 3.0, interval: None, values: 5 });
    }

    proptest! {
        #[test]
        fn lies_in_its_interval_whatever_the_order(mut values in prop::collection::vec(-1e6..1e6_f64, 1..300), alpha in 1e-6..0.5_f64) {
            let confidence = Confidence::with_error(alpha).expect("level");
            let found = Median::of(values.iter().copied(), confidence);
            values.sort_by(f64::total_cmp);
            prop_assert_eq!(found, Median::of_sorted(&values, confidence));
            if let Some(Median { value, interval: Some(interval), .. }) = found {
                prop_assert!(interval.contains(value));
            }
        }
    }
}
