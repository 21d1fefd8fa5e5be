//! `TrackingService.RecordAlerts`: many alerts over one stream, each answered as soon as it is durable.

use std::ops::Range;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use perftrack::v1::{RecordAlertsRequest, RecordAlertsResponse};
use service::status::Rejection;
use store::alerts::NewAlert;
use tonic::Streaming;

use super::ingest::{Intake, Read};
use super::record_alert::{self, About, Incoming};
use super::{Answers, Calls};

pub fn record_alerts(
    service: Calls,
    requests: Streaming<RecordAlertsRequest>,
) -> Result<Answers<RecordAlertsResponse>, Rejection> {
    let ingest = service.ingest.clone();
    ingest.take_in(Alerts { service }, requests)
}

struct Alerts {
    service: Calls,
}

/// An alert with the caller's number for it.
struct Item {
    sequence: u64,
    new: Box<NewAlert>,
}

impl Intake for Alerts {
    type Request = RecordAlertsRequest;
    type Parsed = Item;
    type Answer = RecordAlertsResponse;
    type Key = AlertId;

    const MOST_ROWS: usize = 1_000;

    fn parse(&self, request: RecordAlertsRequest, received: Timestamp) -> Read<Item, RecordAlertsResponse> {
        let RecordAlertsRequest { sequence, alert, trust_recorded_peak } = request;
        match record_alert::read(&self.service, alert, trust_recorded_peak, received) {
            Ok(Incoming::New(new)) => Read::ToWrite(Item { sequence, new }),
            Ok(Incoming::SampledOut(id)) => Read::Settled(RecordAlertsResponse {
                sequence,
                alert_id: id.to_string(),
                sampled_out: true,
                ..RecordAlertsResponse::default()
            }),
            Err(rejection) => Read::Settled(refused(sequence, rejection.into_item_status())),
        }
    }

    fn keys(item: &Item) -> impl Iterator<Item = AlertId> + '_ {
        std::iter::once(item.new.alert.id)
    }

    fn rows(_: &Item) -> usize {
        1
    }

    async fn write(&self, items: Vec<Item>) -> Vec<RecordAlertsResponse> {
        let Calls { store, rules, ingest, .. } = &self.service;
        let numbers: Vec<_> = items.iter().map(|item| (item.sequence, About::of(&item.new))).collect();
        let alerts: Vec<NewAlert> = items.into_iter().map(|item| *item.new).collect();
        let record = |part: Range<usize>| {
            let alerts = &alerts[part];
            async move { store.alerts().record_all(alerts, rules).await }
        };
        let recordings = ingest.write(alerts.len(), record).await;
        let answer = |((sequence, about), recording): ((u64, About), Result<_, _>)| {
            let told = recording.and_then(|recording| {
                record_alert::tell(&self.service, about, recording).map_err(Rejection::into_item_status)
            });
            match told {
                Ok(duplicate) => RecordAlertsResponse {
                    sequence,
                    alert_id: about.id.to_string(),
                    duplicate,
                    ..RecordAlertsResponse::default()
                },
                Err(status) => refused(sequence, status),
            }
        };
        numbers.into_iter().zip(recordings).map(answer).collect()
    }
}

fn refused(sequence: u64, status: tonic_types::Status) -> RecordAlertsResponse {
    RecordAlertsResponse { sequence, error: Some(status), ..RecordAlertsResponse::default() }
}
