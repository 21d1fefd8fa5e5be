//! The bot: raises its alerts, and pushes prices of its own for some tokens, at whichever tracker answers. What is not
//! answered it sends again, the very same; what is acknowledged it remembers.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{PriceObservation, RecordAlertRequest, RecordPricesRequest, Token};
use service::clock::{Clock, Work};
use simulator::market::Market;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use crate::fleet::Fleet;
use crate::market::PlannedAlert;

/// The name of the bot's own feed.
pub const SOURCE: &str = "bot";
/// How long it waits for an answer, in real time: a tracker may stand still.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it waits, in simulated time, when nobody answered.
const PAUSE: Duration = Duration::from_secs(1);
/// It has prices of one token in so many.
const WATCHED: usize = 50;
/// And pushes them this often.
const PUSHES: Duration = Duration::from_mins(5);

/// An acknowledged price.
#[derive(Clone, Copy)]
pub struct Pushed {
    pub token: TokenKey,
    pub at: Timestamp,
    pub price_usd: f64,
}

/// What was acknowledged, and how often it had to be sent again.
#[derive(Default)]
pub struct Acknowledged {
    /// When each alert was, by its place in the plan.
    pub alerts: Mutex<Vec<(usize, Timestamp)>>,
    tokens: Mutex<BTreeSet<TokenKey>>,
    pub prices: Mutex<Vec<Pushed>>,
    pub retries: AtomicU64,
}

pub struct Bot {
    pub clock: Clock,
    pub fleet: Arc<Fleet>,
    pub acknowledged: Arc<Acknowledged>,
    clients: HashMap<String, TrackingServiceClient<Channel>>,
    /// Whom it asks first.
    turn: usize,
}

impl Bot {
    pub fn new(clock: Clock, fleet: Arc<Fleet>, acknowledged: Arc<Acknowledged>) -> Self {
        Self { clock, fleet, acknowledged, clients: HashMap::new(), turn: 0 }
    }

    /// Raises every alert at its moment.
    pub async fn raise(mut self, alerts: Arc<Vec<PlannedAlert>>, mut work: Work) -> anyhow::Result<()> {
        for (index, alert) in alerts.iter().enumerate() {
            work.pause_until(alert.at).await;
            let request = alert.request.clone();
            self.until_answered(&mut work, |client| record(client, request.clone())).await?;
            lock(&self.acknowledged.alerts).push((index, self.clock.now()));
            lock(&self.acknowledged.tokens).insert(alert.token);
        }
        Ok(())
    }

    /// Pushes prices until `end`.
    pub async fn push(
        mut self,
        market: Market,
        alerts: Arc<Vec<PlannedAlert>>,
        window: Duration,
        end: Timestamp,
        mut work: Work,
    ) -> anyhow::Result<()> {
        let watched: Vec<_> = alerts.iter().step_by(WATCHED).collect();
        for sequence in 1.. {
            work.pause(PUSHES).await;
            let now = self.clock.now().floor_to_millis();
            if now >= end {
                return Ok(());
            }
            let known = lock(&self.acknowledged.tokens).clone();
            let pushed: Vec<Pushed> = watched
                .iter()
                .filter(|alert| known.contains(&alert.token) && now < alert.at.plus(window))
                .filter_map(|alert| {
                    let price_usd = market.quote(&alert.token.address, now).price_usd?.get();
                    Some(Pushed { token: alert.token, at: now, price_usd })
                })
                .collect();
            if !pushed.is_empty() {
                let request = RecordPricesRequest { sequence, observations: pushed.iter().map(message).collect() };
                self.until_answered(&mut work, |client| send_prices(client, request.clone())).await?;
                lock(&self.acknowledged.prices).extend(pushed);
            }
        }
        Ok(())
    }

    /// Calls one tracker after the other until one answers.
    async fn until_answered<F>(
        &mut self,
        work: &mut Work,
        call: impl Fn(TrackingServiceClient<Channel>) -> F,
    ) -> anyhow::Result<()>
    where
        F: Future<Output = Result<(), Status>>,
    {
        loop {
            let addresses = self.fleet.addresses();
            for _ in 0..addresses.len() {
                self.turn += 1;
                let client = self.client(&addresses[self.turn % addresses.len()])?;
                match tokio::time::timeout(PATIENCE, call(client)).await {
                    Ok(Ok(())) => return Ok(()),
                    Ok(Err(status)) if !may_pass(&status) => {
                        return Err(status).context("the bot was refused what it may do");
                    }
                    Ok(Err(_)) | Err(_) => {
                        self.acknowledged.retries.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            work.pause(PAUSE).await;
        }
    }

    fn client(&mut self, address: &str) -> anyhow::Result<TrackingServiceClient<Channel>> {
        if let Some(client) = self.clients.get(address) {
            return Ok(client.clone());
        }
        let endpoint = Endpoint::from_shared(address.to_owned())?.connect_timeout(PATIENCE);
        let client = TrackingServiceClient::new(endpoint.connect_lazy());
        self.clients.insert(address.to_owned(), client.clone());
        Ok(client)
    }
}

async fn record(mut client: TrackingServiceClient<Channel>, request: RecordAlertRequest) -> Result<(), Status> {
    client.record_alert(request).await.map(|_| ())
}

async fn send_prices(mut client: TrackingServiceClient<Channel>, request: RecordPricesRequest) -> Result<(), Status> {
    let count = request.observations.len();
    let mut answers = client.record_prices(futures::stream::iter([request])).await?.into_inner();
    let answer = answers.message().await?.ok_or_else(|| Status::unavailable("the stream ended without an answer"))?;
    if usize::try_from(answer.accepted) == Ok(count) {
        return Ok(());
    }
    // Of one item; what may pass for one may pass for all.
    let error = answer.errors.into_iter().find_map(|error| error.status);
    let error = error.ok_or_else(|| Status::unknown("prices were neither accepted nor refused"))?;
    Err(Status::new(Code::from_i32(error.code), error.message))
}

/// Whether the same call may be answered by another tracker, or later.
fn may_pass(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded | Code::Aborted | Code::Internal
    ) && !status.message().contains("neither accepted nor refused")
}

fn message(pushed: &Pushed) -> PriceObservation {
    PriceObservation {
        token: Some(Token { address: pushed.token.address.to_string(), ..Token::default() }),
        observed_at: Some(service::wire::timestamp_message(pushed.at)),
        price_usd: pushed.price_usd,
        source: SOURCE.to_owned(),
        ..PriceObservation::default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
