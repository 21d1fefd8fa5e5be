//! `TrackingService.RecordAlert`: one alert, with the reasons that it passed.

use domain::alert::AlertId;
use perftrack::v1::{RecordAlertRequest, RecordAlertResponse};
use service::status::Rejection;
use service::wire;
use store::alerts::{NewAlert, Recording};
use store::observations::AlertHappening;

use super::Calls;

pub async fn record_alert(service: &Calls, request: RecordAlertRequest) -> Result<RecordAlertResponse, Rejection> {
    let _work = service.clock.work();
    let received = service.clock.now();
    // Of the request as it was sent: a retry that leaves `alerted_at` to us is the same request, at another time.
    let request_hash = request.alert.as_ref().map(wire::request_hash).unwrap_or_default();
    let alert = wire::parse_alert(request.alert, request.trust_recorded_peak, received)?;
    let (id, token, is_history) = (alert.id, alert.token.key, alert.tracking_window.is_some());

    let recording = NewAlert { alert, request_hash, recorded_at: received };
    let duplicate = match service.store.alerts().record(recording, &service.rules).await? {
        Recording::New { happenings } => {
            let happened = |happening| AlertHappening { alert_id: id, token, happening };
            service.tracking.announce(&happenings.into_iter().map(happened).collect::<Vec<_>>());
            if !is_history {
                service.tracking.follow(token);
            }
            false
        }
        Recording::Duplicate { .. } => true,
        Recording::Conflict { id } => return Err(taken(id)),
        Recording::NulInText { field } => return Err(nul(field)),
    };
    Ok(RecordAlertResponse { alert_id: id.to_string(), duplicate, sampled_out: false })
}

fn taken(id: AlertId) -> Rejection {
    let id = id.to_string();
    let message = format!("another alert is recorded as {id}; send this one under an id of its own, or without one");
    Rejection::already_exists("alert", &id, message)
}

fn nul(field: &'static str) -> Rejection {
    let mut violations = service::status::Violations::new();
    violations.add(format!("alert.{field}"), "contains a NUL character, which cannot be stored");
    violations.into()
}
