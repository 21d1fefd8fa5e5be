//! `TrackingService.RecordPrices`: prices from a feed of the caller's own.
//!
//! One batch is one transaction, and is answered once that is durable. The next batch is read only then, so that a
//! caller who sends faster than the database writes is slowed down by the stream's flow control.

use futures::{StreamExt as _, stream};
use perftrack::v1::{ItemError, RecordPricesRequest, RecordPricesResponse};
use service::status::{Rejection, Violations};
use service::wire;
use store::observations::{Batch, Reception};
use tonic::{Status, Streaming};

use super::{Answers, Calls};

/// The most observations that one message may hold.
const MOST_OBSERVATIONS: usize = 5_000;

pub fn record_prices(service: Calls, requests: Streaming<RecordPricesRequest>) -> Answers<RecordPricesResponse> {
    let answers = stream::unfold((service, requests), |(service, mut requests)| async move {
        let answer = match requests.message().await {
            Ok(None) => return None,
            Ok(Some(request)) => record(&service, request).await.map_err(Status::from),
            Err(status) => Err(status),
        };
        Some((answer, (service, requests)))
    });
    // An error ends the stream: after it nothing is known of what else the caller has sent.
    Box::pin(answers.scan(false, |ended, answer| {
        let end = std::mem::replace(ended, answer.is_err());
        futures::future::ready((!end).then_some(answer))
    }))
}

async fn record(service: &Calls, request: RecordPricesRequest) -> Result<RecordPricesResponse, Rejection> {
    let _work = service.clock.work();
    let sequence = request.sequence;
    if request.observations.len() > MOST_OBSERVATIONS {
        return Err(too_many(sequence, request.observations.len()));
    }
    let received = service.clock.now();
    let mut errors = Vec::new();
    let mut batch = Batch::default();
    let mut positions = Vec::new();
    for (index, observation) in (0_i32..).zip(request.observations) {
        match wire::parse_observation(observation, received) {
            Ok(parsed) => {
                batch.observations.push(parsed);
                positions.push(index);
            }
            Err(rejection) => errors.push(ItemError { index, status: Some(rejection.into_item_status()) }),
        }
    }

    let report = service.store.observations().record(batch, received, &service.rules).await?;
    let (mut accepted, mut duplicates) = (0, 0);
    for (index, reception) in positions.into_iter().zip(report.receptions) {
        duplicates += i32::from(reception == Reception::Duplicate);
        match refusal(reception) {
            None => accepted += 1,
            Some(rejection) => errors.push(ItemError { index, status: Some(rejection.into_item_status()) }),
        }
    }
    service.tracking.announce(&report.happenings);
    errors.sort_by_key(|error| error.index);
    let rejected = i32::try_from(errors.len()).unwrap_or(i32::MAX);
    Ok(RecordPricesResponse { sequence, accepted, rejected, errors, duplicates })
}

/// Why an observation was not taken; `None` where it is durable now.
fn refusal(reception: Reception) -> Option<Rejection> {
    let (field, problem) = match reception {
        Reception::Accepted | Reception::Duplicate => return None,
        Reception::Conflict => {
            let message = "another price is recorded for this token, source and millisecond; it was kept";
            return Some(Rejection::already_exists("price", "(token, source, observed_at)", message));
        }
        Reception::UnknownToken => {
            let message = "no alert was ever recorded for this token; record the alert first, then its prices";
            return Some(Rejection::failed_precondition(service::status::Reason::TokenNotAlerted, message));
        }
        Reception::OutsideRetention => ("observed_at", "lies outside of the time that prices are kept for"),
        Reception::Invalid => ("source", "must be 1 to 64 bytes, and no text may contain NUL"),
    };
    let mut violations = Violations::new();
    violations.add(field, problem);
    Some(violations.into())
}

fn too_many(sequence: u64, count: usize) -> Rejection {
    let mut violations = Violations::new();
    violations.add(
        "observations",
        format!("batch {sequence} holds {count} observations; at most {MOST_OBSERVATIONS} fit into one message"),
    );
    violations.into()
}
