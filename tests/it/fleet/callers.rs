//! Callers of the fleet: bots that record, a feed that pushes prices, somebody who watches, and people who ask, each over
//! connections of its own to both replicas. Calls must be answered, but for such refusals as the test allows.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::timestamp::Timestamp;
use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{
    CorrelateRequest, EventType, GetAlertRequest, ListAlertsRequest, ListGatesRequest, ListPerformersRequest,
    RecordPricesRequest, RecordPricesResponse, WatchEventsRequest,
};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::ClientTlsConfig;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt as _;

use super::channel::{Caller, RoundRobin};
use super::{Fleet, Kind};
use crate::alerts::{alert, mint, now, price};
use crate::load::Acknowledged;

const BOTS: u64 = 4;
/// A retry follows soon: the tests have less patience than the servers ask for.
const PAUSE: Duration = Duration::from_millis(50);
const BETWEEN_CALLS: Duration = Duration::from_millis(40);

/// See the module.
pub struct Callers {
    counts: watch::Sender<Counts>,
    stop: CancellationToken,
    work: JoinSet<Acknowledged>,
    watching: JoinSet<()>,
    /// The alerts that were told of; `None` before the first word.
    seen: watch::Receiver<Option<BTreeSet<String>>>,
}

/// What was answered so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Answers to calls without a stream that record.
    pub recorded: u64,
    /// Answers to calls without a stream that ask, of the trackers.
    pub asked: u64,
    /// The same, of the analyses.
    pub analysed: u64,
    /// Batches of prices that were acknowledged.
    pub pushed: u64,
    /// Calls that ended with a refusal that the test allows, by how.
    pub refused: u64,
    /// Calls that never left their caller and were made at another replica, or that a server had not looked at.
    pub retried: u64,
    /// Streams that a server ended, saying so, and that were opened again.
    pub reopened: u64,
    /// What should not have been.
    wrong: Option<String>,
}

impl Callers {
    /// Sets all to work. Calls without a stream may come to nothing but an answer, or what `may_be` says.
    pub async fn start(fleet: &Fleet, tls: &ClientTlsConfig, may_be: fn(&Status) -> bool) -> Self {
        let (counts, stop) = (watch::Sender::default(), CancellationToken::new());
        let caller = |kind, token: &str| Worker {
            channel: RoundRobin::new(&fleet.addresses(kind), tls, token),
            counts: counts.clone(),
            stop: stop.clone(),
            may_be,
        };
        let (writer, reader) = (&fleet.credentials.writer, &fleet.credentials.reader);
        // Who watches begins first: it has to see everything.
        let (sender, mut seen) = watch::channel(None);
        let mut watching = JoinSet::new();
        watching.spawn(watch_events(caller(Kind::Tracker, reader), sender));
        seen.wait_for(Option::is_some).await.unwrap();
        let mut work = JoinSet::new();
        for _ in 0..BOTS {
            work.spawn(bot(caller(Kind::Tracker, writer), fleet.traded()));
        }
        work.spawn(feed(caller(Kind::Tracker, writer)));
        work.spawn(ask(caller(Kind::Tracker, reader)));
        work.spawn(analyse(caller(Kind::Analysis, reader)));
        Self { counts, stop, work, watching, seen }
    }

    /// What was answered so far.
    pub fn counts(&self) -> Counts {
        self.counts.borrow().clone()
    }

    async fn until(&self, mut enough: impl FnMut(&Counts) -> bool) {
        let mut counts = self.counts.subscribe();
        let counts = counts.wait_for(|counts| counts.wrong.is_some() || enough(counts)).await.unwrap();
        assert_eq!(counts.wrong, None);
    }

    /// Waits until every kind of caller got on further.
    pub async fn get_on(&self) {
        let before = self.counts();
        self.until(|counts| {
            counts.recorded > before.recorded + 20
                && counts.asked > before.asked + 10
                && counts.analysed > before.analysed + 10
                && counts.pushed > before.pushed + 5
        })
        .await;
    }

