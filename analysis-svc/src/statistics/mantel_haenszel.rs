//! One difference, and one odds ratio, over strata (UTC days, dexes, score bands), by Mantel and Haenszel's weights. With
//! x of n events with the feature, y of m without, N = n + m:
//!
//! - difference δ = Σ (xm − yn)/N / Σ nm/N, with Sato's variance (δ Σ P + Σ Q)/(Σ nm/N)²,
//!   P = (n²y − m²x + nm(m − n)/2)/N², Q = (x(m − y) + y(n − x))/(2N), good for few large as for many small strata.
//!   Mantel and Haenszel (1959), JNCI 22:719–748; Sato (1989), Biometrics 45:1323–1324.
//! - odds ratio Σ x(m − y)/N / Σ y(n − x)/N, with the variance of Robins, Breslow and Greenland (1986), Biometrics 42:311–323.

use super::confidence::{Confidence, Estimate, Interval};
use super::day_clustered::Contribution;
use super::proportion::TwoByTwo;

/// The common difference of the rates, with less without, with its interval inside −1 to 1. `None` where no stratum has both
/// sides, or nothing varies.
#[must_use]
pub fn risk_difference(strata: &[TwoByTwo], confidence: Confidence) -> Option<Estimate> {
    let (mut weighted, mut weights, mut p, mut q) = (0.0, 0.0, 0.0, 0.0);
    for [x, n, y, m] in strata.iter().filter_map(counts) {
        let total = n + m;
        weighted += (x * m - y * n) / total;
        weights += n * m / total;
        p += (n * n * y - m * m * x + n * m * (m - n) / 2.0) / (total * total);
        q += (x * (m - y) + y * (n - x)) / (2.0 * total);
    }
    let value = (weights > 0.0).then(|| weighted / weights)?;
    let variance = (value * p + q) / (weights * weights);
    let reach = confidence.z() * variance.sqrt();
    let interval = Interval { low: (value - reach).max(-1.0), high: (value + reach).min(1.0) };
    (variance > 0.0).then_some(Estimate { value, interval })
}

/// The common odds ratio with its interval. `None` where it would be 0, infinite or neither.
#[must_use]
pub fn odds_ratio(strata: &[TwoByTwo], confidence: Confidence) -> Option<Estimate> {
    let (mut r, mut s, mut pr, mut cross, mut qs) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for [x, n, y, m] in strata.iter().filter_map(counts) {
        let total = n + m;
        let (p, q) = ((x + m - y) / total, (y + n - x) / total);
        let (agree, differ) = (x * (m - y) / total, y * (n - x) / total);
        r += agree;
        s += differ;
        pr += p * agree;
        cross += p * differ + q * agree;
        qs += q * differ;
    }
    if r <= 0.0 || s <= 0.0 {
        return None;
    }
    let value = r / s;
    let variance = pr / (2.0 * r * r) + cross / (2.0 * r * s) + qs / (2.0 * s * s);
    let reach = (confidence.z() * variance.sqrt()).exp();
    Some(Estimate { value, interval: Interval { low: value / reach, high: value * reach } })
}

/// What one stratum adds to the common difference: (xm − yn)/N and nm/N. `None` where it has not both sides.
#[must_use]
pub fn contribution(stratum: &TwoByTwo) -> Option<Contribution> {
    let [x, n, y, m] = counts(stratum)?;
    Some(Contribution { score: (x * m - y * n) / (n + m), weight: n * m / (n + m) })
}

/// How far the events with the feature are from what they would be without any effect, in standard deviations, given the
/// margins of every stratum. `None` where they could be no other.
#[must_use]
pub fn deviate(strata: &[TwoByTwo]) -> Option<f64> {
    let (mut surplus, mut variance) = (0.0, 0.0);
    for [x, n, y, m] in strata.iter().filter_map(counts) {
        let (total, events) = (n + m, x + y);
        surplus += x - n * events / total;
        variance += n * m * events * (total - events) / (total * total * (total - 1.0).max(1.0));
    }
    (variance > 0.0).then(|| surplus / variance.sqrt())
}

/// x, n, y, m of a stratum that has both sides.
fn counts(table: &TwoByTwo) -> Option<[f64; 4]> {
    let (with, without) = (table.with, table.without);
    (with.total() > 0 && without.total() > 0)
        .then(|| [with.events(), with.total(), without.events(), without.total()].map(|count| count as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{Counts, assert_both_close, fixture, tables};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        strata: Vec<Counts>,
        alpha: f64,
        difference: Option<f64>,
        difference_low: Option<f64>,
        difference_high: Option<f64>,
        odds_ratio: Option<f64>,
        odds_low: Option<f64>,
        odds_high: Option<f64>,
    }

    #[test]
    fn agrees_with_statsmodels_and_with_satos_formula_in_fractions() {
        for case in fixture::<Case>(include_str!("../../fixtures/mantel_haenszel.json")) {
            let confidence = Confidence::with_error(case.alpha).expect("level");
            let strata = tables(&case.strata);
            let (difference, odds) = (risk_difference(&strata, confidence), odds_ratio(&strata, confidence));
            assert_both_close(difference.map(|found| found.value), case.difference, 1e-9, &case.name);
            assert_both_close(difference.map(|found| found.interval.low), case.difference_low, 1e-9, &case.name);
            assert_both_close(difference.map(|found| found.interval.high), case.difference_high, 1e-9, &case.name);
            assert_both_close(odds.map(|found| found.value), case.odds_ratio, 1e-9, &case.name);
            assert_both_close(odds.map(|found| found.interval.low), case.odds_low, 1e-9, &case.name);
            assert_both_close(odds.map(|found| found.interval.high), case.odds_high, 1e-9, &case.name);
        }
    }

    #[test]
    fn strata_with_one_side_only_have_nothing_to_compare() {
        assert_eq!(risk_difference(&tables(&[((3, 9), (0, 0)), ((0, 0), (2, 5))]), Confidence::NINETY_FIVE), None);
        assert_eq!(odds_ratio(&[], Confidence::NINETY_FIVE), None);
    }

    #[test]
    fn a_difference_between_days_is_none_of_the_feature() {
        let days = tables(&[((60, 150), (20, 50)), ((5, 50), (15, 150))]);
        let found = risk_difference(&days, Confidence::NINETY_FIVE).expect("defined");
        assert!(found.value.abs() < 1e-12 && found.interval.contains(0.0));
    }

    proptest! {
        #[test]
        fn turns_its_sign_with_the_sides_and_holds_its_estimate(days in prop::collection::vec((0_u64..40, 0_u64..40, 0_u64..40, 0_u64..40), 1..12)) {
            let forwards: Vec<_> = days.iter().map(|&(a, b, c, d)| ((a, a + b), (c, c + d))).collect();
            let turned: Vec<_> = days.iter().map(|&(a, b, c, d)| ((c, c + d), (a, a + b))).collect();
            let found = risk_difference(&tables(&forwards), Confidence::NINETY_FIVE);
            let opposite = risk_difference(&tables(&turned), Confidence::NINETY_FIVE);
            if let (Some(found), Some(opposite)) = (found, opposite) {
                prop_assert!(found.interval.contains(found.value));
                prop_assert!((found.value + opposite.value).abs() < 1e-12);
                prop_assert!((found.interval.low + opposite.interval.high).abs() < 1e-9);
            }
            if let Some(odds) = odds_ratio(&tables(&forwards), Confidence::NINETY_FIVE) {
                prop_assert!(odds.interval.contains(odds.value) && odds.interval.high.is_finite());
            }
        }
    }
}
