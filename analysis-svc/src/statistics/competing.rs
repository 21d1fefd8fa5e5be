//! Which came first: the share to which each of several things has happened by a moment before any other did, where each ends
//! the watching for the others. Aalen and Johansen's cumulative incidence
//!
//! Fₖ(t) = Σ S(tᵢ−) dₖᵢ / nᵢ
//!
//! with S the survival of all causes together, and the delta method's variance
//!
//! Σ (Fₖ(t) − Fₖ(tᵢ))² dᵢ/(nᵢ(nᵢ − dᵢ)) + Σ S(tᵢ−)² (nᵢ − dₖᵢ) dₖᵢ/nᵢ³ − 2 Σ (Fₖ(t) − Fₖ(tᵢ)) S(tᵢ−) dₖᵢ/nᵢ²
//!
//! Aalen and Johansen (1978), Scandinavian Journal of Statistics 5:141–150; Marubini and Valsecchi (1995), "Analysing Survival Data
//! from Clinical Trials and Observational Studies", 10.3. Intervals are on the log(−log) scale, so that they stay inside 0 to 1.

use super::confidence::{Confidence, Interval};

/// One subject: watched until `time`, when one of the causes came, or the watching ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// Since the beginning, in whatever unit the caller counts.
    pub time: f64,
    /// Which cause, below the number of causes; `None` where nothing is known from then on.
    pub cause: Option<usize>,
}

/// The shares right after one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<const CAUSES: usize> {
    /// The moment.
    pub time: f64,
    /// By cause: to what share it had happened first.
    pub shares: [f64; CAUSES],
    variances: [f64; CAUSES],
}

impl<const CAUSES: usize> Moment<CAUSES> {
    /// The standard error of a cause's share. `None` where nobody was left at risk, for which the method has none.
    #[must_use]
    pub fn standard_error(&self, cause: usize) -> Option<f64> {
        // What rounding leaves below 0 is 0.
        self.variances.get(cause).filter(|variance| variance.is_finite()).map(|variance| variance.max(0.0).sqrt())
    }

    /// The interval of a cause's share. `None` where that is 0 or 1, or has no standard error.
    #[must_use]
    pub fn interval(&self, cause: usize, confidence: Confidence) -> Option<Interval> {
        let share = *self.shares.get(cause)?;
        let reach = confidence.z() * self.standard_error(cause)? / (share * share.ln());
        let (low, high) = (share.powf((-reach).exp()), share.powf(reach.exp()));
        (reach.is_finite() && share > 0.0 && share < 1.0)
            .then(|| Interval { low: low.min(share), high: high.max(share) })
    }
}

/// The cumulative incidences of `CAUSES` causes.
#[derive(Clone, Debug, PartialEq)]
pub struct AalenJohansen<const CAUSES: usize> {
    moments: Vec<Moment<CAUSES>>,
    watched_until: Option<f64>,
}

/// What a cause's variance adds up.
#[derive(Clone, Copy, Default)]
struct Sums {
    share: f64,
    /// Σ a, Σ F a and Σ F² a with a = d/(n(n − d)) of all causes.
    risk: [f64; 3],
    /// Σ S² (n − dₖ) dₖ/n³.
    own: f64,
    /// Σ b and Σ F b with b = S dₖ/n².
    shared: [f64; 2],
}

impl Sums {
    fn add(&mut self, (before, n): (f64, f64), all: f64, own: f64) {
        self.share += before * own / n;
        let risk = all / (n * (n - all));
        let shared = before * own / (n * n);
        self.own += before * before * (n - own) * own / (n * n * n);
        for (power, sum) in (0..).zip(&mut self.risk) {
            *sum += self.share.powi(power) * risk;
        }
        for (power, sum) in (0..).zip(&mut self.shared) {
            *sum += self.share.powi(power) * shared;
        }
    }

    fn variance(&self) -> f64 {
        let share = self.share;
        let spread = share * share * self.risk[0] - 2.0 * share * self.risk[1] + self.risk[2];
        spread + self.own - 2.0 * (share * self.shared[0] - self.shared[1])
    }
}

