//! Sums of returns that come out the same in any order.

use std::iter;
use std::ops::{Add, AddAssign, Sub};

/// How many parts a percent has: 2³². A power of two, so that nothing but what lies beyond the last part is lost.
const PARTS: f64 = 4_294_967_296.0;

/// A sum of percentages in whole parts of 2⁻³² percent: adding is exact, so that neither the order nor the way in which the
/// numbers are grouped changes the sum, and what was added can be taken away again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum(i128);

impl Sum {
    /// A single percentage; beyond ±2³¹ percent it is held there, and what is no number is 0.
    #[must_use]
    pub const fn of(pct: f64) -> Self {
        // A cast truncates, saturates, and makes 0 of NaN.
        Self((pct * PARTS) as i64 as i128)
    }

    /// The sum, in percent.
    #[must_use]
    pub fn pct(self) -> f64 {
        self.0 as f64 / PARTS
    }
}

impl Add for Sum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Sum {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl iter::Sum for Sum {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_moonshot_is_held_and_what_is_no_number_is_nothing() {
        assert_eq!(Sum::of(1e300).pct(), 2_147_483_648.0);
        assert_eq!(Sum::of(f64::NAN), Sum::default());
    }

    proptest! {
        #[test]
        fn no_order_changes_a_sum_and_what_was_added_can_be_taken_away(returns in prop::collection::vec(-102.0..1e6_f64, 1..200), cut in 0_usize..200) {
            let cut = cut % returns.len();
            let sum = |returns: &[f64]| returns.iter().copied().map(Sum::of).sum::<Sum>();
            let turned: Vec<f64> = returns.iter().rev().copied().collect();
            prop_assert_eq!(sum(&returns), sum(&turned));
            prop_assert_eq!(sum(&returns) - sum(&returns[..cut]), sum(&returns[cut..]));
            prop_assert!((sum(&returns).pct() - returns.iter().sum::<f64>()).abs() < 1e-6);
        }
    }
}
