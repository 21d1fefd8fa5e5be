//! Rates of small levels, drawn towards the rate of all: the posterior mean (x + m p)/(n + m) of a beta-binomial model with
//! mean p and m = 1/ρ − 1, where ρ, how alike two tokens of one level are, is the ANOVA estimate
//!
//! ρ = (B − W)/(B + (n₀ − 1) W), B = Σ nᵢ(pᵢ − p)²/(k − 1), W = Σ nᵢ pᵢ(1 − pᵢ)/(N − k), n₀ = (N − Σ nᵢ²/N)/(k − 1)
//!
//! Ridout, Demétrio and Firth (1999), "Estimating intraclass correlation for binary data", Biometrics 55:137–148.

use super::proportion::Proportion;

/// What the levels together say about each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrinkage {
    /// The rate of all levels together, p.
    pub pooled_rate: f64,
    /// How much tokens of one level are alike, ρ, 0 (levels do not matter) to 1 (they say all).
    pub likeness: f64,
}

impl Shrinkage {
    /// Learnt from all the levels of one category. `None` where none has a case.
    #[must_use]
    pub fn of(levels: &[Proportion]) -> Option<Self> {
        let cases: u64 = levels.iter().map(|level| level.total()).sum();
        let events: u64 = levels.iter().map(|level| level.events()).sum();
        let pooled_rate = Proportion::new(events, cases)?.rate()?;
        Some(Self { pooled_rate, likeness: likeness(levels, pooled_rate).unwrap_or(0.0) })
    }

    /// The rate of one of the levels, shrunk. A level without a case has the rate of all.
    #[must_use]
    pub fn rate(&self, level: Proportion) -> f64 {
        // (x + m p)/(n + m) with m = (1 − ρ)/ρ, written so that ρ = 0 needs no infinity
        let weight = level.total() as f64 * self.likeness;
        let own = level.rate().unwrap_or(self.pooled_rate);
        let prior = 1.0 - self.likeness;
        if weight + prior > 0.0 {
            (weight * own + prior * self.pooled_rate) / (weight + prior)
        } else {
            self.pooled_rate
        }
    }
}

/// ρ, or `None` where the levels are too few or too small to tell.
fn likeness(levels: &[Proportion], pooled: f64) -> Option<f64> {
    let known: Vec<(f64, f64)> =
        levels.iter().filter_map(|level| Some((level.total() as f64, level.rate()?))).collect();
    let (count, total) = (known.len() as f64, known.iter().map(|(cases, _)| cases).sum::<f64>());
    if count < 2.0 || total <= count {
        return None;
    }
    let between = known.iter().map(|(cases, rate)| cases * (rate - pooled).powi(2)).sum::<f64>() / (count - 1.0);
    let within = known.iter().map(|(cases, rate)| cases * rate * (1.0 - rate)).sum::<f64>() / (total - count);
    let size = (total - known.iter().map(|(cases, _)| cases * cases).sum::<f64>() / total) / (count - 1.0);
    let rho = (between - within) / (between + (size - 1.0) * within);
    rho.is_finite().then(|| rho.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        levels: Vec<(u64, u64)>,
        likeness: f64,
        rates: Vec<f64>,
    }

    fn levels(counts: &[(u64, u64)]) -> Vec<Proportion> {
        counts.iter().map(|&(events, total)| Proportion::new(events, total).expect("counts")).collect()
    }

    #[test]
    fn agrees_with_the_posterior_mean_worked_out_beside_it() {
        for case in fixture::<Case>(include_str!("../../fixtures/shrinkage.json")) {
            let levels = levels(&case.levels);
            let found = Shrinkage::of(&levels).expect("defined");
            assert_close(found.likeness, case.likeness, 1e-9, &case);
            for (level, rate) in levels.into_iter().zip(&case.rates) {
                assert_close(found.rate(level), *rate, 1e-9, &case);
            }
        }
    }

    #[test]
    fn levels_that_differ_no_more_than_chance_get_the_rate_of_all() {
        let found = Shrinkage::of(&levels(&[(20, 100), (22, 100), (2, 10)])).expect("defined");
        assert_eq!(found.likeness, 0.0);
        assert_eq!(found.rate(Proportion::new(1, 1).expect("counts")), found.pooled_rate);
        assert_eq!(Shrinkage::of(&[]), None);
    }

    proptest! {
        #[test]
        fn lies_between_the_own_rate_and_that_of_all(counts in prop::collection::vec((0_u64..60, 0_u64..60), 1..10)) {
            let levels: Vec<Proportion> = counts.iter().map(|&(yes, no)| Proportion::new(yes, yes + no).expect("counts")).collect();
            if let Some(found) = Shrinkage::of(&levels) {
                for level in levels {
                    let own = level.rate().unwrap_or(found.pooled_rate);
                    let rate = found.rate(level);
                    prop_assert!(rate >= own.min(found.pooled_rate) - 1e-12 && rate <= own.max(found.pooled_rate) + 1e-12);
                }
            }
        }
    }
}
