//! Bots that record alerts and a feed that pushes prices, at the same time, each until it is acknowledged, whatever
//! happens to the database meanwhile.

use std::time::Duration;

use domain::timestamp::Timestamp;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{RecordAlertResponse, RecordPricesRequest, RecordPricesResponse};
use prost::Message as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt as _;

use crate::alerts::{alert, mint, now, price};

const BOTS: usize = 6;
/// A retry follows soon: the tests have less patience than the server asks for.
const PAUSE: Duration = Duration::from_millis(50);
const BETWEEN_ALERTS: Duration = Duration::from_millis(50);

/// The bots and the feed at work.
pub struct Load {
    counts: watch::Sender<Counts>,
    stop: CancellationToken,
    work: JoinSet<Acknowledged>,
}

/// What was answered so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Alerts that were acknowledged.
    pub alerts: u64,
    /// Batches of prices that were acknowledged.
    pub batches: u64,
    /// Answers that it is to be tried again, to bots.
    pub alerts_refused: u64,
    /// The same to the feed.
    pub batches_refused: u64,
    /// An answer that should not have been given.
    wrong: Option<String>,
}

/// What the service said is kept.
#[derive(Default)]
pub struct Acknowledged {
    /// Ids of alerts.
    pub alerts: Vec<String>,
    /// Moments of prices, all of the token of the first alert of the feed.
    pub prices: Vec<Timestamp>,
    /// The id of the feed's own alert.
    pub followed: Option<String>,
}

impl Load {
    /// Sets all to work on the service at `url`. They take only such refusals as `is_right` says.
    pub fn start(url: &str, is_right: fn(&Status) -> bool) -> Self {
        let (counts, stop) = (watch::Sender::default(), CancellationToken::new());
        let mut work = JoinSet::new();
        for _ in 0..BOTS {
            work.spawn(bot(url.to_owned(), Worker { counts: counts.clone(), stop: stop.clone(), is_right }));
        }
        work.spawn(feed(url.to_owned(), Worker { counts: counts.clone(), stop: stop.clone(), is_right }));
        Self { counts, stop, work }
    }

    /// What was answered so far.
    pub fn counts(&self) -> Counts {
        self.counts.borrow().clone()
    }

    /// Waits until enough was answered; fails at once when an answer was wrong.
    pub async fn until(&self, mut enough: impl FnMut(&Counts) -> bool) {
        let mut counts = self.counts.subscribe();
        let counts = counts.wait_for(|counts| counts.wrong.is_some() || enough(counts)).await.unwrap();
        assert_eq!(counts.wrong, None);
    }

    /// Waits until every kind of worker got on further.
    pub async fn gets_on(&self) {
        let before = self.counts();
        self.until(|counts| counts.alerts > before.alerts + 20 && counts.batches > before.batches + 3).await;
    }

    /// Waits until bots and feed were told to try again.
    pub async fn is_refused(&self) {
        let before = self.counts();
        self.until(|counts| {
            counts.alerts_refused > before.alerts_refused && counts.batches_refused > before.batches_refused
        })
        .await;
    }

    /// Lets each end what it is at, and returns all that was acknowledged.
    pub async fn stop(mut self) -> Acknowledged {
        self.stop.cancel();
        let mut all = Acknowledged::default();
        while let Some(done) = self.work.join_next().await {
            let done = done.unwrap();
            all.alerts.extend(done.alerts);
            all.prices.extend(done.prices);
            all.followed = all.followed.or(done.followed);
        }
        assert_eq!(self.counts.borrow().wrong, None);
        all
    }
}

/// A refusal that tells its caller when to try again.
pub fn is_unavailable(status: &Status) -> bool {
    let details = status.get_error_details();
    status.code() == Code::Unavailable
        && details.retry_info().is_some_and(|info| info.retry_delay.is_some())
        && details.error_info().is_some_and(|info| info.reason == "STORE_UNAVAILABLE")
}

/// The same, or that the disk is full.
pub fn is_full_or_unavailable(status: &Status) -> bool {
    let details = status.get_error_details();
    is_unavailable(status)
        || status.code() == Code::ResourceExhausted
            && details.retry_info().is_some()
            && details.error_info().is_some_and(|info| info.reason == "STORE_FULL")
}

struct Worker {
    counts: watch::Sender<Counts>,
    stop: CancellationToken,
    is_right: fn(&Status) -> bool,
}

