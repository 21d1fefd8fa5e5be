//! Mann–Whitney within strata (UTC days): with each stratum's U, its variance V and its size N,
//!
//! z = Σ (U − n₁n₂/2)/(N + 1) / √(Σ V/(N + 1)²)
//!
//! van Elteren (1960), "On the combination of independent two-sample tests of Wilcoxon", Bull. Inst. Int. Statist.
//! 37:351–361; ties as in [`super::mann_whitney`], no continuity correction. What it tests is whether the strata's AUCs,
//! averaged with the weights w = n₁n₂/(N + 1), are ½. Their interval has the variance
//!
//! Σ w² (s₁/n₁ + s₀/n₂)/(Σ w)², s₁ and s₀ the variances of the placements of positives and of negatives, pooled over strata
//!
//! (DeLong, DeLong and Clarke-Pearson 1988), and Student's t with Welch's degrees of freedom: it is not that of the test, so
//! that a few tied or rare values do not look surer than they are.

use super::mann_whitney::{MannWhitney, TieGroup};
use super::order::Order;
use super::pairs::Pairs;
use crate::statistics::confidence::{Confidence, Estimate, Interval};
use crate::statistics::day_clustered::Contribution;
use crate::statistics::{normal, student};

/// What all strata say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VanElteren {
    /// Above 0 where the positives have the larger numbers.
    pub z: f64,
    /// The two-sided p-value.
    pub p_value: f64,
}

impl VanElteren {
    /// `None` where no stratum has both a positive and a negative with different numbers.
    #[must_use]
    pub fn of(strata: impl IntoIterator<Item = MannWhitney>) -> Option<Self> {
        let (mut surplus, mut variance) = (0.0, 0.0);
        for stratum in strata {
            let weight = 1.0 / (stratum.positives() + stratum.negatives() + 1) as f64;
            surplus += weight * stratum.surplus();
            variance += weight * weight * stratum.variance();
        }
        let z = (variance > 0.0).then(|| surplus / variance.sqrt())?;
        Some(Self { z, p_value: normal::two_sided(z) })
    }
}

/// What one stratum adds to the average AUC less ½: (U − n₁n₂/2)/(N + 1) and n₁n₂/(N + 1). `None` without a pair.
#[must_use]
pub fn contribution(stratum: &MannWhitney) -> Option<Contribution> {
    let (positives, negatives) = (stratum.positives() as f64, stratum.negatives() as f64);
    let size = positives + negatives + 1.0;
    stratum.auc().map(|_| Contribution { score: stratum.surplus() / size, weight: positives * negatives / size })
}

/// The average AUC of the strata with its interval inside 0 to 1. `None` where no stratum has a pair, or none has two
/// positives, or none two negatives, so that nothing tells how they vary.
#[must_use]
pub fn auc_within(strata: &[MannWhitney], confidence: Confidence) -> Option<Estimate> {
    let (mut score, mut weights) = (0.0, 0.0);
    let (mut squares, mut freedom, mut spread) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    for stratum in strata {
        let (Some(adds), Some(placements)) = (contribution(stratum), stratum.placement_squares()) else { continue };
        score += adds.score;
        weights += adds.weight;
        for (side, count) in [stratum.positives() as f64, stratum.negatives() as f64].into_iter().enumerate() {
            squares[side] += placements[side];
            freedom[side] += count - 1.0;
            spread[side] += adds.weight * adds.weight / count;
        }
    }
    if weights <= 0.0 || freedom.iter().any(|&freedom| freedom <= 0.0) {
        return None;
    }
    let parts = [0, 1].map(|side| squares[side] / freedom[side] * spread[side]);
    let value = 0.5 + score / weights;
    let both = parts[0] + parts[1];
    let welch = both * both / (parts[0] * parts[0] / freedom[0] + parts[1] * parts[1] / freedom[1]);
    let reach =
        if both > 0.0 { student::two_sided_quantile(confidence.error(), welch)? * both.sqrt() / weights } else { 0.0 };
    Some(Estimate { value, interval: Interval { low: (value - reach).max(0.0), high: (value + reach).min(1.0) } })
}