    /// Waits until callers were told to try again.
    pub async fn are_refused(&self) {
        let before = self.counts().refused;
        self.until(|counts| counts.refused > before + BOTS).await;
    }

    /// Lets each end what it is at; whoever watches has seen every alert that was acknowledged.
    pub async fn stop(mut self) -> (Acknowledged, Counts) {
        self.stop.cancel();
        let mut all = Acknowledged::default();
        while let Some(done) = self.work.join_next().await {
            let done = done.unwrap();
            all.alerts.extend(done.alerts);
            all.prices.extend(done.prices);
            all.followed = all.followed.or(done.followed);
        }
        assert_eq!(self.counts.borrow().wrong, None);
        let every =
            |seen: &Option<BTreeSet<String>>| all.alerts.iter().all(|id| seen.iter().any(|seen| seen.contains(id)));
        self.seen.wait_for(every).await.unwrap();
        self.watching.abort_all();
        (all, self.counts())
    }
}

struct Worker {
    channel: RoundRobin,
    counts: watch::Sender<Counts>,
    stop: CancellationToken,
    may_be: fn(&Status) -> bool,
}

impl Worker {
    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    fn wrong(&self, what: &str, status: &Status) {
        self.count(|counts| counts.wrong = Some(format!("{what}: {status:?}")));
        self.stop.cancel();
    }

