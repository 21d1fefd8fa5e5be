//! Does a rate differ between the levels of a category? Pearson's χ² without continuity correction, and how strongly:
//! Cramér's V = √(χ²/n) (one of the two sides has two columns).
//!
//! Pearson (1900), Philosophical Magazine 50:157–175; Cramér (1946), "Mathematical Methods of Statistics", 21.9.

use super::proportion::Proportion;
use statrs::function::gamma::checked_gamma_ur;

/// χ² of events by level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Σ (seen − expected)²/expected.
    pub statistic: f64,
    /// Levels less one.
    pub freedom: u64,
    /// P(χ² ≥ statistic).
    pub p_value: f64,
    /// Cramér's V, 0 (no relation) to 1 (the level says all).
    pub cramers_v: f64,
    /// The smallest expected count: below 5 the p-value is rough (Cochran 1954).
    pub smallest_expected: f64,
}

/// χ² over `levels`; those without a case are left out. `None` with fewer than two levels, or where all or none had the
/// event.
#[must_use]
pub fn chi_square(levels: &[Proportion]) -> Option<ChiSquare> {
    let levels: Vec<Proportion> = levels.iter().copied().filter(|level| level.total() > 0).collect();
    let total: u64 = levels.iter().map(|level| level.total()).sum();
    let events: u64 = levels.iter().map(|level| level.events()).sum();
    if levels.len() < 2 || events == 0 || events == total {
        return None;
    }
    let rate = events as f64 / total as f64;
    let rarer = rate.min(1.0 - rate);
    let (mut statistic, mut smallest) = (0.0, f64::INFINITY);
    for level in &levels {
        let cases = level.total() as f64;
        let surplus = level.events() as f64 - cases * rate;
        statistic += surplus * surplus / (cases * rate * (1.0 - rate));
        smallest = smallest.min(cases * rarer);
    }
    let freedom = levels.len() as u64 - 1;
    let p_value = upper_tail(statistic, freedom)?;
    let cramers_v = (statistic / total as f64).sqrt().min(1.0);
    Some(ChiSquare { statistic, freedom, p_value, cramers_v, smallest_expected: smallest })
}

/// P(χ² ≥ `statistic`) with `freedom` degrees of freedom.
fn upper_tail(statistic: f64, freedom: u64) -> Option<f64> {
    if statistic <= 0.0 {
        return Some(1.0);
    }
    checked_gamma_ur(freedom as f64 / 2.0, statistic / 2.0).ok().filter(|p| p.is_finite()).map(|p| p.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, assert_digits, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        levels: Vec<(u64, u64)>,
        statistic: f64,
        freedom: u64,
        p_value: f64,
        cramers_v: f64,
        smallest_expected: f64,
    }

    fn levels(counts: &[(u64, u64)]) -> Vec<Proportion> {
        counts.iter().map(|&(events, total)| Proportion::new(events, total).expect("counts")).collect()
    }

    #[test]
    fn agrees_with_scipy() {
        for case in fixture::<Case>(include_str!("../../fixtures/chi_square.json")) {
            let found = chi_square(&levels(&case.levels)).expect("defined");
            assert_close(found.statistic, case.statistic, 1e-9, &case);
            assert_eq!(found.freedom, case.freedom);
            assert_digits(found.p_value, case.p_value, 1e-9, &case);
            assert_close(found.cramers_v, case.cramers_v, 1e-9, &case);
            assert_close(found.smallest_expected, case.smallest_expected, 1e-12, &case);
        }
    }

    #[test]
    fn one_level_or_one_outcome_has_nothing_to_compare() {
        for counts in [&[][..], &[(3, 9)], &[(3, 9), (0, 0)], &[(0, 5), (0, 7)], &[(5, 5), (7, 7)]] {
            assert_eq!(chi_square(&levels(counts)), None);
        }
    }

    proptest! {
        #[test]
        fn ignores_the_order_of_levels_and_which_outcome_is_counted(counts in prop::collection::vec((0_u64..80, 0_u64..80), 2..9)) {
            let table: Vec<(u64, u64)> = counts.iter().map(|&(yes, no)| (yes, yes + no)).collect();
            let opposite: Vec<(u64, u64)> = counts.iter().rev().map(|&(yes, no)| (no, yes + no)).collect();
            let (found, turned) = (chi_square(&levels(&table)), chi_square(&levels(&opposite)));
            prop_assert_eq!(found.is_some(), turned.is_some());
            if let (Some(found), Some(turned)) = (found, turned) {
                prop_assert!((found.statistic - turned.statistic).abs() <= 1e-9 * found.statistic.max(1.0));
                prop_assert!((0.0..=1.0).contains(&found.p_value) && (0.0..=1.0).contains(&found.cramers_v));
            }
        }
    }
}
