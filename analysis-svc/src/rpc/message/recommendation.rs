use domain::timestamp::Timestamp;
use perftrack::v1;
use service::wire::timestamp_message;

use super::effect::effect;
use super::group::{group, rate};
use super::int32;
use crate::advice::cooldown::Cooldown;
use crate::advice::recommendation::{Certificate, Confidence, Evidence, Priority, Recommendation, Replay};
use crate::advice::rule_of_three;
use crate::advice::search::centred::Centred;
use crate::gates::ConfigOutcome;
use crate::statistics::proportion::Proportion;

/// One thing to change, or to ask; `id` is that of its line in the ledger, or empty.
pub fn recommendation(recommendation: &Recommendation, id: String) -> v1::Recommendation {
    v1::Recommendation {
        priority: priority(recommendation.priority).into(),
        confidence: confidence(recommendation.confidence).into(),
        issue: recommendation.issue.clone(),
        action: recommendation.action.clone(),
        reason: recommendation.reason.clone(),
        set: recommendation.set.clone(),
        candidate: recommendation.candidate.clone(),
        evidence: Some(evidence(&recommendation.evidence)),
        rule: recommendation.rule.to_owned(),
        id,
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
        random: replay.and_then(|replay| replay.random.as_ref()).map(config_outcome),
        winners_among_dropped: replay.filter(|replay| replay.exits_dropped > 0).map(winners_among_dropped),
        certificate: evidence.certificate.as_ref().map(certificate),
    }
}

/// How the alerts under a config did.
pub fn config_outcome(outcome: &ConfigOutcome) -> v1::ConfigOutcome {
    v1::ConfigOutcome {
        alerts: int32(outcome.alerts),
        alerts_per_day: Some(outcome.alerts_per_day),
        pumps: Some(rate(outcome.pumps)),
        rugs: Some(rate(outcome.rugs)),
        net_per_alert_usd: outcome.net_per_alert_usd,
        net_per_day_usd: outcome.net_per_day_usd,
        exits_100: int32(outcome.winners),
        capped_net_per_alert_usd: outcome.capped_net_per_alert_usd,
        capped_net_per_day_usd: outcome.capped_net_per_day_usd,
        ..v1::ConfigOutcome::default()
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
        Confidence::Certified => v1::Confidence::Certified,
        Confidence::Suggestive => v1::Confidence::Suggestive,
        Confidence::Question => v1::Confidence::Question,
    }
}

fn winners_among_dropped(replay: &Replay) -> v1::Rate {
    let winners = Proportion::new(replay.winners_forgone.into(), replay.exits_dropped.into()).unwrap_or_default();
    let mut message = rate(winners);
    if winners.events() == 0 && winners.total() > 0 {
        message.high = Some(rule_of_three(replay.exits_dropped));
    }
    message
}

fn certificate(certificate: &Certificate) -> v1::Certificate {
    let Certificate { checkpoint, split, family_size, p_value, kept, dropped, stake_usd } = certificate;
    let net = |tally: &Centred| tally.mean_capped().unwrap_or_default() * stake_usd / 100.0;
    v1::Certificate {
        checkpoint_tokens: int32(checkpoint.tokens()),
        found_on: Some(days(split.earlier)),
        judged_on: Some(days(split.later)),
        family_size: int32(*family_size as u64),
        p_value: *p_value,
        alpha: checkpoint.alpha(),
        kept: int32(kept.exits),
        dropped: int32(dropped.exits),
        kept_net_per_alert_usd: net(kept),
        dropped_net_per_alert_usd: net(dropped),
    }
}

/// Whole UTC days, from the first to the last.
fn days((first, last): (i32, i32)) -> v1::Window {
    let midnight = |day: i32| timestamp_message(Timestamp::from_seconds(i64::from(day) * 86_400));
    v1::Window { start: Some(midnight(first)), end: Some(midnight(last + 1)) }
}

/// A key that was just turned.
pub fn cooldown(cooldown: &Cooldown) -> v1::Cooldown {
    v1::Cooldown {
        key: cooldown.key.clone(),
        revision: cooldown.revision.clone(),
        turned_at: Some(timestamp_message(cooldown.turned_at)),
        until: Some(timestamp_message(cooldown.until)),
        tokens_needed: int32(cooldown.tokens_needed),
        tokens: int32(cooldown.tokens),
    }
}
