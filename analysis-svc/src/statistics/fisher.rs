//! Fisher's exact test of a two-by-two table, two-sided: the chance, given both margins, of a table that is no likelier than
//! the one seen.
//!
//! Fisher (1935), "The logic of inductive inference", JRSS 98:39–82; the two-sided rule is that of R and scipy. Each tail is
//! summed outwards from its largest term, so that the work grows with the square root of the counts and a chance of 1e-200
//! keeps its digits.

use super::hypergeometric::Hypergeometric;
use super::proportion::TwoByTwo;

/// Two tables whose ln-probabilities differ by less are equally likely: symmetric tables differ by rounding alone.
const TIE: f64 = 1e-10;

/// The two-sided p-value, 0 to 1. A table with an empty margin can be no other and gets 1.
#[must_use]
pub fn two_sided(table: &TwoByTwo) -> f64 {
    let cell = Hypergeometric::of_margins(table);
    let (seen, mode) = (table.with.events(), cell.mode());
    let bound = cell.ln_probability(seen) + TIE;
    if cell.ln_probability(mode) <= bound {
        return 1.0;
    }
    let p = if seen > mode {
        let opposite = last_where(cell.least(), mode, |count| cell.ln_probability(count) <= bound);
        cell.upper_tail(seen) + opposite.map_or(0.0, |count| cell.lower_tail(count))
    } else {
        let opposite = first_where(mode, cell.largest(), |count| cell.ln_probability(count) <= bound);
        cell.lower_tail(seen) + opposite.map_or(0.0, |count| cell.upper_tail(count))
    };
    p.min(1.0)
}

/// The last count in `low..high` that holds, where those that hold come first.
fn last_where(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut from, mut to) = (low, high);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) { from = middle + 1 } else { to = middle }
    }
    (from > low).then(|| from - 1)
}

/// The first count in `low + 1..=high` that holds, where those that hold come last.
fn first_where(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let last_that_fails = last_where(low + 1, high + 1, |count| !holds(count)).unwrap_or(low);
    (last_that_fails < high).then(|| last_that_fails + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_digits, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        with: (u64, u64),
        without: (u64, u64),
        scipy: f64,
        exact: Option<f64>,
    }

    #[test]
    fn agrees_with_scipy_and_with_whole_number_arithmetic() {
        for case in fixture::<Case>(include_str!("../../fixtures/fisher.json")) {
            let p = two_sided(&TwoByTwo::new(case.with, case.without).expect("counts"));
            if let Some(exact) = case.exact {
                assert_digits(p, exact, 1e-9, &case);
            }
            // scipy's own tails are good to about seven digits
            assert!((p - case.scipy).abs() <= 1e-6 * case.scipy.max(1e-300), "{p:e} for {case:?}");
        }
    }

    #[test]
    fn a_claim_of_noise_reads_as_noise_and_a_real_one_as_real() {
        let noise = TwoByTwo::new((52, 180), (33, 153)).expect("counts");
        let real = TwoByTwo::new((51, 174), (136, 866)).expect("counts");
        assert!((two_sided(&noise) - 0.13).abs() < 0.005, "{}", two_sided(&noise));
        assert!((two_sided(&real) - 5e-5).abs() < 5e-6, "{}", two_sided(&real));
    }

    #[test]
    fn a_moderate_table_is_not_what_a_cruder_search_makes_of_it() {
        let table = TwoByTwo::new((60, 300), (450, 2700)).expect("counts");
        assert!((two_sided(&table) - 0.145).abs() < 0.0005);
    }

    #[test]
    fn a_table_with_an_empty_margin_says_nothing() {
        for (with, without) in [((0, 0), (0, 0)), ((0, 0), (3, 9)), ((0, 5), (0, 7)), ((5, 5), (7, 7))] {
            assert_eq!(two_sided(&TwoByTwo::new(with, without).expect("counts")), 1.0);
        }
    }

    fn plainly(a: u64, b: u64, c: u64, d: u64) -> f64 {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
        let (drawn, marked, all) = (a + b, a + c, a + b + c + d);
        let chance = |k: u64| choose(marked, k) * choose(all - marked, drawn - k) / choose(all, drawn);
        let seen = chance(a);
        let counts = (marked + drawn).saturating_sub(all)..=marked.min(drawn);
        counts.map(chance).filter(|&p| p <= seen * (1.0 + 1e-9)).sum::<f64>().min(1.0)
    }

    proptest! {
        #[test]
        fn is_the_plain_sum_over_all_tables(a in 0_u64..25, b in 0_u64..25, c in 0_u64..25, d in 0_u64..25) {
            let p = two_sided(&TwoByTwo::new((a, a + b), (c, c + d)).expect("counts"));
            prop_assert!((p - plainly(a, b, c, d)).abs() < 1e-10);
        }

        #[test]
        fn does_not_mind_which_side_or_which_outcome_is_named_first(
            a in 0_u64..5_000, b in 0_u64..5_000, c in 0_u64..5_000, d in 0_u64..5_000,
        ) {
            let p = two_sided(&TwoByTwo::new((a, a + b), (c, c + d)).expect("counts"));
            prop_assert!((0.0..=1.0).contains(&p));
            for (with, without) in [((c, c + d), (a, a + b)), ((b, a + b), (d, c + d)), ((a, a + c), (b, b + d))] {
                let turned = two_sided(&TwoByTwo::new(with, without).expect("counts"));
                prop_assert!((p - turned).abs() <= 1e-9 * p, "{} and {}", p, turned);
            }
        }
    }
}