/// Mann–Whitney of each of `strata` strata from one sorted column: `class` says of a row which stratum it is in and whether
/// it has the outcome, `None` to leave it out (as is done with a stratum that is out of range).
#[must_use]
pub fn by_stratum(order: &Order, strata: usize, class: impl Fn(u32) -> Option<(usize, bool)>) -> Vec<MannWhitney> {
    let mut found = vec![Pairs::<true>::default(); strata];
    let mut equal = vec![TieGroup::default(); strata];
    let mut touched = Vec::new();
    for rows in order.groups() {
        for &row in rows {
            let Some((stratum, positive)) = class(row).filter(|&(stratum, _)| stratum < strata) else { continue };
            if equal[stratum] == TieGroup::default() {
                touched.push(stratum);
            }
            if positive { equal[stratum].positives += 1 } else { equal[stratum].negatives += 1 }
        }
        for stratum in touched.drain(..) {
            found[stratum].add(std::mem::take(&mut equal[stratum]));
        }
    }
    found.into_iter().map(Pairs::finish).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, assert_digits, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        values: Vec<f64>,
        days: Vec<usize>,
        positive: Vec<bool>,
        z: f64,
        p_value: f64,
    }

    #[test]
    fn agrees_with_the_definition_by_midranks() {
        for case in fixture::<Case>(include_str!("../../../fixtures/van_elteren.json")) {
            let order = Order::of(&case.values);
            let days = case.days.iter().max().expect("a day") + 1;
            let strata = by_stratum(&order, days, |row| Some((case.days[row as usize], case.positive[row as usize])));
            let found = VanElteren::of(strata).expect("defined");
            assert_close(found.z, case.z, 1e-9, &case.name);
            assert_digits(found.p_value, case.p_value, 1e-9, &case.name);
        }
    }

    #[derive(serde::Deserialize, Debug)]
    struct Average {
        name: String,
        values: Vec<f64>,
        days: Vec<usize>,
        positive: Vec<bool>,
        alpha: f64,
        auc: f64,
        low: f64,
        high: f64,
    }

    #[test]
    fn the_average_auc_agrees_with_all_pairs_compared() {
        for case in fixture::<Average>(include_str!("../../../fixtures/auc_within.json")) {
            let days = case.days.iter().max().expect("a day") + 1;
            let class = |row: u32| Some((case.days[row as usize], case.positive[row as usize]));
            let strata = by_stratum(&Order::of(&case.values), days, class);
            let found = auc_within(&strata, Confidence::with_error(case.alpha).expect("level")).expect("defined");
            assert_close(found.value, case.auc, 1e-9, &case.name);
            assert_close(found.interval.low, case.low, 1e-9, &case.name);
            assert_close(found.interval.high, case.high, 1e-9, &case.name);
        }
    }

    #[test]
    fn strata_of_one_kind_or_of_equal_numbers_say_nothing() {
        let group = |positives, negatives| MannWhitney::of_groups([TieGroup { positives, negatives }]);
        assert_eq!(VanElteren::of([]), None);
        assert_eq!(VanElteren::of([group(5, 0), group(4, 7)]), None);
    }

    proptest! {
        #[test]
        fn each_stratum_is_what_it_would_be_alone(rows in prop::collection::vec((0_i32..12, 0_usize..5, any::<bool>()), 1..150)) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let order = Order::of(&values);
            let together = by_stratum(&order, 5, |row| Some((rows[row as usize].1, rows[row as usize].2)));
            for (stratum, found) in together.iter().enumerate() {
                let alone = MannWhitney::of_order(&order, |row| (rows[row as usize].1 == stratum).then_some(rows[row as usize].2));
                prop_assert_eq!(*found, alone);
            }
            if let Some(found) = VanElteren::of(together) {
                prop_assert!(found.z.is_finite() && (0.0..=1.0).contains(&found.p_value));
            }
        }
    }
}
