//! How soon, with young alerts counted for as long as they were watched: Kaplan and Meier's survival
//! S(t) = ∏ (1 − d/n) over the event times up to t, with Greenwood's variance on the log(−log) scale:
//!
//! S^exp(±z √(Σ d/(n(n − d))) / ln S)
//!
//! Kaplan and Meier (1958), JASA 53:457–481; Kalbfleisch and Prentice (1980), 1.3. It stays inside 0 to 1.

use super::confidence::{Confidence, Interval};

/// One subject: watched until `time`, when it happened or the watching ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// Since the beginning, in whatever unit the caller counts.
    pub time: f64,
    /// Whether it happened then; otherwise nothing is known from then on.
    pub happened: bool,
}

/// The curve right after one moment at which it happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The moment.
    pub time: f64,
    /// How many were still watched just before.
    pub at_risk: u64,
    /// To how many it happened then.
    pub events: u64,
    /// The share to whom it has not happened by then, S.
    pub survival: f64,
    /// Greenwood's sum Σ d/(n(n − d)); infinite where S is 0.
    greenwood: f64,
}

impl Step {
    /// The share to whom it has happened by then, 1 − S.
    #[must_use]
    pub fn incidence(&self) -> f64 {
        1.0 - self.survival
    }

    /// The interval of S. `None` where S is 0, for which the method has none.
    #[must_use]
    pub fn survival_interval(&self, confidence: Confidence) -> Option<Interval> {
        let reach = confidence.z() * self.greenwood.sqrt() / self.survival.ln();
        let (low, high) = (self.survival.powf((-reach).exp()), self.survival.powf(reach.exp()));
        (reach.is_finite() && self.survival > 0.0)
            .then(|| Interval { low: low.min(self.survival), high: high.max(self.survival) })
    }

    /// The interval of 1 − S. `None` where S is 0.
    #[must_use]
    pub fn incidence_interval(&self, confidence: Confidence) -> Option<Interval> {
        let interval = self.survival_interval(confidence)?;
        Some(Interval { low: 1.0 - interval.high, high: 1.0 - interval.low })
    }
}

/// The curve: its steps, by rising time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KaplanMeier {
    steps: Vec<Step>,
    subjects: u64,
    watched_until: Option<f64>,
}

impl KaplanMeier {
    /// Of subjects in any order; one whose time is not finite or is below 0 is left out. One that happens at the same time as
    /// another's watching ends happens first.
    #[must_use]
    pub fn of(subjects: impl IntoIterator<Item = Watched>) -> Self {
        let mut watched: Vec<Watched> =
            subjects.into_iter().filter(|subject| subject.time.is_finite() && subject.time >= 0.0).collect();
        watched.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut at_risk = watched.len() as u64;
        let mut steps = Vec::new();
        for together in watched.chunk_by(|a, b| a.time == b.time) {
            let events = together.iter().filter(|subject| subject.happened).count() as u64;
            if events > 0 {
                let (n, d) = (at_risk as f64, events as f64);
                survival *= (n - d) / n;
                greenwood += d / (n * (n - d));
                steps.push(Step { time: together[0].time, at_risk, events, survival, greenwood });
            }
            at_risk -= together.len() as u64;
        }
        let watched_until = watched.last().map(|subject| subject.time);
        Self { steps, subjects: watched.len() as u64, watched_until }
    }

    /// The steps, by rising time.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many subjects there were.
    #[must_use]
    pub const fn subjects(&self) -> u64 {
        self.subjects
    }

    /// The step in force at `time`: `None` before the first, where S is 1.
    #[must_use]
    pub fn at(&self, time: f64) -> Option<&Step> {
        let passed = self.steps.partition_point(|step| step.time <= time);
        self.steps.get(passed.checked_sub(1)?)
    }

    /// The share to whom it has happened by `time`. `None` beyond the longest watching, where nobody knows.
    #[must_use]
    pub fn incidence_at(&self, time: f64) -> Option<f64> {
        let known = self.watched_until.is_some_and(|until| time <= until);
        known.then(|| self.at(time).map_or(0.0, Step::incidence))
    }

    /// When it had happened to `share` of all. `None` where it has not come to that.
    #[must_use]
    pub fn time_until(&self, share: f64) -> Option<f64> {
        self.steps.iter().find(|step| step.incidence() >= share).map(|step| step.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_both_close, assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        times: Vec<f64>,
        happened: Vec<bool>,
        steps: Vec<Expected>,
    }

    #[derive(serde::Deserialize, Debug)]
    struct Expected {
        time: f64,
        at_risk: u64,
        events: u64,
        survival: f64,
        low: Option<f64>,
        high: Option<f64>,
    }

    fn watched(times: &[f64], happened: &[bool]) -> Vec<Watched> {
        times.iter().zip(happened).map(|(&time, &happened)| Watched { time, happened }).collect()
    }

    #[test]
    fn agrees_with_lifelines() {
        for case in fixture::<Case>(include_str!("../../fixtures/survival.json")) {
            let curve = KaplanMeier::of(watched(&case.times, &case.happened));
            assert_eq!(curve.steps().len(), case.steps.len(), "{}", case.name);
            for (step, expected) in curve.steps().iter().zip(&case.steps) {
                assert_eq!((step.time, step.at_risk, step.events), (expected.time, expected.at_risk, expected.events));
                assert_close(step.survival, expected.survival, 1e-9, &(&case.name, expected));
                let interval = step.survival_interval(Confidence::NINETY_FIVE);
                assert_both_close(interval.map(|interval| interval.low), expected.low, 1e-9, &(&case.name, expected));
                assert_both_close(interval.map(|interval| interval.high), expected.high, 1e-9, &(&case.name, expected));
            }
        }
    }

    #[test]
    fn what_was_watched_briefly_counts_for_as_long_as_it_was_watched() {
        let curve = KaplanMeier::of(watched(&[1.0, 2.0, 3.0, 4.0], &[false, true, false, false]));
        assert_eq!(curve.incidence_at(1.5), Some(0.0));
        assert!((curve.incidence_at(2.0).expect("watched") - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(curve.incidence_at(5.0), None);
        assert_eq!((curve.time_until(0.3), curve.time_until(0.5)), (Some(2.0), None));
    }

    #[test]
    fn nobody_watched_is_an_empty_curve() {
        let curve = KaplanMeier::of(watched(&[f64::NAN, -1.0], &[true, true]));
        assert_eq!((curve.subjects(), curve.steps().len(), curve.incidence_at(0.0)), (0, 0, None));
    }

    proptest! {
        #[test]
        fn falls_inside_its_interval_whatever_the_order(subjects in prop::collection::vec((0_i32..30, any::<bool>()), 1..120)) {
            let all: Vec<Watched> = subjects.iter().map(|&(time, happened)| Watched { time: f64::from(time), happened }).collect();
            let curve = KaplanMeier::of(all.clone());
            prop_assert_eq!(&curve, &KaplanMeier::of(all.into_iter().rev()));
            prop_assert!(curve.steps().windows(2).all(|pair| pair[1].survival < pair[0].survival));
            for step in curve.steps() {
                prop_assert!((0.0..1.0).contains(&step.survival));
                let interval = step.incidence_interval(Confidence::NINETY_FIVE);
                prop_assert_eq!(interval.is_none(), step.survival == 0.0);
                if let Some(interval) = interval {
                    prop_assert!(interval.contains(step.incidence()) && interval.low >= 0.0 && interval.high <= 1.0);
                }
            }
        }
    }
}
