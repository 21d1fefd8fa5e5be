//! The exact conditional test of a yes/no feature within strata (UTC days): given every day's margins, the chance that all
//! days together have a number of events with the feature that is no likelier than the one seen. With one day it is Fisher's.
//!
//! Mehta, Patel and Gray (1985), JASA 80:969–973; the two-sided rule is that of Fisher's test in [`super::fisher`].
//!
//! The distribution is the convolution of the days' hypergeometric ones. Each is first tilted by ψᵏ so that their sum is
//! centred where the chance is wanted: then what is cut off as negligible is negligible *there*, and a tail of 1e-100 keeps
//! its digits. Where the counts are so many that this takes long, the tails are those of [`super::saddlepoint`].

use super::hypergeometric::Hypergeometric;
use super::proportion::TwoByTwo;
use super::saddlepoint;

/// Two counts whose ln-probabilities differ by less are equally likely.
const TIE: f64 = 1e-10;
/// Tilted terms below this share of the largest are cut off.
const NEGLIGIBLE: f64 = 1e-22;
/// Sums above this share of the largest have all their digits.
const TRUSTED: f64 = 1e-8;
/// The opposite tail begins near the mirror image of what was seen: a few windows find it.
const MOST_WINDOWS: usize = 64;

/// The two-sided p-value over all strata, 0 to 1; strata with an empty margin say nothing.
#[must_use]
pub fn exact_two_sided(strata: &[TwoByTwo]) -> f64 {
    let told: Vec<(Hypergeometric, u64)> = strata
        .iter()
        .map(|table| (Hypergeometric::of_margins(table), table.with.events()))
        .filter(|(cell, _)| cell.least() < cell.largest())
        .collect();
    let cells: Vec<Hypergeometric> = told.iter().map(|(cell, _)| *cell).collect();
    let seen: u64 = told.iter().map(|(_, events)| events).sum();
    let mean: f64 = cells.iter().map(Hypergeometric::mean).sum();
    if cells.is_empty() {
        return 1.0;
    }
    if cells.iter().map(Hypergeometric::variance).sum::<f64>() >= saddlepoint::ENOUGH {
        return saddlepoint::Sum::of(&cells).two_sided(seen);
    }
    summed(&cells, seen, mean)
}

fn summed(cells: &[Hypergeometric], seen: u64, mean: f64) -> f64 {
    let around = Tilted::around(cells, seen);
    let bound = around.ln_probability(seen) + TIE;
    let p = if seen as f64 >= mean {
        around.upper_tail(seen) + opposite_below(cells, seen, mean, bound)
    } else {
        around.lower_tail(seen) + opposite_above(cells, seen, mean, bound)
    };
    p.min(1.0)
}

/// P(T ≤ t) for the largest t below `seen` that is no likelier than `bound`.
fn opposite_below(cells: &[Hypergeometric], seen: u64, mean: f64, bound: f64) -> f64 {
    let least: u64 = cells.iter().map(Hypergeometric::least).sum();
    let Some(top) = seen.checked_sub(1).map(|below| below.min(mean.ceil() as u64)).filter(|&top| top >= least) else {
        return 0.0;
    };
    let mut target = ((2.0 * mean - seen as f64).max(0.0) as u64).clamp(least, top);
    // the last count known to be unlikely enough, with its tail, and the first known to be too likely
    let (mut unlikely, mut likely) = (None, top + 1);
    for _ in 0..MOST_WINDOWS {
        let around = Tilted::around(cells, target);
        let (low, high) = around.trusted();
        match (low..=high.min(top)).rev().find(|&count| around.ln_probability(count) <= bound) {
            Some(count) => {
                unlikely = Some((count, around.lower_tail(count)));
                likely = if count < high.min(top) { count + 1 } else { likely };
            }
            None => likely = likely.min(low),
        }
        let reached = unlikely.map_or(least, |(count, _)| count + 1);
        if reached >= likely {
            break;
        }
        target = if unlikely.is_some() { reached } else { likely - 1 };
    }
    unlikely.map_or(0.0, |(_, tail)| tail)
}

