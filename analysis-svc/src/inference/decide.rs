//! The decision at a checkpoint: all questions at once, each by its one test within days.
//!
//! A question is *supported* where Benjamini and Hochberg's procedure rejects it at α_k among the m of the family, the interval
//! of its difference at level 1 − max(R, 1) α_k/m (R rejections; Benjamini and Yekutieli 2005, JASA 100:71–81) leaves out 0,
//! and, where seven days or more can tell, the days agree: the day-clustered t rejects at .05.

use super::within_days::Days;
use crate::statistics::confidence::{Confidence, Estimate};
use crate::statistics::multiplicity;

/// From so many days on, the days are asked too.
pub const LEAST_DAYS: u64 = 7;
/// The level at which they are asked.
pub const BETWEEN_DAYS: f64 = 0.05;

/// What was decided of a family of questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// α_k.
    pub alpha: f64,
    /// R, how many questions the procedure rejects.
    pub rejections: usize,
    /// The level of every interval, held as its error max(R, 1) α_k/m.
    pub confidence: Option<Confidence>,
    /// Question by question.
    pub answers: Vec<Decided>,
}

/// What was decided of one question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decided {
    /// Of the test within days. `None` where there is nothing to compare; it counts as 1, and in the family.
    pub p_value: Option<f64>,
    /// After Benjamini and Hochberg.
    pub q_value: f64,
    /// The difference, with the interval that goes with the procedure; 0 is no difference.
    pub difference: Option<Estimate>,
    /// Of the day-clustered t, where [`LEAST_DAYS`] or more can tell.
    pub p_between_days: Option<f64>,
    /// All of them agree that there is a difference.
    pub is_supported: bool,
}

/// Decides all questions of a family at the level `alpha`.
#[must_use]
pub fn decide<'a>(questions: impl IntoIterator<Item = &'a Days>, alpha: f64) -> Decision {
    let questions: Vec<&Days> = questions.into_iter().collect();
    let p_values: Vec<Option<f64>> = questions.iter().map(|days| days.p_value()).collect();
    let counted: Vec<f64> = p_values.iter().map(|p_value| p_value.unwrap_or(1.0)).collect();
    let q_values = multiplicity::benjamini_hochberg(&counted);
    let rejections = q_values.iter().filter(|&&q| q <= alpha).count();
    let family = questions.len().max(1) as f64;
    let confidence = Confidence::with_error(rejections.max(1) as f64 * alpha / family);
    let answer = |((days, p_value), q_value): ((&Days, Option<f64>), f64)| {
        let difference = confidence.and_then(|confidence| days.difference(confidence));
        let between = days.between_days().filter(|between| between.days >= LEAST_DAYS);
        let p_between_days = between.and_then(|between| between.p_value());
        let leaves_out = difference.is_some_and(|difference| difference.interval.excludes(0.0));
        let days_agree = between.is_none() || p_between_days.is_some_and(|p| p <= BETWEEN_DAYS);
        Decided {
            p_value,
            q_value,
            difference,
            p_between_days,
            is_supported: q_value <= alpha && leaves_out && days_agree,
        }
    };
    let answers = questions.into_iter().zip(p_values).zip(q_values).map(answer).collect();
    Decision { alpha, rejections, confidence, answers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::checkpoint::Checkpoint;
    use crate::statistics::proportion::TwoByTwo;

    /// Events and total with it, and without.
    type Counts = ((u64, u64), (u64, u64));

    fn flag(counts: &[Counts]) -> Days {
        Days::Flag(counts.iter().map(|&(with, without)| TwoByTwo::new(with, without).expect("counts")).collect())
    }

    fn alpha() -> f64 {
        Checkpoint::reached(100).expect("the first").alpha()
    }

    /// The two claims that the ancestor acted on, each as one question asked once.
    #[test]
    fn market_caps_of_50_to_100k_against_100_to_200k_were_noise() {
        let claim = [flag(&[((52, 180), (33, 153))])];
        for level in [0.05, alpha()] {
            let decided = decide(&claim, level).answers[0];
            assert!(!decided.is_supported && (decided.p_value.expect("tested") - 0.13).abs() < 0.01, "{decided:?}");
        }
    }

    #[test]
    fn buying_dips_was_real() {
        let claim = [flag(&[((51, 174), (136, 866))])];
        for level in [0.05, alpha()] {
            let decided = decide(&claim, level).answers[0];
            assert!(decided.is_supported && decided.p_value.expect("tested") < 1e-4, "{decided:?}");
        }
    }

    #[test]
    fn among_fifty_questions_the_dips_would_not_have_been_enough_at_a_checkpoint() {
        let nothing = flag(&[((20, 100), (20, 100))]);
        let mut asked = vec![flag(&[((51, 174), (136, 866))])];
        asked.extend(std::iter::repeat_n(nothing, 49));
        let decision = decide(&asked, alpha());
        assert!(!decision.answers[0].is_supported && decision.answers[0].q_value > alpha());
        assert!(decide(&asked, 0.05).answers[0].is_supported);
    }

    #[test]
    fn what_the_days_contradict_is_not_supported() {
        // Much more on three days, nothing on the other seven.
        let days: Vec<_> = (0..10).map(|day| ((if day < 3 { 60 } else { 20 }, 100), (20, 100))).collect();
        let decided = decide(&[flag(&days)], alpha()).answers[0];
        assert!(decided.p_value < Some(1e-6) && decided.difference.is_some_and(|of| of.interval.excludes(0.0)));
        assert!(decided.p_between_days > Some(0.05) && !decided.is_supported, "{decided:?}");
        let steady: Vec<_> = (0..10).map(|day| ((35 + day % 3, 100), (20, 100))).collect();
        assert!(decide(&[flag(&steady)], alpha()).answers[0].is_supported);
    }

    #[test]
    fn intervals_go_with_the_number_of_rejections() {
        let real = flag(&[((80, 200), (20, 200))]);
        let nothing = flag(&[((20, 100), (20, 100))]);
        let error = |asked: &[Days]| decide(asked, 0.05).confidence.expect("a level").error();
        assert!((error(&[nothing.clone(), nothing.clone()]) - 0.025).abs() < 1e-15);
        assert!((error(&[real.clone(), nothing]) - 0.025).abs() < 1e-15);
        assert!((error(&[real.clone(), real]) - 0.05).abs() < 1e-15);
        assert_eq!(decide(&[], 0.05).answers.len(), 0);
    }
}
