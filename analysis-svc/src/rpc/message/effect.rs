use perftrack::v1;
use perftrack::v1::{EffectMeasure, EffectOutcome};

use super::int32;
use crate::correlate::effect::{Effect, Measure, Outcome};
use crate::correlate::standing::Ruling;
use crate::inference::Target;
use crate::inference::verdict::Verdict;

/// How an outcome differs.
pub fn effect(effect: &Effect) -> v1::Effect {
    let needed = match effect.verdict {
        Some(Verdict::DescriptionOnly(needed) | Verdict::NotEnoughData(needed)) => needed,
        _ => crate::inference::verdict::DataNeeded::default(),
    };
    v1::Effect {
        outcome: outcome(effect.outcome).into(),
        measure: measure(effect.measure).into(),
        estimate: effect.estimate,
        low: effect.interval.map(|interval| interval.low),
        high: effect.interval.map(|interval| interval.high),
        p_value: effect.p_value,
        fisher_p_value: effect.fisher_p_value,
        q_value: effect.q_value,
        family_size: int32(effect.family_size),
        verdict: effect.verdict.map_or(v1::Verdict::Unspecified, |given| verdict(&given)).into(),
        smallest_effect_of_interest: smallest_effect_of_interest(effect),
        tokens_needed: needed.tokens.map(int32),
        days_needed: needed.days,
        test: effect.test.to_owned(),
        contrast: effect.contrast.clone(),
        plain_p_value: effect.plain_p_value,
        ruling: effect.ruling.as_ref().map(ruling),
    }
}

fn ruling(ruling: &Ruling) -> v1::Ruling {
    let decided = &ruling.decided;
    v1::Ruling {
        p_value: decided.p_value,
        q_value: Some(decided.q_value),
        difference: decided.difference.map(|difference| difference.value),
        low: decided.difference.map(|difference| difference.interval.low),
        high: decided.difference.map(|difference| difference.interval.high),
        interval_level: Some(1.0 - ruling.interval_error),
        between_days_p_value: decided.p_between_days,
        level: ruling.level.clone().unwrap_or_default(),
        supported: decided.is_supported,
        ruled_out: ruling.rules_out,
    }
}

/// Only beside a verdict that is about it.
fn smallest_effect_of_interest(effect: &Effect) -> Option<f64> {
    let of = match effect.outcome {
        Outcome::Pump => Target::Pump,
        Outcome::Rug => Target::Rug,
        Outcome::Gain => return None,
    };
    match effect.verdict? {
        Verdict::NoEffectLargerThan { delta } => Some(delta),
        Verdict::NotEnoughData(_) | Verdict::DescriptionOnly(_) => Some(of.smallest_that_matters()),
        Verdict::Supported { .. } | Verdict::Suggestive { .. } => None,
    }
}

/// How far something is proven.
pub const fn verdict(verdict: &Verdict) -> v1::Verdict {
    match verdict {
        Verdict::Supported { .. } => v1::Verdict::Supported,
        Verdict::Suggestive { .. } => v1::Verdict::Suggestive,
        Verdict::NoEffectLargerThan { .. } => v1::Verdict::NoEffectLargerThan,
        Verdict::NotEnoughData(_) => v1::Verdict::NotEnoughData,
        Verdict::DescriptionOnly(_) => v1::Verdict::DescriptionOnly,
    }
}

/// What is compared.
pub const fn outcome(outcome: Outcome) -> EffectOutcome {
    match outcome {
        Outcome::Pump => EffectOutcome::Pump,
        Outcome::Rug => EffectOutcome::Rug,
        Outcome::Gain => EffectOutcome::Gain,
    }
}

const fn measure(measure: Measure) -> EffectMeasure {
    match measure {
        Measure::RiskDifference => EffectMeasure::RiskDifference,
        Measure::RelativeRisk => EffectMeasure::RelativeRisk,
        Measure::Auc => EffectMeasure::Auc,
        Measure::Spearman => EffectMeasure::Spearman,
        Measure::CramersV => EffectMeasure::CramersV,
    }
}
