//! Sends a recording: alerts over many calls at once, then their prices over one stream.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::connect::Connection;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{
    PriceObservation, RecordAlertRequest, RecordAlertResponse, RecordPricesRequest, RecordPricesResponse,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::callsbot::{Imported, Recording, Unusable};
use super::summary::{Reasons, Summary, Tally, kinds};
use crate::connect::{Service, Services};
use crate::failure::{Failure, Outcome, Refusal};

/// Calls of RecordAlert that are under way at once.
const CALLS: usize = 32;
/// Prices of one batch.
const BATCH: usize = 1_000;
/// Batches that wait to be answered.
const BATCHES: usize = 4;
/// How often a call is repeated when the service says that this may help.
const ATTEMPTS: u32 = 5;

/// Sends everything and says how it fared.
///
/// # Errors
/// When the service cannot be reached, or the file cannot be read to its end.
pub async fn send(
    services: &Services,
    file: &Path,
    recording: &Recording,
    trust_recorded_peak: bool,
) -> Outcome<Summary> {
    let started = Instant::now();
    let client = services.tracking().await?;
    let prices = recording.count_prices().await.map_err(anyhow::Error::from)?;
    let bar = progress(recording.alerts.len() as u64 + prices);

    let mut notes = Reasons::default();
    for imported in recording.alerts.iter().flatten() {
        let which = address(imported);
        imported.notes.iter().for_each(|note| notes.add(note, which));
    }
    bar.set_message("alerts");
    let (alerts, known) = send_alerts(services, &client, recording, trust_recorded_peak, &bar).await?;
    bar.set_message("prices");
    let (prices, without_liquidity) = send_prices(services, client, recording, known, &bar).await?;
    notes.add_many("price with a liquidity of 0: the liquidity taken for unknown", "", without_liquidity);
    bar.finish_and_clear();
    Ok(Summary {
        file: file.display().to_string(),
        form: recording.form.to_owned(),
        alerts,
        prices,
        notes: notes.sorted(),
        elapsed_seconds: started.elapsed().as_secs_f64(),
    })
}

/// A bar on stderr, where that is a terminal.
fn progress(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    if let Ok(style) = ProgressStyle::with_template("{bar:32.cyan/dim} {human_pos}/{human_len} {msg} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn address(imported: &Imported) -> &str {
    imported.alert.token.as_ref().map_or("", |token| token.address.as_str())
}

/// Records the alerts; also says of which tokens the tracker has one now.
async fn send_alerts(
    services: &Services,
    client: &TrackingServiceClient<Connection>,
    recording: &Recording,
    trust_recorded_peak: bool,
    bar: &ProgressBar,
) -> Outcome<(Tally, HashSet<String>)> {
    let mut tally = Tally::default();
    let mut reasons = Reasons::default();
    let mut known = HashSet::new();
    let calls = recording.alerts.iter().map(|row| async move {
        match row {
            Err(unusable) => Row::Unusable(unusable),
            Ok(imported) => {
                let request = RecordAlertRequest { alert: Some(imported.alert.clone()), trust_recorded_peak };
                Row::Sent(imported, record(client.clone(), request).await)
            }
        }
    });
    let mut answers = futures::stream::iter(calls).buffered(CALLS);
    while let Some(row) = answers.next().await {
        bar.inc(1);
        match row {
            Row::Unusable(unusable) => {
                tally.refused += 1;
                reasons.add(&unusable.reason, &unusable.which);
            }
            Row::Sent(imported, Ok(answer)) => {
                known.insert(address(imported).to_owned());
                if answer.duplicate { tally.duplicates += 1 } else { tally.taken += 1 }
            }
            Row::Sent(imported, Err(status)) => match services.failure(Service::Tracking, "RecordAlert", &status) {
                Failure::Refused(refusal) if says_no_to_this_one(refusal.code) => {
                    tally.refused += 1;
                    kinds(&refusal).iter().for_each(|kind| reasons.add(kind, address(imported)));
                }
                failure => return Err(failure),
            },
        }
    }
    tally.reasons = reasons.sorted();
    Ok((tally, known))
}

enum Row<'a> {
    Unusable(&'a Unusable),
    Sent(&'a Imported, Result<RecordAlertResponse, Status>),
}

/// Whether another alert may fare better: the service refuses this one, and works.
const fn says_no_to_this_one(code: Code) -> bool {
    matches!(code, Code::InvalidArgument | Code::AlreadyExists | Code::FailedPrecondition | Code::OutOfRange)
}

/// Calls, and calls again after a while where the service is only busy.
async fn record(
    mut client: TrackingServiceClient<Connection>,
    request: RecordAlertRequest,
) -> Result<RecordAlertResponse, Status> {
    let mut wait = Duration::from_millis(100);
    for _ in 1..ATTEMPTS {
        match client.record_alert(request.clone()).await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) if matches!(status.code(), Code::ResourceExhausted | Code::Aborted) => {
                let asked = Refusal::of("RecordAlert", &status).retry_after;
                tokio::time::sleep(asked.unwrap_or(wait).min(Duration::from_secs(10))).await;
                wait *= 2;
            }
            Err(status) => return Err(status),
        }
    }
    client.record_alert(request).await.map(tonic::Response::into_inner)
}

