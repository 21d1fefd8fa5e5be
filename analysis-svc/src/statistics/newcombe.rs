//! The difference of two rates with Newcombe's hybrid score interval: with Wilson's intervals [l, u] of each rate,
//!
//! low = d − √((p₁ − l₁)² + (u₂ − p₂)²), high = d + √((u₁ − p₁)² + (p₂ − l₂)²)
//!
//! Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
//! methods", Statistics in Medicine 17:873–890, method 10.

use super::confidence::{Confidence, Estimate, Interval};
use super::proportion::TwoByTwo;
use super::wilson;

/// The rate with less the rate without, as a fraction, with its interval inside −1 to 1. `None` where one side is empty.
#[must_use]
pub fn risk_difference(table: &TwoByTwo, confidence: Confidence) -> Option<Estimate> {
    let with = wilson::rate(table.with, confidence)?;
    let without = wilson::rate(table.without, confidence)?;
    let value = with.value - without.value;
    let below = (with.value - with.interval.low).hypot(without.interval.high - without.value);
    let above = (with.interval.high - with.value).hypot(without.value - without.interval.low);
    Some(Estimate { value, interval: Interval { low: (value - below).max(-1.0), high: (value + above).min(1.0) } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        with: (u64, u64),
        without: (u64, u64),
        alpha: f64,
        low: f64,
        high: f64,
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/newcombe.json")) {
            let table = TwoByTwo::new(case.with, case.without).expect("counts");
            let found = risk_difference(&table, Confidence::with_error(case.alpha).expect("level")).expect("defined");
            assert_close(found.interval.low, case.low, 1e-9, &case);
            assert_close(found.interval.high, case.high, 1e-9, &case);
        }
    }

    #[test]
    fn a_claim_of_noise_holds_zero_and_a_real_one_does_not() {
        let points = |with, without| {
            let table = TwoByTwo::new(with, without).expect("counts");
            let found = risk_difference(&table, Confidence::NINETY_FIVE).expect("defined").interval;
            [found.low, found.high].map(|bound| (1_000.0 * bound).round() / 10.0)
        };
        assert_eq!(points((52, 180), (33, 153)), [-2.1, 16.4]);
        assert_eq!(points((51, 174), (136, 866)), [6.8, 21.1]);
    }

    #[test]
    fn an_empty_side_has_no_difference() {
        let table = TwoByTwo::new((0, 0), (1, 2)).expect("counts");
        assert_eq!(risk_difference(&table, Confidence::NINETY_FIVE), None);
    }

    proptest! {
        #[test]
        fn holds_the_difference_and_turns_its_sign_with_the_sides(
            a in 0_u64..300, b in 0_u64..300, c in 0_u64..300, d in 0_u64..300, alpha in 1e-6..0.5_f64,
        ) {
            prop_assume!(a + b > 0 && c + d > 0);
            let confidence = Confidence::with_error(alpha).expect("level");
            let found = risk_difference(&TwoByTwo::new((a, a + b), (c, c + d)).expect("counts"), confidence).expect("defined");
            let turned = risk_difference(&TwoByTwo::new((c, c + d), (a, a + b)).expect("counts"), confidence).expect("defined");
            prop_assert!(found.interval.contains(found.value));
            prop_assert!(-1.0 <= found.interval.low && found.interval.high <= 1.0);
            prop_assert_eq!(found.value, -turned.value);
            prop_assert!((found.interval.low + turned.interval.high).abs() < 1e-12);
            prop_assert!((found.interval.high + turned.interval.low).abs() < 1e-12);
        }
    }
}
