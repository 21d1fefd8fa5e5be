//! How much data a difference takes: with N tokens, a share f of which has the feature, a difference δ = p₁ − p₂ of two rates
//! is found at the two-sided level α with the wanted power where
//!
//! |δ| = (z(α/2) + z(1 − power)) √(p₁(1 − p₁)/(f N) + p₂(1 − p₂)/((1 − f) N))
//!
//! Fleiss, Levin and Paik (2003), "Statistical Methods for Rates and Proportions", 4.2, with the variance of the alternative.

use super::normal;

/// The chance to find a difference that is there, unless another is wanted.
pub const USUAL_POWER: f64 = 0.8;

/// What a comparison of two rates looks like before its data are there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// The rate without the feature, 0 to 1.
    pub base_rate: f64,
    /// Which share of the tokens has the feature, strictly between 0 and 1.
    pub share_with: f64,
    /// The two-sided level, strictly between 0 and 1.
    pub alpha: f64,
    /// The chance to find what is there, ½ or more and below 1.
    pub power: f64,
}

impl Design {
    /// How many tokens it takes to find a rate with the feature of base rate + `difference` (a fraction, either sign).
    /// `None` where that is no rate, the difference is 0, or the design is none.
    #[must_use]
    pub fn tokens_for(&self, difference: f64) -> Option<u64> {
        let variance = self.variance(difference)?;
        let tokens = (self.reach()? / difference).powi(2) * variance;
        (tokens.is_finite() && tokens < 1e15).then(|| (tokens.ceil() as u64).max(2))
    }

    /// The smallest increase over the base rate that `tokens` tokens can show. `None` where not even the rate 1 would.
    #[must_use]
    pub fn smallest_increase(&self, tokens: u64) -> Option<f64> {
        let (reach, most) = (self.reach()?, 1.0 - self.base_rate);
        let shows = |difference: f64| {
            self.variance(difference).is_some_and(|variance| difference >= reach * (variance / tokens as f64).sqrt())
        };
        if tokens == 0 || !shows(most) {
            return None;
        }
        let (mut hidden, mut shown) = (0.0, most);
        for _ in 0..60 {
            let middle = f64::midpoint(hidden, shown);
            if shows(middle) { shown = middle } else { hidden = middle }
        }
        Some(shown)
    }

    /// z(α/2) + z(1 − power).
    fn reach(&self) -> Option<f64> {
        let sound = self.alpha > 0.0 && self.alpha < 1.0 && (0.5..1.0).contains(&self.power);
        sound.then(|| normal::two_sided_quantile(self.alpha) + normal::two_sided_quantile(2.0 * (1.0 - self.power)))
    }

    /// The variance of the difference, times the number of tokens.
    fn variance(&self, difference: f64) -> Option<f64> {
        let (base, with) = (self.base_rate, self.base_rate + difference);
        let rate = 0.0..=1.0;
        let shared = self.share_with > 0.0 && self.share_with < 1.0;
        (rate.contains(&base) && rate.contains(&with) && shared && difference != 0.0)
            .then(|| with * (1.0 - with) / self.share_with + base * (1.0 - base) / (1.0 - self.share_with))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::fixture;
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        base_rate: f64,
        share_with: f64,
        alpha: f64,
        power: f64,
        difference: f64,
        tokens: f64,
    }

    #[test]
    fn agrees_with_statsmodels() {
        for case in fixture::<Case>(include_str!("../../fixtures/power.json")) {
            let design =
                Design { base_rate: case.base_rate, share_with: case.share_with, alpha: case.alpha, power: case.power };
            let tokens = design.tokens_for(case.difference).expect("defined") as f64;
            assert!(tokens >= case.tokens - 1e-6 && tokens < case.tokens + 1.0 + 1e-6, "{tokens} for {case:?}");
        }
    }

    #[test]
    fn what_can_be_seen_by_one_of_fifty_questions() {
        let design = Design { base_rate: 0.2, share_with: 0.5, alpha: 0.05 / 28.0 / 50.0, power: USUAL_POWER };
        for (tokens, points) in [(100, 44.0), (400, 22.0), (800, 16.0), (1_600, 11.0), (5_000, 6.0)] {
            let found = 100.0 * design.smallest_increase(tokens).expect("defined");
            assert!((found - points).abs() <= 1.0, "{tokens} tokens show {found} points");
        }
    }

    #[test]
    fn what_no_data_can_show_takes_no_number_of_tokens() {
        let design = Design { base_rate: 0.95, share_with: 0.5, alpha: 0.05, power: USUAL_POWER };
        assert_eq!(design.tokens_for(0.10), None);
        assert_eq!(design.tokens_for(0.0), None);
        assert_eq!(design.smallest_increase(0), None);
        assert_eq!(Design { share_with: 1.0, ..design }.tokens_for(-0.1), None);
        assert_eq!(Design { power: 1.0, ..design }.tokens_for(-0.1), None);
        assert_eq!(Design { base_rate: f64::NAN, ..design }.tokens_for(-0.1), None);
    }

    proptest! {
        #[test]
        fn smaller_differences_and_stricter_levels_take_more(base_rate in 0.01..0.5_f64, share_with in 0.05..0.95_f64, difference in 0.02..0.3_f64) {
            let tokens = |difference, alpha| Design { base_rate, share_with, alpha, power: USUAL_POWER }.tokens_for(difference).expect("defined");
            prop_assert!(tokens(difference, 0.05) <= tokens(difference / 2.0, 0.05));
            prop_assert!(tokens(difference, 0.05) <= tokens(difference, 0.001));
        }
    }
}