/// P(T ≥ t) for the least t above `seen` that is no likelier than `bound`.
fn opposite_above(cells: &[Hypergeometric], seen: u64, mean: f64, bound: f64) -> f64 {
    let largest: u64 = cells.iter().map(Hypergeometric::largest).sum();
    let bottom = (seen + 1).max(mean.floor() as u64);
    if bottom > largest {
        return 0.0;
    }
    let mut target = ((2.0 * mean - seen as f64) as u64).clamp(bottom, largest);
    // the first count known to be unlikely enough, with its tail, and the first below which all are too likely
    let (mut unlikely, mut likely_below) = (None, bottom);
    for _ in 0..MOST_WINDOWS {
        let around = Tilted::around(cells, target);
        let (low, high) = around.trusted();
        match (low.max(bottom)..=high).find(|&count| around.ln_probability(count) <= bound) {
            Some(count) => {
                unlikely = Some((count, around.upper_tail(count)));
                likely_below = if count > low.max(bottom) { count } else { likely_below };
            }
            None => likely_below = likely_below.max(high + 1),
        }
        let reached = unlikely.map_or(largest + 1, |(count, _)| count);
        if reached <= likely_below {
            break;
        }
        target = if unlikely.is_some() { reached - 1 } else { likely_below };
    }
    unlikely.map_or(0.0, |(_, tail)| tail)
}

/// The distribution of the sum, tilted: P(t) = exp(`ln_scale`) · `weights[t − first]` · ψ^(`centre` − t).
struct Tilted {
    ln_psi: f64,
    centre: u64,
    ln_scale: f64,
    first: u64,
    weights: Vec<f64>,
}

impl Tilted {
    /// Tilted so that its middle is about `target`.
    fn around(cells: &[Hypergeometric], target: u64) -> Self {
        let ln_psi = ln_tilt(cells, target as f64);
        let mut sum = Self { ln_psi, centre: 0, ln_scale: 0.0, first: 0, weights: vec![1.0] };
        for cell in cells {
            sum.add(cell);
        }
        sum
    }

    fn add(&mut self, cell: &Hypergeometric) {
        let centre = (cell.tilted_mean(self.ln_psi).round() as u64).clamp(cell.least(), cell.largest());
        let psi = self.ln_psi.exp();
        let (mut below, mut above) = (Vec::new(), vec![1.0]);
        let (mut term, mut largest) = (1.0_f64, 1.0_f64);
        for count in centre..cell.largest() {
            term *= cell.step_up(count) * psi;
            largest = largest.max(term);
            if term < NEGLIGIBLE * largest {
                break;
            }
            above.push(term);
        }
        term = 1.0;
        for count in (cell.least()..centre).rev() {
            term /= cell.step_up(count) * psi;
            largest = largest.max(term);
            if term < NEGLIGIBLE * largest {
                break;
            }
            below.push(term);
        }
        self.first += centre - below.len() as u64;
        self.centre += centre;
        self.ln_scale += cell.ln_probability(centre);
        below.reverse();
        below.append(&mut above);
        self.weights = convolve(&self.weights, &below);
        self.trim();
    }

    /// Cuts negligible ends off and makes the largest weight 1.
    fn trim(&mut self) {
        let largest = self.weights.iter().copied().fold(0.0, f64::max);
        let counts = |weight: &f64| *weight >= NEGLIGIBLE * largest;
        let end = self.weights.iter().rposition(counts).map_or(0, |place| place + 1);
        let start = self.weights.iter().position(counts).unwrap_or(0);
        self.weights.truncate(end);
        self.weights.drain(..start);
        self.first += start as u64;
        self.weights.iter_mut().for_each(|weight| *weight /= largest);
        self.ln_scale += largest.ln();
    }

