//! Mann–Whitney within strata (UTC days): with each stratum's U, its variance V and its size N,
//!
//! z = Σ (U − n₁n₂/2)/(N + 1) / √(Σ V/(N + 1)²)
//!
//! van Elteren (1960), "On the combination of independent two-sample tests of Wilcoxon", Bull. Inst. Int. Statist.
//! 37:351–361; ties as in [`super::mann_whitney`], no continuity correction.

use super::mann_whitney::{MannWhitney, TieGroup};
use super::order::Order;
use crate::statistics::normal;

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

/// Mann–Whitney of each of `strata` strata from one sorted column: `class` says of a row which stratum it is in and whether
/// it has the outcome, `None` to leave it out (as is done with a stratum that is out of range).
#[must_use]
pub fn by_stratum(order: &Order, strata: usize, class: impl Fn(u32) -> Option<(usize, bool)>) -> Vec<MannWhitney> {
    let mut found = vec![MannWhitney::default(); strata];
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
    found
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