impl Worker {
    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    async fn refused(&self, status: &Status, change: impl FnOnce(&mut Counts)) {
        if !(self.is_right)(status) {
            self.count(|counts| counts.wrong = Some(format!("{status:?}")));
            self.stop.cancel();
        }
        self.count(change);
        tokio::time::sleep(PAUSE).await;
    }

    /// Records an alert on `mint` until it is acknowledged; `None` when stopped before.
    async fn record(
        &self,
        client: &mut TrackingServiceClient<tonic::transport::Channel>,
        mint: &str,
    ) -> Option<RecordAlertResponse> {
        let request = alert(mint);
        while !self.stop.is_cancelled() {
            match client.record_alert(request.clone()).await {
                Ok(answer) => return Some(answer.into_inner()),
                Err(status) => self.refused(&status, |counts| counts.alerts_refused += 1).await,
            }
        }
        None
    }
}

async fn bot(url: String, worker: Worker) -> Acknowledged {
    let mut client = TrackingServiceClient::connect(url).await.unwrap();
    let mut acknowledged = Acknowledged::default();
    // Few tokens, so that all of them fit into one request to a price source.
    let mint = mint();
    while let Some(answer) = worker.record(&mut client, &mint).await {
        acknowledged.alerts.push(answer.alert_id);
        worker.count(|counts| counts.alerts += 1);
        tokio::time::sleep(BETWEEN_ALERTS).await;
    }
    acknowledged
}

async fn feed(url: String, worker: Worker) -> Acknowledged {
    let mut client = TrackingServiceClient::connect(url).await.unwrap();
    let mint = mint();
    let mut acknowledged = Acknowledged::default();
    let Some(followed) = worker.record(&mut client, &mint).await else { return acknowledged };
    acknowledged.alerts.push(followed.alert_id.clone());
    acknowledged.followed = Some(followed.alert_id);
    let mut stream = None;
    let mut sequence = 0;
    while !worker.stop.is_cancelled() {
        sequence += 1;
        let at = Timestamp::from_millis(now().millis());
        // Sent again until it is acknowledged, on a new stream where the old one has ended.
        while !worker.stop.is_cancelled() {
            match push(&mut client, &mut stream, batch(sequence, &mint, at)).await {
                Ok(answer) => match refusal(&answer) {
                    None => {
                        assert_eq!(answer.sequence, sequence);
                        acknowledged.prices.push(at);
                        worker.count(|counts| counts.batches += 1);
                        break;
                    }
                    Some(status) => worker.refused(&status, |counts| counts.batches_refused += 1).await,
                },
                Err(status) => {
                    stream = None;
                    worker.refused(&status, |counts| counts.batches_refused += 1).await;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    acknowledged
}

fn batch(sequence: u64, mint: &str, at: Timestamp) -> RecordPricesRequest {
    let wobble = 1e-4 * (1.0 + (sequence % 7) as f64 / 100.0);
    RecordPricesRequest { sequence, observations: vec![price(mint, at, wobble)] }
}

/// A batch of one that was taken, or why it was not.
pub fn accepted(answer: RecordPricesResponse) -> Result<RecordPricesResponse, Status> {
    refusal(&answer).map_or(Ok(answer), Err)
}

/// Why a batch, or the item of it, was refused, as if it were the whole call.
fn refusal(answer: &RecordPricesResponse) -> Option<Status> {
    let of_item = || answer.errors.first().map(|error| error.status.clone().unwrap_or_default());
    let refused = answer.error.clone().or_else(of_item)?;
    let details = refused.encode_to_vec().into();
    Some(Status::with_details(Code::from_i32(refused.code), refused.message, details))
}

type Stream = (mpsc::Sender<RecordPricesRequest>, Streaming<RecordPricesResponse>);

async fn push(
    client: &mut TrackingServiceClient<tonic::transport::Channel>,
    stream: &mut Option<Stream>,
    batch: RecordPricesRequest,
) -> Result<RecordPricesResponse, Status> {
    let (_, answers) = match stream {
        Some(open) => {
            // A stream that has ended says why where its answers are read.
            let _ = open.0.send(batch).await;
            open
        }
        None => {
            let (send, receive) = mpsc::channel(1);
            send.send(batch).await.unwrap();
            let answers = client.record_prices(ReceiverStream::new(receive)).await?.into_inner();
            stream.insert((send, answers))
        }
    };
    answers.message().await?.ok_or_else(|| Status::unknown("the stream ended without an error"))
}
