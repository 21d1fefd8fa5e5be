//! Relative risk: the rate with over the rate without, with Katz's interval on the log scale,
//!
//! ln RR ± z √(1/x₁ − 1/n₁ + 1/x₂ − 1/n₂)
//!
//! Katz, Baptista, Azen and Pike (1978), Biometrics 34:469–474.

use super::confidence::{Confidence, Interval};
use super::proportion::TwoByTwo;

/// The ratio of the rates. `None` where one side is empty or the rate without is 0.
#[must_use]
pub fn relative_risk(table: &TwoByTwo) -> Option<f64> {
    let (with, without) = (table.with.rate()?, table.without.rate()?);
    (without > 0.0).then(|| with / without)
}

/// Its interval. `None` where a side has no event, or both have nothing else: the method has none for these.
#[must_use]
pub fn interval(table: &TwoByTwo, confidence: Confidence) -> Option<Interval> {
    let ratio = relative_risk(table).filter(|&ratio| ratio > 0.0)?;
    let part = |events: u64, total: u64| (total - events) as f64 / (events as f64 * total as f64);
    let variance = part(table.with.events(), table.with.total()) + part(table.without.events(), table.without.total());
    let reach = (confidence.z() * variance.sqrt()).exp();
    (variance > 0.0).then(|| Interval { low: ratio / reach, high: ratio * reach })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_both_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        with: (u64, u64),
        without: (u64, u64),
        alpha: f64,
        relative_risk: Option<f64>,
        risk_low: Option<f64>,
        risk_high: Option<f64>,
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/ratios.json")) {
            let table = TwoByTwo::new(case.with, case.without).expect("counts");
            let found = interval(&table, Confidence::with_error(case.alpha).expect("level"));
            assert_both_close(relative_risk(&table), case.relative_risk, 1e-12, &case);
            assert_both_close(found.map(|interval| interval.low), case.risk_low, 1e-9, &case);
            assert_both_close(found.map(|interval| interval.high), case.risk_high, 1e-9, &case);
        }
    }

    proptest! {
        #[test]
        fn holds_the_ratio_and_inverts_with_the_sides(a in 0_u64..200, b in 0_u64..200, c in 0_u64..200, d in 0_u64..200) {
            let table = TwoByTwo::new((a, a + b), (c, c + d)).expect("counts");
            let turned = TwoByTwo::new((c, c + d), (a, a + b)).expect("counts");
            let (found, inverse) = (interval(&table, Confidence::NINETY_FIVE), interval(&turned, Confidence::NINETY_FIVE));
            prop_assert_eq!(found.is_some(), inverse.is_some());
            if let (Some(found), Some(inverse)) = (found, inverse) {
                prop_assert!(found.contains(relative_risk(&table).expect("defined")));
                prop_assert!((found.low * inverse.high - 1.0).abs() < 1e-9);
            }
        }
    }
}
