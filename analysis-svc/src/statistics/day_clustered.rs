//! Does a difference hold from day to day? An estimate that adds up over days, θ = Σ sᵈ / Σ wᵈ, with the variance between the
//! days instead of that within them:
//!
//! SE² = D/(D − 1) · Σ (sᵈ − θ wᵈ)² / (Σ wᵈ)², t = θ/SE against Student's t with D − 1 degrees of freedom
//!
//! the linearised ratio over D clusters: Cochran (1977), "Sampling Techniques", 6.19; with CR1's factor, Cameron and Miller
//! (2015), J. Human Resources 50:317–372. Tokens of one day may be as alike as they like.

use super::confidence::{Confidence, Estimate, Interval};
use super::student;

/// What one day adds to an estimate: `score` to its numerator, `weight` to its denominator.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Contribution {
    /// sᵈ.
    pub score: f64,
    /// wᵈ, above 0.
    pub weight: f64,
}

/// An estimate with its variance between days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayClustered {
    /// θ.
    pub value: f64,
    /// How many days there were.
    pub days: u64,
    error: f64,
}

impl DayClustered {
    /// From the contributions of the days; those without weight say nothing. `None` with fewer than two that do.
    #[must_use]
    pub fn of(days: impl IntoIterator<Item = Contribution>) -> Option<Self> {
        let days: Vec<Contribution> = days.into_iter().filter(|day| day.weight > 0.0).collect();
        let weights: f64 = days.iter().map(|day| day.weight).sum();
        let value = days.iter().map(|day| day.score).sum::<f64>() / weights;
        let count = days.len() as f64;
        if days.len() < 2 {
            return None;
        }
        let squares: f64 = days.iter().map(|day| (day.score - value * day.weight).powi(2)).sum();
        let error = (count / (count - 1.0) * squares).sqrt() / weights;
        Some(Self { value, days: days.len() as u64, error })
    }

    /// The standard error of θ between days.
    #[must_use]
    pub const fn standard_error(&self) -> f64 {
        self.error
    }

    /// The two-sided p-value that there is no difference. `None` where all days say exactly the same, so that nothing can be
    /// told of how they vary.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        if self.error > 0.0 { student::two_sided(self.value / self.error, self.freedom()) } else { None }
    }

    /// θ with its interval.
    #[must_use]
    pub fn estimate(&self, confidence: Confidence) -> Option<Estimate> {
        let reach = student::two_sided_quantile(confidence.error(), self.freedom())? * self.error;
        Some(Estimate { value: self.value, interval: Interval { low: self.value - reach, high: self.value + reach } })
    }

    fn freedom(&self) -> f64 {
        self.days as f64 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::mantel_haenszel;
    use crate::statistics::oracle::{Counts, assert_close, fixture, tables};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        strata: Vec<Counts>,
        difference: f64,
        standard_error: f64,
        p_value: f64,
        low: f64,
        high: f64,
    }

    #[test]
    fn agrees_with_weighted_least_squares_clustered_by_day() {
        for case in fixture::<Case>(include_str!("../../fixtures/day_clustered.json")) {
            let days = tables(&case.strata);
            let found = DayClustered::of(days.iter().filter_map(mantel_haenszel::contribution)).expect("days");
            let estimate = found.estimate(Confidence::NINETY_FIVE).expect("defined");
            assert_close(found.value, case.difference, 1e-9, &case.name);
            assert_close(found.standard_error(), case.standard_error, 1e-9, &case.name);
            assert_close(found.p_value().expect("defined"), case.p_value, 1e-9, &case.name);
            assert_close(estimate.interval.low, case.low, 1e-9, &case.name);
            assert_close(estimate.interval.high, case.high, 1e-9, &case.name);
        }
    }

    #[test]
    fn one_day_cannot_vary_and_days_that_all_say_the_same_tell_nothing_of_it() {
        let day = Contribution { score: 1.0, weight: 4.0 };
        assert_eq!(DayClustered::of([day, Contribution::default()]), None);
        assert_eq!(DayClustered::of([day, day]).expect("two days").p_value(), None);
    }

    proptest! {
        #[test]
        fn the_interval_and_the_test_agree(days in prop::collection::vec((-5.0..5.0_f64, 0.1..20.0_f64), 2..40), alpha in 1e-6..0.5_f64) {
            let found = DayClustered::of(days.iter().map(|&(score, weight)| Contribution { score, weight })).expect("days");
            let p = found.p_value().expect("they vary");
            let interval = found.estimate(Confidence::with_error(alpha).expect("level")).expect("defined").interval;
            prop_assert!(interval.contains(found.value));
            if (p - alpha).abs() > 1e-9 { prop_assert_eq!(interval.excludes(0.0), p < alpha); }
        }
    }
}