    /// The counts around the middle whose probability has all its digits.
    fn trusted(&self) -> (u64, u64) {
        let start = self.weights.iter().position(|&weight| weight >= TRUSTED).unwrap_or(0);
        let end = self.weights.iter().rposition(|&weight| weight >= TRUSTED).unwrap_or(0);
        (self.first + start as u64, self.first + end as u64)
    }

    fn ln_probability(&self, count: u64) -> f64 {
        let weight = count.checked_sub(self.first).and_then(|place| self.weights.get(usize::try_from(place).ok()?));
        weight.map_or(f64::NEG_INFINITY, |weight| weight.ln() + self.ln_scale + self.untilt(count))
    }

    fn untilt(&self, count: u64) -> f64 {
        self.ln_psi * (self.centre as f64 - count as f64)
    }

    fn upper_tail(&self, from: u64) -> f64 {
        self.sum((self.first..).zip(&self.weights).filter(|&(count, _)| count >= from))
    }

    fn lower_tail(&self, to: u64) -> f64 {
        self.sum((self.first..).zip(&self.weights).filter(|&(count, _)| count <= to))
    }

    fn sum<'a>(&self, terms: impl Iterator<Item = (u64, &'a f64)>) -> f64 {
        terms.map(|(count, weight)| (weight.ln() + self.ln_scale + self.untilt(count)).exp()).sum()
    }
}

