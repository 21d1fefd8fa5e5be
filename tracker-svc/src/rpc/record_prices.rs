//! `TrackingService.RecordPrices`: prices from a feed of the caller's own.
//!
//! Messages that arrive while others are written share the next transaction; a message is never split over two.

mod refusal;

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use perftrack::v1::{ItemError, RecordPricesRequest, RecordPricesResponse};
use service::status::Rejection;
use service::wire;
use store::StoreError;
use store::observations::{Batch, Reception};
use tonic::Streaming;

use super::ingest::{Intake, Read};
use super::{Answers, Calls};

/// The most observations that one message may hold.
const MOST_OBSERVATIONS: usize = 5_000;

pub fn record_prices(
    service: Calls,
    requests: Streaming<RecordPricesRequest>,
) -> Result<Answers<RecordPricesResponse>, Rejection> {
    let ingest = service.ingest.clone();
    ingest.take_in(Prices { service }, requests)
}

struct Prices {
    service: Calls,
}

/// The good observations of a message, and what is known of the others.
struct Message {
    sequence: u64,
    observations: Vec<(TokenKey, Observation)>,
    /// Their places in the message.
    places: Vec<i32>,
    errors: Vec<ItemError>,
}

impl Intake for Prices {
    type Request = RecordPricesRequest;
    type Parsed = Message;
    type Answer = RecordPricesResponse;
    type Key = TokenKey;

    const MOST_ROWS: usize = MOST_OBSERVATIONS;

    fn parse(&self, request: RecordPricesRequest, received: Timestamp) -> Read<Message, RecordPricesResponse> {
        let RecordPricesRequest { sequence, observations } = request;
        let count = observations.len();
        if count > MOST_OBSERVATIONS {
            return Read::Settled(refused(sequence, count, refusal::too_many(count, MOST_OBSERVATIONS)));
        }
        let mut message = Message {
            sequence,
            observations: Vec::with_capacity(count),
            places: Vec::with_capacity(count),
            errors: Vec::new(),
        };
        for (index, observation) in (0_i32..).zip(observations) {
            match wire::parse_observation(observation, received) {
                Ok(parsed) => {
                    message.observations.push(parsed);
                    message.places.push(index);
                }
                Err(rejection) => message.errors.push(error(index, rejection)),
            }
        }
        Read::ToWrite(message)
    }

    fn keys(message: &Message) -> impl Iterator<Item = TokenKey> + '_ {
        message.observations.iter().map(|(token, _)| *token)
    }

    fn rows(message: &Message) -> usize {
        message.observations.len()
    }

    async fn write(&self, mut messages: Vec<Message>) -> Vec<RecordPricesResponse> {
        let mut spans = Vec::with_capacity(messages.len());
        let mut batch = Batch::default();
        for message in &mut messages {
            let begin = batch.observations.len();
            batch.observations.append(&mut message.observations);
            spans.push(begin..batch.observations.len());
        }
        let written = self.service.ingest.write(messages.len(), |part| self.record(&batch, &spans[part])).await;
        messages.into_iter().zip(written).map(|(message, written)| message.answer(written)).collect()
    }
}

impl Prices {
    /// Records what some messages hold; answers with what became of each one's observations.
    async fn record(&self, batch: &Batch, spans: &[std::ops::Range<usize>]) -> Result<Vec<Vec<Reception>>, StoreError> {
        let Calls { store, rules, clock, tracking, .. } = &self.service;
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return Ok(Vec::new()) };
        let part = first.start..last.end;
        if part.is_empty() {
            return Ok(vec![Vec::new(); spans.len()]);
        }
        let report = if part.len() == batch.observations.len() {
            store.observations().record(batch, clock.now(), rules).await?
        } else {
            let part = Batch { observations: batch.observations[part.clone()].to_vec(), pools: Vec::new() };
            store.observations().record(&part, clock.now(), rules).await?
        };
        tracking.announce(&report.happenings);
        let of =
            |span: &std::ops::Range<usize>| report.receptions[span.start - part.start..span.end - part.start].to_vec();
        Ok(spans.iter().map(of).collect())
    }
}

impl Message {
    fn answer(mut self, written: Result<Vec<Reception>, tonic_types::Status>) -> RecordPricesResponse {
        let Self { sequence, .. } = self;
        let receptions = match written {
            Ok(receptions) => receptions,
            Err(status) => return refused(sequence, self.places.len() + self.errors.len(), status),
        };
        let (mut accepted, mut duplicates) = (0, 0);
        for (index, reception) in self.places.into_iter().zip(receptions) {
            duplicates += i32::from(reception == Reception::Duplicate);
            match refusal::of(reception) {
                None => accepted += 1,
                Some(rejection) => self.errors.push(error(index, rejection)),
            }
        }
        self.errors.sort_by_key(|error| error.index);
        RecordPricesResponse {
            sequence,
            accepted,
            rejected: count(self.errors.len()),
            errors: self.errors,
            duplicates,
            error: None,
        }
    }
}

/// The answer to a message that was refused as a whole.
fn refused(sequence: u64, observations: usize, status: tonic_types::Status) -> RecordPricesResponse {
    let (rejected, error) = (count(observations), Some(status));
    RecordPricesResponse { sequence, rejected, error, ..RecordPricesResponse::default() }
}

fn error(index: i32, rejection: Rejection) -> ItemError {
    ItemError { index, status: Some(rejection.into_item_status()) }
}

fn count(observations: usize) -> i32 {
    i32::try_from(observations).unwrap_or(i32::MAX)
}
