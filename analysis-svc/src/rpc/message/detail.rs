use perftrack::v1;
use service::wire::timestamp_message;

use super::effect::{effect, outcome, verdict};
use super::int32;
use crate::correlate::adjusted::Adjusted;
use crate::correlate::curves::{Curve, Point};
use crate::correlate::periods::Period;
use crate::correlate::questions::Answered;

/// A question with its answer.
pub fn question(answered: &Answered) -> v1::AnsweredQuestion {
    v1::AnsweredQuestion {
        question: answered.question.to_owned(),
        answer: answered.answer.clone(),
        feature: answered.feature.to_owned(),
        effect: answered.effect.as_ref().map(effect),
        verdict: answered.verdict.map_or(v1::Verdict::Unspecified, |given| verdict(&given)).into(),
    }
}

/// A feature's effect by day and week.
pub fn periods((feature, periods): &(String, Vec<Period>)) -> v1::FeaturePeriods {
    v1::FeaturePeriods { feature: feature.clone(), periods: periods.iter().map(period).collect() }
}

fn period(period: &Period) -> v1::PeriodEffect {
    v1::PeriodEffect {
        outcome: outcome(period.outcome).into(),
        start: Some(timestamp_message(period.start)),
        days: int32(period.days),
        difference: period.difference.map(|difference| difference.value),
        low: period.difference.map(|difference| difference.interval.low),
        high: period.difference.map(|difference| difference.interval.high),
    }
}

/// An effect among alerts that are alike otherwise.
pub fn adjusted(adjusted: &Adjusted) -> v1::AdjustedEffect {
    let (difference, odds) = (adjusted.difference, adjusted.odds_ratio);
    v1::AdjustedEffect {
        feature: adjusted.feature.clone(),
        outcome: outcome(adjusted.outcome).into(),
        difference: difference.map(|difference| difference.value),
        difference_low: difference.map(|difference| difference.interval.low),
        difference_high: difference.map(|difference| difference.interval.high),
        strata: int32(adjusted.strata),
        odds_ratio: odds.map(|odds| odds.value),
        odds_ratio_low: odds.map(|odds| odds.interval.low),
        odds_ratio_high: odds.map(|odds| odds.interval.high),
        p_value: adjusted.p_value,
        parameters: int32(adjusted.parameters),
        note: adjusted.note.clone(),
    }
}

/// A feature's curves.
pub fn curves((feature, curves): &(String, Vec<Curve>)) -> v1::FeatureCurves {
    v1::FeatureCurves { feature: feature.clone(), curves: curves.iter().map(curve).collect() }
}

fn curve(curve: &Curve) -> v1::Curve {
    v1::Curve {
        outcome: outcome(curve.outcome).into(),
        level: curve.level.clone(),
        alerts: int32(curve.alerts),
        points: curve.points.iter().map(point).collect(),
    }
}

fn point(point: &Point) -> v1::CurvePoint {
    v1::CurvePoint {
        hours: point.hours,
        share: point.share,
        low: point.interval.map(|interval| interval.low),
        high: point.interval.map(|interval| interval.high),
        at_risk: int32(point.at_risk),
        first: point.first,
        first_low: point.first_interval.map(|interval| interval.low),
        first_high: point.first_interval.map(|interval| interval.high),
    }
}
