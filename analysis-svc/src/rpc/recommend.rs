//! `AnalysisService.Recommend`: what to change or to ask, the most important first.

use std::sync::Arc;

use domain::gate::{Catalogue, FilterConfig};
use perftrack::v1;
use perftrack::v1::{ObjectiveKind, RecommendRequest, RecommendResponse};
use service::status::{Rejection, Violations};

use super::{Analysis, message, question};
use crate::advice::objective::{Kind, Objective};
use crate::advice::{Advice, Request, advise};
use crate::dataset::Revision;
use crate::progress::Watch;

pub async fn recommend(
    service: &Analysis,
    request: RecommendRequest,
    watch: &Watch,
) -> Result<RecommendResponse, Rejection> {
    let mut violations = Violations::new();
    let request = Request {
        current: request.current.and_then(|config| current(&service.catalogue, &config, &mut violations)),
        objective: objective(request.objective.unwrap_or_default(), &mut violations),
        window: question::window(request.window, &mut violations),
    };
    violations.into_result()?;
    let snapshot = service.snapshot().await?;
    let catalogue = Arc::clone(&service.catalogue);
    service
        .compute_watched("looking for what to change", watch, move |watch| {
            watch.stage("looking for what to change", None)?;
            Ok(response(&advise(&snapshot, &catalogue, &request), snapshot.revision()))
        })
        .await
}

fn current(catalogue: &Catalogue, config: &v1::FilterConfig, violations: &mut Violations) -> Option<FilterConfig> {
    let values = config.values.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    match FilterConfig::parse(catalogue, values) {
        Ok(config) => Some(config),
        Err(error) => {
            for violation in error.violations {
                violations.add(format!("current.values[{}]", violation.key), violation.problem);
            }
            None
        }
    }
}

fn objective(objective: v1::Objective, violations: &mut Violations) -> Objective {
    if ObjectiveKind::try_from(objective.kind).is_err() {
        violations
            .add("objective.kind", format!("there is no objective {}; the one there is: NET_PER_DAY", objective.kind));
    }
    let v1::Objective { max_rug_rate, min_alerts_per_day, .. } = objective;
    if let Some(rate) = max_rug_rate.filter(|rate| !(0.0..=1.0).contains(rate)) {
        violations.add("objective.max_rug_rate", format!("must be a fraction from 0 to 1, not {rate}"));
    }
    if let Some(least) = min_alerts_per_day.filter(|least| !least.is_finite() || *least < 0.0) {
        violations.add("objective.min_alerts_per_day", format!("must be 0 or more, not {least}"));
    }
    Objective { kind: Kind::NetPerDay, max_rug_rate, min_alerts_per_day }
}

fn response(advice: &Advice, revision: &Revision) -> RecommendResponse {
    RecommendResponse {
        recommendations: advice.recommendations.iter().map(message::recommendation).collect(),
        headline: advice.headline.clone(),
        cohort: Some(message::cohort(&advice.answer.cohort)),
        revision: Some(message::revision(revision)),
        looked_at: advice.looked_at.clone(),
    }
}
