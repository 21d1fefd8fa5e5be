//! How an outcome differs with a feature.

use super::standing::Ruling;
use crate::inference::Target;
use crate::inference::verdict::Verdict;
use crate::statistics::confidence::{Estimate, Interval};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Gained over 50 %.
    Pump,
    /// Called a rug.
    Rug,
    /// The greatest gain.
    Gain,
}

impl From<Target> for Outcome {
    fn from(target: Target) -> Self {
        match target {
            Target::Pump => Self::Pump,
            Target::Rug => Self::Rug,
        }
    }
}

/// How it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The difference of two rates, as a fraction.
    RiskDifference,
    /// The ratio of two rates.
    RelativeRisk,
    /// The chance that one with the outcome has the greater value.
    Auc,
    /// Spearman's rank correlation.
    Spearman,
    /// Cramér's V.
    CramersV,
}

/// An effect with how sure it is. Estimates are `None` where they are not defined.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// On what.
    pub outcome: Outcome,
    /// In which measure.
    pub measure: Measure,
    /// With the feature less (or over) without it.
    pub estimate: Option<f64>,
    /// The 95 % interval of the estimate.
    pub interval: Option<Interval>,
    /// Of the test that decides.
    pub p_value: Option<f64>,
    /// Of Fisher's exact test, for yes/no features.
    pub fisher_p_value: Option<f64>,
    /// Of the plain test that ignores days: χ² of a category, Mann–Whitney of a number, Fisher's of a flag.
    pub plain_p_value: Option<f64>,
    /// After Benjamini–Hochberg over the family.
    pub q_value: Option<f64>,
    /// How many questions the family has; 0 outside of it.
    pub family_size: u32,
    /// What was decided of it at the last checkpoint; `None` outside of the standing question.
    pub ruling: Option<Ruling>,
    /// How far it is proven; `None` for a measure that is only shown.
    pub verdict: Option<Verdict>,
    /// The test's name.
    pub test: &'static str,
    /// Which levels are compared.
    pub contrast: String,
}

impl Effect {
    /// An effect that is only shown.
    #[must_use]
    pub fn shown(outcome: Outcome, measure: Measure, test: &'static str, contrast: impl Into<String>) -> Self {
        Self {
            outcome,
            measure,
            estimate: None,
            interval: None,
            p_value: None,
            fisher_p_value: None,
            plain_p_value: None,
            q_value: None,
            family_size: 0,
            ruling: None,
            verdict: None,
            test,
            contrast: contrast.into(),
        }
    }

    /// The same with an estimate and its interval.
    #[must_use]
    pub fn estimated(mut self, estimate: Option<Estimate>) -> Self {
        self.estimate = estimate.map(|estimate| estimate.value);
        self.interval = estimate.map(|estimate| estimate.interval);
        self
    }

    /// Whether its interval leaves out that there is no effect at all.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.around_zero().is_some_and(|interval| interval.excludes(0.0))
    }

    /// Its interval, shifted so that 0 is no effect.
    #[must_use]
    pub fn around_zero(&self) -> Option<Interval> {
        let nothing = match self.measure {
            Measure::RiskDifference | Measure::Spearman | Measure::CramersV => 0.0,
            Measure::RelativeRisk => 1.0,
            Measure::Auc => 0.5,
        };
        self.interval.map(|Interval { low, high }| Interval { low: low - nothing, high: high - nothing })
    }
}