/// ln ψ for which the tilted means add up to about `target`, by bisection; at the very ends, where no ψ is large enough, one
/// that leaves their neighbours in sight.
fn ln_tilt(cells: &[Hypergeometric], target: f64) -> f64 {
    let least: u64 = cells.iter().map(Hypergeometric::least).sum();
    let largest: u64 = cells.iter().map(Hypergeometric::largest).sum();
    let target = target.clamp(least as f64 + 0.25, largest as f64 - 0.25);
    // the middle of the window need not be exact
    let (mut low, mut high) = (-60.0, 60.0);
    for _ in 0..26 {
        let middle = f64::midpoint(low, high);
        let mean: f64 = cells.iter().map(|cell| cell.tilted_mean(middle)).sum();
        if mean < target { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut product = vec![0.0; long.len() + short.len() - 1];
    for (shift, &factor) in short.iter().enumerate() {
        for (cell, &value) in product[shift..].iter_mut().zip(long) {
            *cell += factor * value;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fisher;
    use crate::statistics::oracle::{Counts, assert_digits, fixture, tables};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        strata: Vec<Counts>,
        p_value: f64,
    }

    #[test]
    fn agrees_with_the_convolution_in_whole_numbers() {
        for case in fixture::<Case>(include_str!("../../fixtures/strata.json")) {
            assert_digits(exact_two_sided(&tables(&case.strata)), case.p_value, 1e-9, &case.name);
        }
    }

    #[test]
    fn where_counts_are_many_the_saddlepoint_agrees_with_the_sum() {
        let uneven = [
            (0.02, 900, 12_000),
            (0.1, 2_700, 2_700),
            (0.3, 6_000, 2_100),
            (0.5, 4_500, 4_500),
            (0.05, 15_000, 18_000),
        ];
        let even: Vec<_> = (0..30).map(|day| (0.1 + 0.004 * f64::from(day), 800, 500)).collect();
        let mut far = 0;
        for days in [uneven.to_vec(), even, vec![(0.2, 12_000, 15_000)]] {
            for shift in -10..=10 {
                let by = f64::from(shift) * if days.len() == 1 { 0.9 } else { 0.3 };
                let with = |rate: f64, size: u64| {
                    (rate * size as f64 + by * (rate * (1.0 - rate) * size as f64).sqrt()) as u64
                };
                let of = |&(rate, n, m): &(f64, u64, u64)| ((with(rate, n), n), ((rate * m as f64) as u64, m));
                let counts: Vec<Counts> = days.iter().map(of).collect();
                let cells: Vec<Hypergeometric> = tables(&counts).iter().map(Hypergeometric::of_margins).collect();
                let seen: u64 = counts.iter().map(|day| day.0.0).sum();
                let mean: f64 = cells.iter().map(Hypergeometric::mean).sum();
                assert!(cells.iter().map(Hypergeometric::variance).sum::<f64>() >= saddlepoint::ENOUGH);
                let (exact, fast) = (summed(&cells, seen, mean), saddlepoint::Sum::of(&cells).two_sided(seen));
                assert!((exact - fast).abs() <= 2e-3 * exact, "{exact:e} and {fast:e} where {seen} of {mean}");
                far += usize::from(exact < 1e-6);
            }
        }
        assert!(far > 5, "far tails are compared too");
    }

    #[test]
    fn days_that_can_be_no_other_say_nothing() {
        assert_eq!(exact_two_sided(&[]), 1.0);
        assert_eq!(exact_two_sided(&tables(&[((0, 5), (0, 9)), ((3, 3), (0, 0))])), 1.0);
    }

    #[test]
    fn a_difference_between_days_is_none_of_the_feature() {
        // good days have more of the feature and more pumps; within each day the rates are the same
        let days = tables(&[((60, 150), (20, 50)), ((5, 50), (15, 150))]);
        let together = TwoByTwo::new((65, 200), (35, 200)).expect("counts");
        assert!(fisher::two_sided(&together) < 0.001);
        assert!(exact_two_sided(&days) > 0.9);
    }

    /// All combinations of all days' tables, by the definition.
    fn plainly(days: &[TwoByTwo]) -> f64 {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
        let mut sums = vec![1.0];
        let (mut first, mut seen) = (0, 0);
        for day in days {
            let (marked, drawn, all) = (day.events(), day.with.total(), day.total());
            let least = (marked + drawn).saturating_sub(all);
            let chances: Vec<f64> = (least..=marked.min(drawn))
                .map(|k| choose(marked, k) * choose(all - marked, drawn - k) / choose(all, drawn))
                .collect();
            sums = convolve(&sums, &chances);
            first += least;
            seen += day.with.events();
        }
        let bound = sums[(seen - first) as usize] * (1.0 + 1e-9);
        sums.into_iter().filter(|&chance| chance <= bound).sum::<f64>().min(1.0)
    }

    proptest! {
        #[test]
        fn is_the_plain_sum_over_all_combinations(days in prop::collection::vec((0_u64..25, 0_u64..25, 0_u64..25, 0_u64..25), 1..9)) {
            let counts: Vec<_> = days.iter().map(|&(a, b, c, d)| ((a, a + b), (c, c + d))).collect();
            let days = tables(&counts);
            let (p, expected) = (exact_two_sided(&days), plainly(&days));
            prop_assert!((p - expected).abs() <= 1e-9 * expected, "{} and {}", p, expected);
        }

        #[test]
        fn one_day_is_fishers_test(a in 0_u64..300, b in 0_u64..300, c in 0_u64..300, d in 0_u64..300) {
            let day = TwoByTwo::new((a, a + b), (c, c + d)).expect("counts");
            let (p, expected) = (exact_two_sided(&[day]), fisher::two_sided(&day));
            prop_assert!((p - expected).abs() <= 1e-9 * expected, "{} and {}", p, expected);
        }

        #[test]
        fn neither_the_order_of_days_nor_of_sides_changes_it(days in prop::collection::vec((0_u64..40, 0_u64..40, 0_u64..40, 0_u64..40), 1..12)) {
            let forwards: Vec<_> = days.iter().map(|&(a, b, c, d)| ((a, a + b), (c, c + d))).collect();
            let turned: Vec<_> = days.iter().rev().map(|&(a, b, c, d)| ((c, c + d), (a, a + b))).collect();
            let (p, q) = (exact_two_sided(&tables(&forwards)), exact_two_sided(&tables(&turned)));
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - q).abs() <= 1e-9 * p, "{} and {}", p, q);
        }
    }
}
