//! Which questions are asked: {pump, rug} × every feature that has 20 tokens or more in each of two known levels. Who is asked
//! about is chosen by how often features are known, never by outcomes, and each question is one test.

use super::Target;
use crate::statistics::multiplicity;

/// The fewest tokens that a known level counts with.
pub const LEAST_TOKENS: u64 = 20;

/// Whether a feature is asked about, by the tokens in each of its known levels (true and false; categories; a number's bins).
#[must_use]
pub fn is_asked(known_levels: &[u64]) -> bool {
    known_levels.iter().filter(|&&tokens| tokens >= LEAST_TOKENS).count() >= 2
}

/// One question: does the feature go with the outcome?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question<Feature> {
    /// The feature, by whatever name the caller knows it.
    pub feature: Feature,
    /// The outcome.
    pub target: Target,
}

/// All the questions that are asked of one cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family<Feature> {
    questions: Vec<Question<Feature>>,
}

/// A question with what its one test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer<Feature> {
    /// The question.
    pub question: Question<Feature>,
    /// The raw p-value. `None` where the test is not defined; it counts as 1, and in the family.
    pub p_value: Option<f64>,
    /// Benjamini–Hochberg's q-value over the family.
    pub q_value: f64,
}

impl<Feature: Clone> Family<Feature> {
    /// From every feature with the tokens in each of its known levels.
    pub fn of<Levels: AsRef<[u64]>>(features: impl IntoIterator<Item = (Feature, Levels)>) -> Self {
        let asked = features.into_iter().filter(|(_, levels)| is_asked(levels.as_ref()));
        let questions = asked
            .flat_map(|(feature, _)| Target::ALL.map(|target| Question { feature: feature.clone(), target }))
            .collect();
        Self { questions }
    }

    /// The questions, by feature as given, pump before rug.
    #[must_use]
    pub fn questions(&self) -> &[Question<Feature>] {
        &self.questions
    }

    /// m, how many questions are asked at once.
    #[must_use]
    pub fn size(&self) -> usize {
        self.questions.len()
    }

    /// Asks them all, each by its one test, and adjusts for their number; in the order of [`Self::questions`].
    pub fn ask(&self, test: impl FnMut(&Question<Feature>) -> Option<f64>) -> Vec<Answer<Feature>> {
        let p_values: Vec<Option<f64>> = self.questions.iter().map(test).collect();
        let counted: Vec<f64> = p_values.iter().map(|p_value| p_value.unwrap_or(1.0)).collect();
        let q_values = multiplicity::benjamini_hochberg(&counted);
        let questions = self.questions.iter().cloned();
        questions
            .zip(p_values)
            .zip(q_values)
            .map(|((question, p_value), q_value)| Answer { question, p_value, q_value })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_asked_about_when_two_known_levels_hold_twenty() {
        assert!(is_asked(&[20, 20]) && is_asked(&[3, 500, 20]));
        assert!(!is_asked(&[19, 500]) && !is_asked(&[500]) && !is_asked(&[]));
    }

    #[test]
    fn each_feature_is_asked_about_pumps_and_rugs() {
        let family =
            Family::of([("smart money", vec![541, 673]), ("lp locked", vec![260, 7]), ("score", vec![30, 40, 20])]);
        let asked: Vec<_> = family.questions().iter().map(|question| (question.feature, question.target)).collect();
        let expected = [
            ("smart money", Target::Pump),
            ("smart money", Target::Rug),
            ("score", Target::Pump),
            ("score", Target::Rug),
        ];
        assert_eq!(asked, expected);
        assert_eq!(family.size(), 4);
    }

    #[test]
    fn a_question_without_an_answer_still_counts_in_the_family() {
        let family = Family::of([("a", [50, 50]), ("b", [50, 50])]);
        let answers =
            family.ask(|question| (question.target == Target::Pump && question.feature == "a").then_some(0.01));
        assert_eq!(answers.iter().map(|answer| answer.q_value).collect::<Vec<_>>(), [0.04, 1.0, 1.0, 1.0]);
        assert_eq!(answers[0].p_value, Some(0.01));
        assert_eq!(answers[1].p_value, None);
    }
}
