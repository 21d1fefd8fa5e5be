//! `AnalysisService.Recommend`: what to change or to ask, the most important first.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::gate::FilterConfig;
use domain::timestamp::Timestamp;
use perftrack::v1;
use perftrack::v1::{ObjectiveKind, RecommendRequest, RecommendResponse};
use prost::Message as _;
use service::status::{Rejection, Violations};
use service::wire::timestamp_message;
use store::recommendations::LedgerEntry;

use super::{Analysis, config, message, question};
use crate::advice::objective::{Kind, Objective};
use crate::advice::standing::NotStanding;
use crate::advice::{Advice, Request, advise};
use crate::correlate::selection::Window;
use crate::dataset::{Revision, Snapshot};
use crate::ledger::History;
use crate::ledger::line::{self, Line};
use crate::progress::Watch;

/// As many configs as are looked at, the latest first.
pub const MOST_CONFIGS: u64 = 10_000;

pub async fn recommend(
    service: &Analysis,
    request: RecommendRequest,
    watch: &Watch,
) -> Result<RecommendResponse, Rejection> {
    let mut violations = Violations::new();
    let given =
        request.current.and_then(|config| config::parsed(&service.catalogue, &config, "current", &mut violations));
    let objective = objective(request.objective.unwrap_or_default(), &mut violations);
    let window = question::window(request.window, &mut violations);
    violations.into_result()?;
    let snapshot = service.snapshot().await?;
    let history = history(service).await?;
    let request = asked(service, &snapshot, &history, (given, objective, window)).await?;
    let is_standing = request.standing.is_ok();
    let catalogue = Arc::clone(&service.catalogue);
    let advised = service
        .compute_watched("looking for what to change", watch, move |watch| {
            let advice = advise(&snapshot, &catalogue, &request, watch)?;
            Ok((response(&advice, snapshot.revision(), is_standing), advice))
        })
        .await?;
    let (response, advice) = advised;
    if is_standing {
        write_down(service, &response, &advice).await?;
    }
    Ok(response)
}

/// The configs that the bot recorded.
pub async fn history(service: &Analysis) -> Result<History, Rejection> {
    let configs = service.store.configs().list(None, MOST_CONFIGS).await?;
    Ok(History::of(&service.catalogue, &configs))
}

/// The standing question is over all alerts, and under the config that the bot recorded as in force; where it recorded none,
/// under the one that the alerts obey. One that is only given is no more than a question: who may try many would be certified
/// by chance.
async fn asked(
    service: &Analysis,
    snapshot: &Snapshot,
    history: &History,
    (given, objective, window): (Option<FilterConfig>, Objective, Window),
) -> Result<Request, Rejection> {
    // What is known, and not the clock, says what the time is: the same data has the same answer.
    let now = snapshot.revision().as_of.unwrap_or(Timestamp::EPOCH);
    let in_force = config::in_force(service, None, Window::default()).await?;
    let standing = match (&given, in_force.config()) {
        _ if window != Window::default() => Err(NotStanding::Window),
        (Some(given), Some(in_force)) if given != in_force => Err(NotStanding::OtherConfig),
        (Some(_), None) => Err(NotStanding::UnrecordedConfig),
        _ => Ok(()),
    };
    let turned = history.last_turned(&service.catalogue, now.max(service.clock.now()));
    let rule = service.cooldown;
    let cooldowns = turned.iter().filter_map(|turned| rule.of(turned, snapshot, now.max(turned.at))).collect();
    Ok(Request { current: given.or_else(|| in_force.config().cloned()), objective, window, standing, cooldowns })
}

/// Each recommendation once: those that are written down already stay as they are.
async fn write_down(service: &Analysis, response: &RecommendResponse, advice: &Advice) -> Result<(), Rejection> {
    let revision = response.revision.as_ref().map_or("", |revision| revision.id.as_str());
    let recommended_at = service.clock.now();
    let mut entries = Vec::new();
    for (recommendation, message) in advice.recommendations.iter().zip(&response.recommendations) {
        let line = Line::of(advice, recommendation, revision, STANDARD.encode(message.encode_to_vec()));
        entries.push(LedgerEntry {
            id: line::id(recommendation, advice.checkpoint_tokens),
            recommended_at,
            priority: line::priority(recommendation.priority).to_owned(),
            confidence: line::confidence(recommendation.confidence).to_owned(),
            issue: recommendation.issue.clone(),
            content: serde_json::to_value(&line).map_err(|error| Rejection::internal("writing the ledger", &error))?,
        });
    }
    Ok(service.store.recommendations().add(entries).await?)
}

fn objective(objective: v1::Objective, violations: &mut Violations) -> Objective {
    let kind = match ObjectiveKind::try_from(objective.kind) {
        Ok(ObjectiveKind::Unspecified | ObjectiveKind::NetPerDay) => Kind::NetPerDay,
        Ok(ObjectiveKind::NetPerAlert) => Kind::NetPerAlert,
        Ok(ObjectiveKind::RugRate) => Kind::RugRate,
        Err(_) => {
            let problem =
                format!("there is no objective {}; there are NET_PER_DAY, NET_PER_ALERT and RUG_RATE", objective.kind);
            violations.add("objective.kind", problem);
            Kind::default()
        }
    };
    let v1::Objective { max_rug_rate, min_alerts_per_day, .. } = objective;
    if let Some(rate) = max_rug_rate.filter(|rate| !(0.0..=1.0).contains(rate)) {
        violations.add("objective.max_rug_rate", format!("must be a fraction from 0 to 1, not {rate}"));
    }
    if let Some(least) = min_alerts_per_day.filter(|least| !least.is_finite() || *least < 0.0) {
        violations.add("objective.min_alerts_per_day", format!("must be 0 or more, not {least}"));
    }
    Objective { kind, max_rug_rate, min_alerts_per_day }
}

fn response(advice: &Advice, revision: &Revision, is_standing: bool) -> RecommendResponse {
    let recommendations = advice.recommendations.iter().map(|recommendation| {
        let id = is_standing.then(|| line::id(recommendation, advice.checkpoint_tokens).to_string());
        message::recommendation(recommendation, id.unwrap_or_default())
    });
    RecommendResponse {
        recommendations: recommendations.collect(),
        headline: advice.headline.clone(),
        cohort: Some(message::cohort(&advice.answer.cohort)),
        revision: Some(message::revision(revision)),
        looked_at: advice.looked_at.clone(),
        not_certified: advice.not_certified.clone(),
        earliest_certification: advice.earliest.map(|earliest| timestamp_message(earliest.at)),
        earliest_certification_tokens: advice.earliest.map(|earliest| message::int32(earliest.tokens)),
        keys_searched: message::int32(advice.keys_searched as u64),
        values_searched: message::int32(advice.values_searched as u64),
        pairs_searched: message::int32(advice.pairs_searched as u64),
        cooldowns: advice.cooldowns.iter().map(message::cooldown).collect(),
        current: Some(message::config_outcome(&advice.current)),
        config_in_force: Some(v1::FilterConfig { values: advice.config.to_map() }),
    }
}
