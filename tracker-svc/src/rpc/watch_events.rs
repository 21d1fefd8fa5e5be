//! `TrackingService.WatchEvents`: what happens to alerts, as it happens.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::filter::Filter;
use domain::outcome::Happening;
use futures::stream;
use perftrack::v1::{self, EventType, WatchEventsRequest, WatchEventsResponse};
use service::status::{Reason, Rejection, Violations};
use service::wire;
use store::events::{Cursor, Event, Kind, What};
use tonic::Status;

use super::{Answers, Calls};
use crate::events::{Selection, Step, Watcher};

/// A replica that stops is soon followed by another.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub async fn watch_events(
    service: &Calls,
    request: WatchEventsRequest,
) -> Result<Answers<WatchEventsResponse>, Rejection> {
    let mut violations = Violations::new();
    let kinds = parse_types(&request.types, &mut violations);
    let filter = violations.check("filter", Filter::parse(&request.filter)).unwrap_or_else(Filter::everything);
    let cursor = Some(&request.cursor).filter(|cursor| !cursor.is_empty()).map(|cursor| cursor.parse::<Cursor>());
    let cursor = violations.check_optional("cursor", cursor);
    violations.into_result()?;
    let watcher = service.events.watch(Selection { kinds, filter }, cursor).await?;
    Ok(Box::pin(stream::unfold(Some(watcher), answer)))
}

/// The next answer; an error is the last.
async fn answer(watcher: Option<Watcher>) -> Option<(Result<WatchEventsResponse, Status>, Option<Watcher>)> {
    let mut watcher = watcher?;
    match watcher.next().await {
        Ok(Some(step)) => Some((Ok(message(&step)), Some(watcher))),
        Ok(None) => {
            let message = "the service is stopping; watch again from the last cursor";
            Some((Err(Rejection::unavailable(Reason::ShuttingDown, message, RETRY_AFTER).into()), None))
        }
        Err(error) => Some((Err(Rejection::from(error).into()), None)),
    }
}

fn message(step: &Step) -> WatchEventsResponse {
    WatchEventsResponse {
        event: step.event.as_ref().map(|told| event_message(&told.event)),
        cursor: step.cursor.to_string(),
        missed: i32::try_from(step.missed).unwrap_or(i32::MAX),
    }
}

fn event_message(event: &Event) -> v1::Event {
    let mut message = v1::Event {
        r#type: event_type(event.what.kind()).into(),
        alert_id: event.alert_id.to_string(),
        token: Some(wire::token_message(&event.token)),
        at: Some(wire::timestamp_message(event.at)),
        ..v1::Event::default()
    };
    match event.what {
        What::AlertRecorded | What::Happened(Happening::RugCleared { .. }) => {}
        What::Happened(Happening::PriceMoved { change_pct, .. }) => message.change_pct = Some(change_pct),
        What::Happened(Happening::NewPeak { gain_pct, .. }) => message.change_pct = Some(gain_pct),
        What::Happened(Happening::RugDetected { reason, .. }) => {
            message.rug_reason = wire::rug_reason(Some(reason)).into();
        }
        What::Happened(Happening::TrackingComplete { status }) => message.status = wire::status(status).into(),
    }
    message
}

const fn event_type(kind: Kind) -> EventType {
    match kind {
        Kind::AlertRecorded => EventType::AlertRecorded,
        Kind::PriceMoved => EventType::PriceMoved,
        Kind::NewPeak => EventType::NewPeak,
        Kind::RugDetected => EventType::RugDetected,
        Kind::RugCleared => EventType::RugCleared,
        Kind::TrackingComplete => EventType::TrackingComplete,
    }
}

fn parse_types(types: &[i32], violations: &mut Violations) -> BTreeSet<Kind> {
    let mut kinds = BTreeSet::new();
    for (index, number) in types.iter().enumerate() {
        match Kind::ALL.into_iter().find(|kind| i32::from(event_type(*kind)) == *number) {
            Some(kind) => {
                kinds.insert(kind);
            }
            None => violations.add(
                format!("types[{index}]"),
                format!("must be an EventType from ALERT_RECORDED (1) to TRACKING_COMPLETE (6), not {number}"),
            ),
        }
    }
    kinds
}
