//! Many questions at once: p-values adjusted for how many were asked.
//!
//! - Benjamini–Hochberg: q₍ᵢ₎ = min over j ≥ i of m p₍ⱼ₎ / j, the false discovery rate at which question i is rejected.
//!   Benjamini and Hochberg (1995), JRSS B 57:289–300.
//! - Holm: p̃₍ᵢ₎ = max over j ≤ i of (m − j + 1) p₍ⱼ₎, the familywise error rate. Holm (1979), Scand. J. Statist. 6:65–70.

/// The q-value of each p-value, in the order given. What is no chance from 0 to 1 counts as 1.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let family = p_values.len() as f64;
    let mut q_values = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (place, question) in ascending(p_values).into_iter().enumerate().rev() {
        least = least.min(chance(p_values[question]) * (family / (place + 1) as f64));
        q_values[question] = least;
    }
    q_values
}

/// Holm's adjusted p-value of each p-value, in the order given. What is no chance from 0 to 1 counts as 1.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (place, question) in ascending(p_values).into_iter().enumerate() {
        largest = largest.max(chance(p_values[question]) * (p_values.len() - place) as f64).min(1.0);
        adjusted[question] = largest;
    }
    adjusted
}

/// How many of the family Benjamini–Hochberg rejects at the false discovery rate `alpha`.
#[must_use]
pub fn rejections(p_values: &[f64], alpha: f64) -> usize {
    benjamini_hochberg(p_values).into_iter().filter(|&q| q <= alpha).count()
}

fn chance(p_value: f64) -> f64 {
    if (0.0..=1.0).contains(&p_value) { p_value } else { 1.0 }
}

/// The questions by rising p-value.
fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut questions: Vec<usize> = (0..p_values.len()).collect();
    questions.sort_by(|&a, &b| chance(p_values[a]).total_cmp(&chance(p_values[b])));
    questions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        p_values: Vec<f64>,
        benjamini_hochberg: Vec<f64>,
        holm: Vec<f64>,
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/multiplicity.json")) {
            for (q, expected) in benjamini_hochberg(&case.p_values).into_iter().zip(&case.benjamini_hochberg) {
                assert_close(q, *expected, 1e-12, &case);
            }
            for (p, expected) in holm(&case.p_values).into_iter().zip(&case.holm) {
                assert_close(p, *expected, 1e-12, &case);
            }
        }
    }

    #[test]
    fn a_family_of_none_or_one_is_left_as_it_is() {
        assert!(benjamini_hochberg(&[]).is_empty() && holm(&[]).is_empty());
        assert_eq!((benjamini_hochberg(&[0.03]), holm(&[0.03])), (vec![0.03], vec![0.03]));
    }

    #[test]
    fn what_is_no_chance_counts_as_one_and_in_the_family() {
        assert_eq!(benjamini_hochberg(&[0.01, f64::NAN]), vec![0.02, 1.0]);
        assert_eq!(holm(&[0.01, f64::NAN, -3.0]), vec![0.03, 1.0, 1.0]);
    }

    proptest! {
        #[test]
        fn adjusting_keeps_the_order_never_lowers_and_never_passes_one(p_values in prop::collection::vec(0.0..=1.0_f64, 1..60)) {
            let (q_values, adjusted) = (benjamini_hochberg(&p_values), holm(&p_values));
            for a in 0..p_values.len() {
                prop_assert!(p_values[a] <= q_values[a] && q_values[a] <= adjusted[a] + 1e-15 && adjusted[a] <= 1.0);
                for b in 0..p_values.len() {
                    if p_values[a] <= p_values[b] {
                        prop_assert!(q_values[a] <= q_values[b] && adjusted[a] <= adjusted[b]);
                    }
                }
            }
        }

        #[test]
        fn the_order_of_the_questions_changes_nothing(p_values in prop::collection::vec(0.0..=1.0_f64, 1..40)) {
            let turned: Vec<f64> = p_values.iter().rev().copied().collect();
            let mut again = benjamini_hochberg(&turned);
            again.reverse();
            prop_assert_eq!(benjamini_hochberg(&p_values), again);
        }
    }
}
