//! Wilson's score interval of a rate: the two roots P of
//!
//! (n + z²) P² − (2x + z²) P + x²/n = 0
//!
//! Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22:209–212. The lower root
//! comes from the product of the two, so that rare events of many cases keep their digits.

use super::confidence::{Confidence, Estimate, Interval};
use super::proportion::Proportion;

/// The interval of the rate of `proportion`, inside 0 to 1 and around the rate. `None` of none.
#[must_use]
pub fn interval(proportion: Proportion, confidence: Confidence) -> Option<Interval> {
    let rate = proportion.rate()?;
    let n = proportion.total() as f64;
    let x = proportion.events() as f64;
    let others = proportion.others() as f64;
    let z = confidence.z();
    let leading = n + z * z;
    let high = (2.0 * x + z * z + z * (z * z + 4.0 * x * others / n).sqrt()) / (2.0 * leading);
    let low = x * rate / (leading * high);
    Some(Interval { low: low.clamp(0.0, rate), high: high.clamp(rate, 1.0) })
}

/// The rate with its interval. `None` of none.
#[must_use]
pub fn rate(proportion: Proportion, confidence: Confidence) -> Option<Estimate> {
    Some(Estimate { value: proportion.rate()?, interval: interval(proportion, confidence)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        events: u64,
        total: u64,
        alpha: f64,
        low: f64,
        high: f64,
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/wilson.json")) {
            let counts = Proportion::new(case.events, case.total).expect("counts");
            let interval = interval(counts, Confidence::with_error(case.alpha).expect("level")).expect("defined");
            assert_close(interval.low, case.low, 1e-9, &case);
            assert_close(interval.high, case.high, 1e-9, &case);
        }
    }

    #[test]
    fn none_of_none_has_no_interval() {
        assert_eq!(rate(Proportion::default(), Confidence::NINETY_FIVE), None);
    }

    proptest! {
        #[test]
        fn holds_the_rate_and_mirrors_for_the_opposite_event(total in 1_u64..2_000_000, share in 0.0..=1.0_f64, alpha in 1e-9..0.5_f64) {
            let events = (share * total as f64).round() as u64;
            let confidence = Confidence::with_error(alpha).expect("level");
            let counts = Proportion::new(events, total).expect("counts");
            let found = rate(counts, confidence).expect("defined");
            prop_assert!(found.interval.contains(found.value));
            prop_assert!(0.0 <= found.interval.low && found.interval.high <= 1.0);
            let opposite = interval(Proportion::new(total - events, total).expect("counts"), confidence).expect("defined");
            prop_assert!((opposite.low - (1.0 - found.interval.high)).abs() < 1e-12);
            prop_assert!((opposite.high - (1.0 - found.interval.low)).abs() < 1e-12);
        }

        #[test]
        fn narrows_with_more_cases_and_less_confidence(events in 0_u64..500, others in 0_u64..500) {
            prop_assume!(events + others > 0);
            let few = Proportion::new(events, events + others).expect("counts");
            let many = Proportion::new(4 * events, 4 * (events + others)).expect("counts");
            let width = |counts, alpha| interval(counts, Confidence::with_error(alpha).expect("level")).expect("defined").width();
            prop_assert!(width(many, 0.05) < width(few, 0.05));
            prop_assert!(width(few, 0.10) < width(few, 0.05));
        }
    }
}