/// Streams the prices of the known tokens in batches; also says how many had a liquidity of 0.
async fn send_prices(
    services: &Services,
    mut client: TrackingServiceClient<Connection>,
    recording: &Recording,
    known: HashSet<String>,
    bar: &ProgressBar,
) -> Outcome<(Tally, u64)> {
    let (price_sender, price_receiver) = mpsc::channel(BATCH);
    let (batch_sender, batch_receiver) = mpsc::channel(BATCHES);
    let wanted = |address: &str| known.contains(address);
    let read = async {
        let sender = price_sender;
        recording.send_prices(&wanted, &sender).await.map_err(|error| Failure::Other(error.into()))
    };
    let failure = |status: &Status| services.failure(Service::Tracking, "RecordPrices", status);
    let send = async {
        let answers = client.record_prices(ReceiverStream::new(batch_receiver)).await;
        let mut answers = answers.map_err(|status| failure(&status))?.into_inner();
        let mut tally = Tally::default();
        let mut reasons = Reasons::default();
        while let Some(answer) = answers.next().await {
            let answer = answer.map_err(|status| failure(&status))?;
            if let Some(status) = &answer.error {
                // The next batches would fare no better: what is missing comes with the next import.
                return Err(Failure::Refused(Box::new(Refusal::of_item("TrackingService.RecordPrices", status))));
            }
            bar.inc(count(&answer));
            add(&answer, &mut tally, &mut reasons);
        }
        tally.reasons = reasons.sorted();
        Ok::<_, Failure>(tally)
    };
    let ((), read, tally) = tokio::join!(batch(price_receiver, batch_sender), read, send);
    // A service that went away ends the reading too: its failure is the one to tell.
    let tally = tally?;
    Ok((tally, read?))
}

fn count(answer: &RecordPricesResponse) -> u64 {
    u64::try_from(i64::from(answer.accepted) + i64::from(answer.rejected)).unwrap_or(0)
}

fn add(answer: &RecordPricesResponse, tally: &mut Tally, reasons: &mut Reasons) {
    tally.taken += u64::try_from(answer.accepted - answer.duplicates).unwrap_or(0);
    tally.duplicates += u64::try_from(answer.duplicates).unwrap_or(0);
    for error in &answer.errors {
        let Some(status) = &error.status else { continue };
        // The other form of this recording brought it along, with more or less beside the price.
        if Code::from(status.code) == Code::AlreadyExists {
            tally.duplicates += 1;
            continue;
        }
        tally.refused += 1;
        let refusal = Refusal::of_item("RecordPrices", status);
        let which = format!("price {} of batch {}", error.index + 1, answer.sequence);
        kinds(&refusal).iter().for_each(|kind| reasons.add(kind, &which));
    }
}

/// Gathers prices into requests.
async fn batch(mut prices: mpsc::Receiver<PriceObservation>, requests: mpsc::Sender<RecordPricesRequest>) {
    let mut sequence = 0;
    loop {
        let mut observations = Vec::with_capacity(BATCH);
        if prices.recv_many(&mut observations, BATCH).await == 0 {
            return;
        }
        while observations.len() < BATCH {
            let room = BATCH - observations.len();
            if prices.recv_many(&mut observations, room).await == 0 {
                break;
            }
        }
        sequence += 1;
        if requests.send(RecordPricesRequest { sequence, observations }).await.is_err() {
            return;
        }
    }
}
