//! `TrackingService.RecordAlert`: one alert, with the reasons that it passed.

use domain::alert::AlertId;
use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use perftrack::v1;
use perftrack::v1::{RecordAlertRequest, RecordAlertResponse};
use service::status::{Rejection, Violations};
use service::wire;
use store::alerts::{NewAlert, Recording};
use store::observations::AlertHappening;

use super::Calls;

pub async fn record_alert(service: &Calls, request: RecordAlertRequest) -> Result<RecordAlertResponse, Rejection> {
    let _work = service.clock.work();
    let received = service.clock.now();
    let incoming = read(service, request.alert, request.trust_recorded_peak, received)?;
    let (id, duplicate, sampled_out) = match incoming {
        Incoming::SampledOut(id) => (id, false, true),
        Incoming::New(new) => {
            let about = About::of(&new);
            let recording = service.store.alerts().record(*new, &service.rules).await?;
            (about.id, tell(service, about, recording)?, false)
        }
    };
    Ok(RecordAlertResponse { alert_id: id.to_string(), duplicate, sampled_out })
}

/// An alert on its way in.
pub(super) enum Incoming {
    /// To be recorded.
    New(Box<NewAlert>),
    /// A shadow alert outside of the tracker's own sample.
    SampledOut(AlertId),
}

/// Reads the alert of a request.
pub(super) fn read(
    service: &Calls,
    mut alert: Option<v1::Alert>,
    trust_recorded_peak: bool,
    received: Timestamp,
) -> Result<Incoming, Rejection> {
    // Of the request as it was sent: a retry that leaves `alerted_at` to us is the same request, at another time.
    let request_hash = alert.as_mut().map(wire::request_hash).unwrap_or_default();
    let mut alert = wire::parse_alert(alert, trust_recorded_peak, received)?;
    if !service.shadow_sample.take(&mut alert) {
        return Ok(Incoming::SampledOut(alert.id));
    }
    Ok(Incoming::New(Box::new(NewAlert { alert, request_hash, recorded_at: received })))
}

/// What must be known of an alert once it is recorded.
#[derive(Clone, Copy)]
pub(super) struct About {
    pub(super) id: AlertId,
    token: TokenKey,
    quoted_price_usd: Option<PriceUsd>,
    is_history: bool,
}

impl About {
    pub(super) const fn of(new: &NewAlert) -> Self {
        let alert = &new.alert;
        let (token, quoted_price_usd) = (alert.token.key, alert.entry.price_usd);
        Self { id: alert.id, token, quoted_price_usd, is_history: alert.tracking_window.is_some() }
    }
}

/// Tells the tracking loop and the log of an alert that is durable now. Whether it had been recorded before, or why it was
/// not recorded.
pub(super) fn tell(service: &Calls, about: About, recording: Recording) -> Result<bool, Rejection> {
    match recording {
        Recording::New { happenings } => {
            let happened = |happening| AlertHappening { alert_id: about.id, token: about.token, happening };
            service.tracking.announce(&happenings.into_iter().map(happened).collect::<Vec<_>>());
            if !about.is_history {
                service.tracking.follow(about.token, about.quoted_price_usd);
            }
            Ok(false)
        }
        Recording::Duplicate { .. } => Ok(true),
        Recording::Conflict { id } => Err(taken(id)),
        Recording::NulInText { field } => Err(nul(field)),
    }
}

fn taken(id: AlertId) -> Rejection {
    let id = id.to_string();
    let message = format!("another alert is recorded as {id}; send this one under an id of its own, or without one");
    Rejection::already_exists("alert", &id, message)
}

fn nul(field: &'static str) -> Rejection {
    let mut violations = Violations::new();
    violations.add(format!("alert.{field}"), "contains a NUL character, which cannot be stored");
    violations.into()
}
