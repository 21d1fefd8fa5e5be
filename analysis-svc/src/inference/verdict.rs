//! What may be said of one question, and how much data is missing to say more.
//!
//! - Below the first checkpoint: description only.
//! - `Supported`: decided so at the last checkpoint ([`super::decide`]); only the standing question has checkpoints.
//! - `Suggestive`: q ≤ .10.
//! - `NoEffectLargerThan` δ (10 points of pump rate, 5 of rug rate): at the last checkpoint the interval of the difference at
//!   level 1 − 2α_k lay inside ±δ (two one-sided tests: Schuirmann 1987, J. Pharmacokin. Biopharm. 15:657–680).
//! - Otherwise `NotEnoughData`: with how many tokens a difference of δ would be found at α_k/m with power .8.

use super::Target;
use super::checkpoint::Checkpoint;
use crate::statistics::confidence::Confidence;
use crate::statistics::power::{Design, USUAL_POWER};

/// The largest q-value that is suggestive.
pub const SUGGESTIVE_Q: f64 = 0.10;

/// What may be said of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Fewer than 100 matured tokens: the numbers describe, and nothing is concluded.
    DescriptionOnly(DataNeeded),
    /// Neither a difference nor its absence shows.
    NotEnoughData(DataNeeded),
    /// A difference of δ or more (a fraction) is ruled out.
    NoEffectLargerThan {
        /// δ.
        delta: f64,
    },
    /// Held up at the last checkpoint, against all questions asked at once.
    Supported {
        /// The q-value at that checkpoint.
        q_value: f64,
    },
    /// Worth a closer look, not proven.
    Suggestive {
        /// The q-value.
        q_value: f64,
    },
}

/// What it would take for a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DataNeeded {
    /// Matured tokens in all, those already there included. `None` where no number would do, or it cannot be told.
    pub tokens: Option<u64>,
    /// About how many days that is from now. `None` where tokens or their rate are unknown.
    pub days: Option<f64>,
}

/// All that a verdict on one question rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// What was asked about.
    pub target: Target,
    /// Matured tokens at this moment, whether the feature is known or not.
    pub matured_tokens: u64,
    /// How many questions were asked, m.
    pub family_size: usize,
    /// The question's q-value; `None` where it is not in the family.
    pub q_value: Option<f64>,
    /// Its q-value at the last checkpoint, where it was supported there.
    pub supported_q: Option<f64>,
    /// At the last checkpoint a difference of δ or more was ruled out: of a category or a number, of each level from the rest.
    pub rules_out: bool,
    /// The rate without the feature (for a category or a number, of all). `None` of none.
    pub base_rate: Option<f64>,
    /// The difference that was seen, for the direction in which to look on.
    pub seen_difference: Option<f64>,
    /// Tokens with the feature (for a category or a number, of its largest level).
    pub with: u64,
    /// Known tokens without it.
    pub without: u64,
    /// Matured tokens that come in a day. `None` where unknown.
    pub tokens_per_day: Option<f64>,
}

/// The level of the intervals that rule an effect out, 1 − 2α_k.
#[must_use]
pub fn equivalence_level(checkpoint: Checkpoint) -> Option<Confidence> {
    Confidence::with_error(2.0 * checkpoint.alpha())
}

/// The verdict on one question.
#[must_use]
pub fn judge(evidence: &Evidence) -> Verdict {
    let delta = evidence.target.smallest_that_matters();
    if Checkpoint::reached(evidence.matured_tokens).is_none() {
        return Verdict::DescriptionOnly(data_needed(evidence));
    }
    if let Some(q_value) = evidence.supported_q {
        return Verdict::Supported { q_value };
    }
    match evidence.q_value {
        Some(q_value) if q_value <= SUGGESTIVE_Q => return Verdict::Suggestive { q_value },
        _ => {}
    }
    if evidence.q_value.is_some() && evidence.rules_out {
        return Verdict::NoEffectLargerThan { delta };
    }
    Verdict::NotEnoughData(data_needed(evidence))
}

/// How many tokens a difference of δ takes, never fewer than the next checkpoint, before which no verdict changes.
#[must_use]
pub fn data_needed(evidence: &Evidence) -> DataNeeded {
    let tokens = tokens_needed(evidence);
    let days = tokens.zip(evidence.tokens_per_day.filter(|rate| rate.is_finite() && *rate > 0.0));
    let days = days.map(|(tokens, rate)| tokens.saturating_sub(evidence.matured_tokens) as f64 / rate);
    DataNeeded { tokens, days }
}

