use std::collections::BTreeMap;

use perftrack::v1;

use super::effect::effect;
use super::group::{group, rate};
use super::int32;
use crate::advice::recommendation::{Confidence, Evidence, Priority, Recommendation};
use crate::gates::ConfigOutcome;

/// One thing to change, or to ask. Nothing is certified, so that there is nothing to set.
pub fn recommendation(recommendation: &Recommendation) -> v1::Recommendation {
    v1::Recommendation {
        priority: priority(recommendation.priority).into(),
        confidence: confidence(recommendation.confidence).into(),
        issue: recommendation.issue.clone(),
        action: recommendation.action.clone(),
        reason: recommendation.reason.clone(),
        set: BTreeMap::new(),
        candidate: recommendation.candidate.clone(),
        evidence: Some(evidence(&recommendation.evidence)),
        rule: recommendation.rule.to_owned(),
    }
}

fn evidence(evidence: &Evidence) -> v1::Evidence {
    let replay = evidence.replay.as_ref();
    v1::Evidence {
        alerts: int32(evidence.alerts),
        clusters: int32(evidence.clusters),
        rate: evidence.rate.map(rate),
        threshold: evidence.threshold,
        group: evidence.group.as_ref().map(group),
        reference: evidence.reference.as_ref().map(group),
        effects: evidence.effects.iter().map(effect).collect(),
        current: replay.map(|replay| config_outcome(&replay.current)),
        proposed: replay.map(|replay| config_outcome(&replay.proposed)),
        rugs_avoided: replay.map(|replay| int32(replay.rugs_avoided)),
        winners_forgone: replay.map(|replay| int32(replay.winners_forgone)),
        random: replay.map(|replay| config_outcome(&replay.random)),
    }
}

fn config_outcome(outcome: &ConfigOutcome) -> v1::ConfigOutcome {
    v1::ConfigOutcome {
        alerts: int32(outcome.alerts),
        alerts_per_day: Some(outcome.alerts_per_day),
        pumps: Some(rate(outcome.pumps)),
        rugs: Some(rate(outcome.rugs)),
        net_per_alert_usd: outcome.net_per_alert_usd,
        net_per_day_usd: outcome.net_per_day_usd,
        exits_100: int32(outcome.winners),
    }
}

const fn priority(priority: Priority) -> v1::Priority {
    match priority {
        Priority::High => v1::Priority::High,
        Priority::Medium => v1::Priority::Medium,
        Priority::Low => v1::Priority::Low,
    }
}

const fn confidence(confidence: Confidence) -> v1::Confidence {
    match confidence {
        Confidence::Suggestive => v1::Confidence::Suggestive,
        Confidence::Question => v1::Confidence::Question,
    }
}