    /// Makes a call until it is answered; `None` when stopped before.
    async fn call<T, F>(&self, what: &str, call: impl Fn(Caller) -> F) -> Option<T>
    where
        F: Future<Output = Result<T, Status>>,
    {
        while !self.stop.is_cancelled() {
            let result = self.channel.call(&call).await;
            let retried =
                self.channel.unsent.swap(0, Ordering::Relaxed) + self.channel.refused.swap(0, Ordering::Relaxed);
            self.count(|counts| counts.retried += retried);
            match result {
                Ok(answer) => return Some(answer),
                Err(status) if (self.may_be)(&status) => {
                    self.count(|counts| counts.refused += 1);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(status) => self.wrong(what, &status),
            }
        }
        None
    }

    async fn tracking<R: Clone, T, F>(
        &self,
        what: &str,
        request: R,
        call: impl Fn(TrackingServiceClient<Caller>, R) -> F,
    ) -> Option<T>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let answer = self.call(what, |caller| call(TrackingServiceClient::new(caller), request.clone())).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn analysis<R: Clone, T, F>(
        &self,
        what: &str,
        request: R,
        call: impl Fn(AnalysisServiceClient<Caller>, R) -> F,
    ) -> Option<T>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let answer = self.call(what, |caller| call(AnalysisServiceClient::new(caller), request.clone())).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn record(&self, mint: &str) -> Option<String> {
        let record = |mut client: TrackingServiceClient<_>, request| async move { client.record_alert(request).await };
        let recorded = self.tracking("RecordAlert", alert(mint), record).await?;
        self.count(|counts| counts.recorded += 1);
        Some(recorded.alert_id)
    }

    /// A stream has ended: as a server that stops, or one without its database, ends them, or not.
    async fn ended(&self, what: &str, status: &Status) {
        if (self.may_be)(status) || ends_in_order(status) {
            self.count(|counts| counts.reopened += 1);
            self.channel.renew();
            tokio::time::sleep(PAUSE).await;
        } else {
            self.wrong(what, status);
        }
    }
}

/// A server that stops says so to whoever has a stream open. One that the stop met on its way never began.
fn ends_in_order(status: &Status) -> bool {
    let said = status.get_error_details();
    status.code() == Code::Unavailable && said.error_info().is_some_and(|info| info.reason == "SHUTTING_DOWN")
        || super::channel::has_no_answer(status)
}

async fn bot(worker: Worker, mint: String) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    while let Some(id) = worker.record(&mint).await {
        acknowledged.alerts.push(id);
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    acknowledged
}

async fn ask(worker: Worker) -> Acknowledged {
    while !worker.stop.is_cancelled() {
        let newest = ListAlertsRequest { page_size: 1, ..ListAlertsRequest::default() };
        let list = |mut client: TrackingServiceClient<_>, request| async move { client.list_alerts(request).await };
        let listed = worker.tracking("ListAlerts", newest, list).await;
        let found = listed.and_then(|listed| listed.alerts.into_iter().next()?.alert);
        if let Some(alert) = found {
            let one = GetAlertRequest { alert_id: alert.alert_id };
            let get = |mut client: TrackingServiceClient<_>, request| async move { client.get_alert(request).await };
            worker.tracking("GetAlert", one, get).await;
        }
        worker.count(|counts| counts.asked += 2);
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    Acknowledged::default()
}

async fn analyse(worker: Worker) -> Acknowledged {
    while !worker.stop.is_cancelled() {
        let list = |mut client: AnalysisServiceClient<_>, all| async move { client.list_gates(all).await };
        worker.analysis("ListGates", ListGatesRequest::default(), list).await;
        let correlate = |mut client: AnalysisServiceClient<_>, all| async move { client.correlate(all).await };
        worker.analysis("Correlate", CorrelateRequest::default(), correlate).await;
        let best = |mut client: AnalysisServiceClient<_>, all| async move { client.list_performers(all).await };
        worker.analysis("ListPerformers", ListPerformersRequest::default(), best).await;
        worker.count(|counts| counts.analysed += 3);
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    Acknowledged::default()
}

type Stream = (mpsc::Sender<RecordPricesRequest>, Streaming<RecordPricesResponse>);

async fn feed(worker: Worker) -> Acknowledged {
    let mint = mint();
    let mut acknowledged = Acknowledged::default();
    let Some(followed) = worker.record(&mint).await else { return acknowledged };
    acknowledged.alerts.push(followed.clone());
    acknowledged.followed = Some(followed);
    let (mut stream, mut sequence) = (None, 0);
    while !worker.stop.is_cancelled() {
        sequence += 1;
        let at = Timestamp::from_millis(now().millis());
        let wobble = 1e-4 * (1.0 + (sequence % 7) as f64 / 100.0);
        let batch = RecordPricesRequest { sequence, observations: vec![price(&mint, at, wobble)] };
        // Sent again until it is acknowledged, on a new stream where the old one has ended.
        while !worker.stop.is_cancelled() {
            match push(&worker, &mut stream, batch.clone()).await.and_then(crate::load::accepted) {
                Ok(answer) => {
                    assert_eq!(answer.sequence, sequence);
                    acknowledged.prices.push(at);
                    worker.count(|counts| counts.pushed += 1);
                    break;
                }
                Err(status) => {
                    stream = None;
                    worker.ended("RecordPrices", &status).await;
                }
            }
        }
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    acknowledged
}

async fn push(
    worker: &Worker,
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
            let mut client = TrackingServiceClient::new(worker.channel.stream().await);
            let answers = client.record_prices(ReceiverStream::new(receive)).await?.into_inner();
            stream.insert((send, answers))
        }
    };
    answers.message().await?.ok_or_else(|| Status::unknown("the stream ended without an error"))
}

/// Watches for recorded alerts, and resumes after the last that it was told of.
async fn watch_events(worker: Worker, seen: watch::Sender<Option<BTreeSet<String>>>) {
    let mut cursor = String::new();
    loop {
        let request = WatchEventsRequest {
            types: vec![EventType::AlertRecorded.into()],
            cursor: cursor.clone(),
            ..WatchEventsRequest::default()
        };
        let mut client = TrackingServiceClient::new(worker.channel.stream().await);
        let status = match client.watch_events(request).await {
            Err(status) => status,
            Ok(answer) => {
                let mut events = answer.into_inner();
                loop {
                    match events.message().await {
                        Ok(Some(told)) => {
                            cursor = told.cursor;
                            let recorded = told.event.map(|event| event.alert_id);
                            seen.send_modify(|seen| seen.get_or_insert_default().extend(recorded));
                        }
                        Ok(None) => break Status::unknown("the stream ended without an error"),
                        Err(status) => break status,
                    }
                }
            }
        };
        worker.ended("WatchEvents", &status).await;
    }
}