fn tokens_needed(evidence: &Evidence) -> Option<u64> {
    let next = Checkpoint::next_after(evidence.matured_tokens)?;
    let known = evidence.with + evidence.without;
    if known == 0 || evidence.matured_tokens < known {
        return None;
    }
    let design = Design {
        base_rate: evidence.base_rate?,
        share_with: evidence.with as f64 / known as f64,
        alpha: next.alpha() / evidence.family_size.max(1) as f64,
        power: USUAL_POWER,
    };
    let delta = evidence.target.smallest_that_matters();
    let towards = if evidence.seen_difference.is_some_and(|seen| seen < 0.0) { -delta } else { delta };
    let of_known = design.tokens_for(towards).or_else(|| design.tokens_for(-towards))?;
    let of_all = of_known as f64 * evidence.matured_tokens as f64 / known as f64;
    Some((of_all.ceil() as u64).max(next.tokens()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        Evidence {
            target: Target::Rug,
            matured_tokens: 1_214,
            family_size: 18,
            q_value: Some(0.6),
            supported_q: None,
            rules_out: false,
            base_rate: Some(0.153),
            seen_difference: Some(-0.026),
            with: 260,
            without: 118,
            tokens_per_day: Some(110.0),
        }
    }

    #[test]
    fn a_wide_interval_is_not_enough_data_and_says_how_much_is() {
        let Verdict::NotEnoughData(needed) = judge(&evidence()) else { panic!("not enough data") };
        let days = needed.days.expect("known");
        assert!((125.0..140.0).contains(&days), "{days} days, {:?} tokens", needed.tokens);
    }

    #[test]
    fn what_a_checkpoint_decided_comes_before_what_stands_out_today() {
        let supported = Evidence { q_value: Some(0.4), supported_q: Some(1e-4), ..evidence() };
        assert_eq!(judge(&supported), Verdict::Supported { q_value: 1e-4 });
        let before_the_first = Evidence { matured_tokens: 99, ..supported };
        assert!(matches!(judge(&before_the_first), Verdict::DescriptionOnly(_)));
    }

    #[test]
    fn a_small_q_today_is_suggestive_and_no_more() {
        let seen = Evidence { q_value: Some(1e-12), ..evidence() };
        assert_eq!(judge(&seen), Verdict::Suggestive { q_value: 1e-12 });
        assert_eq!(judge(&Evidence { q_value: Some(0.10), ..evidence() }), Verdict::Suggestive { q_value: 0.10 });
    }

    #[test]
    fn what_a_checkpoint_ruled_out_is_ruled_out() {
        let pump = Evidence { target: Target::Pump, rules_out: true, ..evidence() };
        assert_eq!(judge(&pump), Verdict::NoEffectLargerThan { delta: 0.10 });
        assert_eq!(judge(&Evidence { target: Target::Rug, ..pump }), Verdict::NoEffectLargerThan { delta: 0.05 });
        assert!(matches!(judge(&Evidence { q_value: Some(0.05), ..pump }), Verdict::Suggestive { .. }));
    }

    #[test]
    fn below_a_hundred_tokens_nothing_is_concluded_however_clear_it_looks() {
        let few = Evidence {
            matured_tokens: 60,
            with: 30,
            without: 30,
            q_value: Some(1e-9),
            base_rate: Some(13.0 / 60.0),
            ..evidence()
        };
        let Verdict::DescriptionOnly(needed) = judge(&few) else { panic!("description only") };
        assert!(needed.tokens.is_some_and(|tokens| tokens >= 100));
    }

    #[test]
    fn a_question_outside_the_family_gets_no_verdict_of_its_own() {
        let outside = Evidence { q_value: None, rules_out: true, ..evidence() };
        assert!(matches!(judge(&outside), Verdict::NotEnoughData(_)));
    }

    #[test]
    fn what_cannot_be_told_is_left_open() {
        for open in [
            Evidence { with: 0, without: 0, ..evidence() },
            Evidence { base_rate: None, ..evidence() },
            Evidence { without: 0, ..evidence() },
        ] {
            assert_eq!(data_needed(&open), DataNeeded::default());
        }
        assert_eq!(data_needed(&Evidence { tokens_per_day: Some(0.0), ..evidence() }).days, None);
    }
}
