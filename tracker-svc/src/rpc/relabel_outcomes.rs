//! `TrackingService.RelabelOutcomes`: replays the policy in force over what is stored.

use domain::filter::Filter;
use futures::StreamExt as _;
use perftrack::v1::{RelabelOutcomesRequest, RelabelOutcomesResponse};
use service::status::{Rejection, Violations};
use service::wire;
use store::outcomes::{RelabelProgress, RelabelQuery};

use super::{Answers, Calls};

/// The stream goes on as far as the caller takes from it; when the caller goes away, what is under way is undone and
/// nothing more is begun.
pub fn relabel_outcomes(
    service: &Calls,
    request: RelabelOutcomesRequest,
) -> Result<Answers<RelabelOutcomesResponse>, Rejection> {
    let mut violations = Violations::new();
    let window = wire::parse_window(request.window, &mut violations);
    let filter = violations.check("filter", Filter::parse(&request.filter)).unwrap_or_else(Filter::everything);
    violations.into_result()?;
    let query = RelabelQuery { window, filter, approximate: request.approximate, dry_run: request.dry_run };
    tracing::info!(
        policy.version = service.rules.policy.version,
        filter = request.filter,
        window.start = window.start.map(tracing::field::display),
        window.end = window.end.map(tracing::field::display),
        query.approximate,
        query.dry_run,
        "relabelling outcomes"
    );
    let clock = service.clock.clone();
    let progress = service.store.outcomes().relabel(query, &service.rules, move || clock.now());
    Ok(Box::pin(progress.map(|progress| match progress {
        Ok(progress) => {
            if progress.done {
                let RelabelProgress { policy_version, alerts, examined, changed, approximated, .. } = progress;
                tracing::info!(
                    policy.version = policy_version,
                    alerts,
                    examined,
                    changed,
                    approximated,
                    "relabelled outcomes"
                );
            }
            Ok(message(&progress))
        }
        Err(error) => Err(Rejection::from(error).into()),
    })))
}

fn message(progress: &RelabelProgress) -> RelabelOutcomesResponse {
    let count = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    RelabelOutcomesResponse {
        policy_version: progress.policy_version,
        alerts: count(progress.alerts),
        examined: count(progress.examined),
        changed: count(progress.changed),
        approximated: count(progress.approximated),
        beyond_retention: count(progress.beyond_retention),
        pumps_gained: count(progress.pumps_gained),
        pumps_lost: count(progress.pumps_lost),
        rugs_gained: count(progress.rugs_gained),
        rugs_lost: count(progress.rugs_lost),
        done: progress.done,
    }
}
