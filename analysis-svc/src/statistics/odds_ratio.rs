//! Odds ratio: the odds with over the odds without, with Woolf's interval on the log scale,
//!
//! ln OR ± z √(1/a + 1/b + 1/c + 1/d)
//!
//! Woolf (1955), Annals of Human Genetics 19:251–253.

use super::confidence::{Confidence, Interval};
use super::proportion::TwoByTwo;

/// The ratio of the odds. `None` where it is 0/0 or infinite.
#[must_use]
pub fn odds_ratio(table: &TwoByTwo) -> Option<f64> {
    let [a, b, c, d] = cells(table);
    (b * c > 0.0).then(|| a * d / (b * c))
}

/// Its interval. `None` where a cell is empty: the method has none for these.
#[must_use]
pub fn interval(table: &TwoByTwo, confidence: Confidence) -> Option<Interval> {
    let ratio = odds_ratio(table).filter(|&ratio| ratio > 0.0)?;
    let variance: f64 = cells(table).iter().map(|cell| 1.0 / cell).sum();
    let reach = (confidence.z() * variance.sqrt()).exp();
    Some(Interval { low: ratio / reach, high: ratio * reach })
}

fn cells(table: &TwoByTwo) -> [f64; 4] {
    let (with, without) = (table.with, table.without);
    [with.events(), with.others(), without.events(), without.others()].map(|count| count as f64)
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
        odds_ratio: Option<f64>,
        odds_low: Option<f64>,
        odds_high: Option<f64>,
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/ratios.json")) {
            let table = TwoByTwo::new(case.with, case.without).expect("counts");
            let found = interval(&table, Confidence::with_error(case.alpha).expect("level"));
            assert_both_close(odds_ratio(&table), case.odds_ratio, 1e-12, &case);
            assert_both_close(found.map(|interval| interval.low), case.odds_low, 1e-9, &case);
            assert_both_close(found.map(|interval| interval.high), case.odds_high, 1e-9, &case);
        }
    }

    proptest! {
        #[test]
        fn inverts_with_the_sides_and_with_the_outcome(a in 0_u64..200, b in 0_u64..200, c in 0_u64..200, d in 0_u64..200) {
            let table = TwoByTwo::new((a, a + b), (c, c + d)).expect("counts");
            for (with, without) in [((c, c + d), (a, a + b)), ((b, a + b), (d, c + d))] {
                let turned = TwoByTwo::new(with, without).expect("counts");
                let (found, inverse) = (interval(&table, Confidence::NINETY_FIVE), interval(&turned, Confidence::NINETY_FIVE));
                prop_assert_eq!(found.is_some(), inverse.is_some());
                if let (Some(found), Some(inverse)) = (found, inverse) {
                    prop_assert!(found.contains(odds_ratio(&table).expect("defined")));
                    prop_assert!((found.low * inverse.high - 1.0).abs() < 1e-9);
                }
            }
        }
    }
}