impl<const CAUSES: usize> AalenJohansen<CAUSES> {
    /// Of subjects in any order; one whose time is not finite or is below 0 is left out. What comes at the same time as another's
    /// watching ends comes first.
    #[must_use]
    pub fn of(subjects: impl IntoIterator<Item = Ended>) -> Self {
        let mut ended: Vec<Ended> =
            subjects.into_iter().filter(|subject| subject.time.is_finite() && subject.time >= 0.0).collect();
        ended.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
        let (mut survival, mut at_risk) = (1.0, ended.len() as f64);
        let mut sums = [Sums::default(); CAUSES];
        let mut moments = Vec::new();
        for together in ended.chunk_by(|a, b| a.time == b.time) {
            let mut counts = [0.0; CAUSES];
            together.iter().filter_map(|subject| subject.cause).for_each(|cause| {
                if let Some(count) = counts.get_mut(cause) {
                    *count += 1.0;
                }
            });
            let all: f64 = counts.iter().sum();
            if all > 0.0 {
                sums.iter_mut().zip(counts).for_each(|(sums, own)| sums.add((survival, at_risk), all, own));
                survival *= (at_risk - all) / at_risk;
                let shares = sums.each_ref().map(|sums| sums.share);
                let variances = sums.each_ref().map(Sums::variance);
                moments.push(Moment { time: together[0].time, shares, variances });
            }
            at_risk -= together.len() as f64;
        }
        Self { moments, watched_until: ended.last().map(|subject| subject.time) }
    }

    /// The moments at which a cause came, rising.
    #[must_use]
    pub fn moments(&self) -> &[Moment<CAUSES>] {
        &self.moments
    }

    /// The shares in force at `time`: `None` before the first moment, where they are 0.
    #[must_use]
    pub fn at(&self, time: f64) -> Option<&Moment<CAUSES>> {
        let passed = self.moments.partition_point(|moment| moment.time <= time);
        self.moments.get(passed.checked_sub(1)?)
    }

    /// To what share a cause had come first by `time`. `None` beyond the longest watching, where nobody knows.
    #[must_use]
    pub fn share_at(&self, time: f64, cause: usize) -> Option<f64> {
        let known = self.watched_until.is_some_and(|until| time <= until);
        known.then(|| self.at(time).and_then(|moment| moment.shares.get(cause).copied()).unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};
    use crate::statistics::survival::{KaplanMeier, Watched};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        times: Vec<f64>,
        causes: Vec<usize>,
        moments: Vec<f64>,
        shares: Vec<Vec<f64>>,
        errors: Vec<Vec<Option<f64>>>,
    }

    fn ended(times: &[f64], causes: &[usize]) -> Vec<Ended> {
        times.iter().zip(causes).map(|(&time, &cause)| Ended { time, cause: cause.checked_sub(1) }).collect()
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/competing.json")) {
            let found = AalenJohansen::<2>::of(ended(&case.times, &case.causes));
            // Its moments are those of the watching's ends too.
            for (place, &time) in case.moments.iter().enumerate() {
                for (cause, (shares, errors)) in case.shares.iter().zip(&case.errors).enumerate() {
                    let share = found.share_at(time, cause).expect("watched");
                    assert_close(share, shares[place], 1e-9, &(&case.name, time, cause));
                    let error = found.at(time).map_or(Some(0.0), |moment| moment.standard_error(cause));
                    if let (Some(error), Some(expected)) = (error, errors[place]) {
                        assert_close(error, expected, 1e-7, &(&case.name, time, cause));
                    }
                }
            }
        }
    }

    #[test]
    fn what_came_second_counts_for_nothing() {
        let found = AalenJohansen::<2>::of(ended(&[1.0, 2.0], &[1, 2]));
        assert_eq!(
            (found.share_at(0.5, 0), found.share_at(2.0, 0), found.share_at(2.0, 1)),
            (Some(0.0), Some(0.5), Some(0.5))
        );
        assert_eq!(found.share_at(2.5, 0), None);
    }

    proptest! {
        #[test]
        fn all_causes_together_are_what_kaplan_and_meier_say(subjects in prop::collection::vec((0_i32..30, 0_usize..3), 1..120)) {
            let times: Vec<f64> = subjects.iter().map(|&(time, _)| f64::from(time)).collect();
            let causes: Vec<usize> = subjects.iter().map(|&(_, cause)| cause).collect();
            let found = AalenJohansen::<2>::of(ended(&times, &causes));
            let all = KaplanMeier::of(ended(&times, &causes).into_iter().map(|one| Watched { time: one.time, happened: one.cause.is_some() }));
            prop_assert_eq!(found.moments().len(), all.steps().len());
            for (moment, step) in found.moments().iter().zip(all.steps()) {
                prop_assert!((moment.shares.iter().sum::<f64>() - step.incidence()).abs() < 1e-12);
                for cause in 0..2 {
                    if let Some(interval) = moment.interval(cause, Confidence::NINETY_FIVE) {
                        prop_assert!(interval.contains(moment.shares[cause]) && interval.low >= 0.0 && interval.high <= 1.0);
                    }
                }
            }
        }
    }
}
