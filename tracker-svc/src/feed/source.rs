//! A feed with everything that keeps it usable: its rate budget, its circuit breaker, retries with growing pauses, and a
//! second try elsewhere for what it is slow to answer.
//!
//! Every request, of whatever kind, first takes its place in the budget of the source that gets it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use futures::future::BoxFuture;
use service::clock::{Clock, Work};
use service::telemetry::SPANS;
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::breaker::{Breaker, Opened};
use super::budget::{Budget, NoneLeft};
use super::credit::Credit;
use super::hedges::{Hedge, Hedges};
use super::http::FetchError;
use super::latency::Latency;
use super::source_metrics::SourceMetrics;
use super::{Feed, PoolQuote, Purpose};

/// Requests to one source that are under way at once.
const AT_ONCE: usize = 16;
/// Tries of one request, the first included. A 429 does not count: it is waited for.
const TRIES: u32 = 3;
/// The pause before the first retry; twice as long before each further one, and up to half more or less by chance.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A source and what is known of its mood.
#[derive(Debug)]
pub struct Source {
    feed: Box<dyn Feed>,
    label: Arc<str>,
    clock: Clock,
    budget: Mutex<Budget>,
    breaker: Mutex<Breaker>,
    latency: Mutex<Latency>,
    credit: Mutex<Credit>,
    at_once: Semaphore,
    hedge_after_at_least: Duration,
    hedges: Hedges,
    metrics: SourceMetrics,
}

/// What a source says, and when it said so.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Of the tokens that it knows.
    pub quotes: Vec<PoolQuote>,
    /// The moment of the answer, floored to the millisecond.
    pub at: Timestamp,
    /// The same moment by [`Clock::steady`].
    pub steady_at: Timestamp,
    /// Whether it is not this source's but that of the one which was asked because this one was slow.
    pub hedged: bool,
}

/// Why a source gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Its limit leaves no request before the deadline.
    #[error(transparent)]
    NoneLeft(#[from] NoneLeft),
    /// It failed too often.
    #[error(transparent)]
    Opened(#[from] Opened),
    /// It failed, and every retry too.
    #[error(transparent)]
    Failed(#[from] FetchError),
}

impl Source {
    /// A source in a good mood.
    #[must_use]
    pub fn new(feed: Box<dyn Feed>, clock: Clock, hedge_after_at_least: Duration) -> Self {
        let (budget, at_once) = (Mutex::new(Budget::new(feed.limits())), Semaphore::new(AT_ONCE));
        let (breaker, latency, credit) = (Mutex::default(), Mutex::default(), Mutex::default());
        let label = Arc::from(feed.name());
        let (hedges, metrics) = (Hedges::new(), SourceMetrics::new(feed.name()));
        Self { feed, label, clock, budget, breaker, latency, credit, at_once, hedge_after_at_least, hedges, metrics }
    }

    /// Its name in observations and logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.feed.name()
    }

    /// The same, to share.
    #[must_use]
    pub fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }

    /// How many tokens one request may ask for.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.feed.batch_size()
    }

    /// Takes a part of what the source allows from now on, 0 to 1.
    pub fn set_share(&self, fraction: f64) {
        self.budget().set_share(fraction, self.clock.steady());
    }

    /// For how many tokens it can be asked within such a time, as its mood is now.
    #[must_use]
    pub fn tokens_within(&self, time: Duration) -> usize {
        (self.budget().requests_within(time) as usize).max(1).saturating_mul(self.batch_size())
    }

    /// For how many tokens it could be asked within such a time from now on, beside what was reserved already.
    #[must_use]
    pub fn free_within(&self, time: Duration) -> usize {
        self.budget().free_within(self.clock.steady(), time).saturating_mul(self.batch_size())
    }

    /// For how many tokens it can be asked in such a time of every `interval`, with what it may ask at once after the rest.
    #[must_use]
    pub fn tokens_every(&self, interval: Duration, time: Duration) -> usize {
        let budget = self.budget();
        let saved = budget.requests_within(interval.saturating_sub(time)).min(f64::from(budget.burst()));
        let requests = (budget.requests_within(time) + saved) as usize;
        drop(budget);
        requests.max(1).saturating_mul(self.batch_size())
    }

    /// Asks for at most [`Source::batch_size`] tokens. Waits for its turn and between retries, on the clock, but never
    /// beyond `deadline`, a moment of the steady time. Where an answer takes unusually long, `backup` is asked for the same, if it has a request to spare,
    /// and whoever answers first is believed.
    ///
    /// # Errors
    /// [`AskError`] where there is no answer before the deadline.
    pub async fn ask(
        &self,
        tokens: &[TokenAddress],
        first_purpose: Purpose,
        backup: Option<&Self>,
        deadline: Timestamp,
        work: &mut Work,
    ) -> Result<Answer, AskError> {
        let mut tries = 0;
        loop {
            let now = self.clock.steady();
            let turn = self.budget().reserve(now, deadline)?;
            work.pause(turn.since(now)).await;
            if self.budget().is_paused(self.clock.steady()) {
                continue;
            }
            self.breaker().pass(self.clock.steady())?;
            let purpose = if tries == 0 { first_purpose } else { Purpose::Again };
            let error = match self.fetch_or_hedge(tokens, purpose, backup).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if matches!(error, FetchError::RateLimited(_)) {
                continue;
            }
            tries += 1;
            let pause = pause(tries, self.clock.steady(), tokens);
            if tries >= TRIES || !error.is_transient() || self.clock.steady().plus(pause) > deadline {
                return Err(error.into());
            }
            tracing::debug!(source = self.name(), %error, tries, "a price source failed; trying again");
            work.pause(pause).await;
        }
    }

    /// Asks for at most [`Source::batch_size`] tokens, once, and only where there is a request to spare right now.
    pub async fn ask_spare(&self, tokens: &[TokenAddress], purpose: Purpose) -> Option<Answer> {
        if !self.takes_spare() {
            return None;
        }
        self.fetch_spare(tokens, purpose).await
    }

    /// The same with a request that was taken.
    async fn fetch_spare(&self, tokens: &[TokenAddress], purpose: Purpose) -> Option<Answer> {
        let answer = self.fetch(self.feed.quotes(tokens, purpose)).await;
        answer.inspect_err(|error| tracing::debug!(source = self.name(), %error, "no spare answer")).ok()
    }

    /// Every pool of one token, where the source can tell and has a request to spare right now.
    pub async fn pools(&self, token: &TokenAddress) -> Option<Answer> {
        let pools = self.feed.pools(token)?;
        if !self.takes_spare() {
            return None;
        }
        self.fetch(pools).await.inspect_err(|error| tracing::debug!(source = self.name(), %error, "no pools")).ok()
    }

    /// So many of the prices in one of its answers could be compared with the last ones, of which so many are jumps.
    pub fn compared(&self, compared: u32, jumped: u32) {
        if self.credit().compared(compared, jumped, self.clock.steady()) {
            tracing::warn!(
                source = self.name(),
                compared,
                jumped,
                "most prices of a source have jumped at once; the others are asked in its place until it says what they say"
            );
        }
    }

    /// Another source bears out one of its jumps.
    pub fn borne_out(&self) {
        if self.credit().borne_out(self.clock.steady()) {
            tracing::info!(source = self.name(), "other sources say the same: the price source is believed again");
        }
    }

    /// On trial so many of its prices were compared with what others told, and so many are the same.
    pub fn tried(&self, compared: u32, same: u32) {
        if self.credit().tried(compared, same, self.clock.steady()) {
            tracing::info!(source = self.name(), compared, same, "the price source is believed again");
        }
    }

    /// Whether it is taken at its word.
    #[must_use]
    pub fn has_credit(&self) -> bool {
        self.credit().has(self.clock.steady())
    }

    /// For how long it has not been taken at its word.
    #[must_use]
    pub fn distrusted_for(&self) -> Option<Duration> {
        let now = self.clock.steady();
        Some(now.since(self.credit().lost_since(now)?))
    }

    /// Whether there is a request to spare right now.
    #[must_use]
    pub fn may_spare(&self) -> bool {
        self.budget().may_spare(self.clock.now())
    }

    fn takes_spare(&self) -> bool {
        let now = self.clock.steady();
        // A request that the breaker stops is not taken back: it is left alone then anyway.
        self.budget().spare(now) && self.breaker().pass(now).is_ok()
    }

    /// One request; and where it takes unusually long, the same at `backup`.
    async fn fetch_or_hedge(
        &self,
        tokens: &[TokenAddress],
        purpose: Purpose,
        backup: Option<&Self>,
    ) -> Result<Answer, FetchError> {
        // Never held while waiting on the clock: those who wait for it hold the clock.
        let _place = self.at_once.acquire().await;
        let fetch = self.fetch_now(self.feed.quotes(tokens, purpose));
        let usual = self.latency().p95();
        let (Some(usual), Some(backup)) = (usual, backup.filter(|backup| tokens.len() <= backup.batch_size())) else {
            return fetch.await;
        };
        tokio::pin!(fetch);
        // How long a source takes is real time, also on a simulated clock.
        tokio::select! {
            answer = &mut fetch => return answer,
            () = tokio::time::sleep(usual.max(self.hedge_after_at_least)) => {}
        }
        if !backup.takes_spare() {
            return fetch.await;
        }
        let ended = |hedge| self.hedges.ended(self.name(), backup.name(), hedge);
        let hedge = backup.fetch_spare(tokens, purpose);
        tokio::pin!(hedge);
        let hedged = tokio::select! {
            answer = &mut fetch => {
                ended(Hedge::Overtaken);
                return answer;
            }
            hedged = &mut hedge => hedged,
        };
        let Some(hedged) = hedged.map(|answer| Answer { hedged: true, ..answer }) else {
            ended(Hedge::Failed);
            return fetch.await;
        };
        let told = |token: &TokenAddress| hedged.quotes.iter().any(|quote| quote.token == *token);
        if tokens.iter().all(told) {
            ended(Hedge::Believed);
            tracing::debug!(source = self.name(), backup = backup.name(), "a slow price source was not waited for");
            return Ok(hedged);
        }
        // It does not know them all: the slow source may.
        ended(Hedge::Incomplete);
        fetch.await.or(Ok(hedged))
    }

    /// One request, with its lesson for the budget and the breaker.
    async fn fetch(&self, request: BoxFuture<'_, Result<Vec<PoolQuote>, FetchError>>) -> Result<Answer, FetchError> {
        let _place = self.at_once.acquire().await;
        self.fetch_now(request).await
    }

    /// The same for somebody who has a place.
    async fn fetch_now(
        &self,
        request: BoxFuture<'_, Result<Vec<PoolQuote>, FetchError>>,
    ) -> Result<Answer, FetchError> {
        let asked_at = Instant::now();
        let span = tracing::info_span!(target: SPANS, "GET", otel.kind = "client", peer.service = self.name());
        let answer = request.instrument(span).await;
        let now = self.clock.steady();
        self.metrics.ended(&answer, asked_at.elapsed(), self.budget().requests_within(Duration::from_mins(1)));
        match answer {
            Ok(quotes) => {
                self.latency().answered(asked_at.elapsed());
                self.budget().answered(now);
                if self.breaker().answered() {
                    self.metrics.breaker(false);
                    tracing::info!(source = self.name(), "the price source answers again");
                }
                Ok(Answer { quotes, at: self.clock.now().floor_to_millis(), steady_at: now, hedged: false })
            }
            Err(error) => {
                match &error {
                    FetchError::RateLimited(pause) => {
                        let until = self.budget().refused(now, *pause);
                        // It answers, after all.
                        if self.breaker().answered() {
                            self.metrics.breaker(false);
                        }
                        tracing::debug!(source = self.name(), %until, "the price source said 429");
                    }
                    error if error.is_about_us() => {
                        let until = self.breaker().refused(now);
                        self.metrics.breaker(true);
                        tracing::warn!(source = self.name(), %error, %until, "the price source refuses us; check its key");
                    }
                    error => {
                        if let Some(until) = self.breaker().failed(now) {
                            self.metrics.breaker(true);
                            tracing::warn!(source = self.name(), %error, %until, "the price source keeps failing");
                        }
                    }
                }
                Err(error)
            }
        }
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn latency(&self) -> MutexGuard<'_, Latency> {
        self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn credit(&self) -> MutexGuard<'_, Credit> {
        self.credit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pause before retry number `tries`, spread by the moment and the batch, so that batches and replicas that failed
/// together do not return together, and played days are the same each time.
fn pause(tries: u32, now: Timestamp, tokens: &[TokenAddress]) -> Duration {
    let mut hash = now.micros().unsigned_abs() ^ u64::from(tries);
    for byte in tokens.first().map(|token| *token.as_bytes()).unwrap_or_default() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    let chance = (hash >> 11) as f64 / (1_u64 << 53) as f64;
    FIRST_PAUSE.mul_f64(f64::from(1_u32 << tries.saturating_sub(1).min(6)) * (0.5 + chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_spread() {
        let token = |byte| [TokenAddress::from_bytes([byte; 32])];
        let now = Timestamp::from_seconds(1_790_000_000);
        for tries in 1..4 {
            let middle = 0.5 * f64::from(1 << (tries - 1));
            let pauses: Vec<f64> = (0..50).map(|b| pause(tries, now, &token(b)).as_secs_f64()).collect();
            assert!(pauses.iter().all(|p| *p >= middle * 0.5 && *p < middle * 1.5), "{pauses:?}");
            let mean = pauses.iter().sum::<f64>() / 50.0;
            assert!((mean / middle - 1.0).abs() < 0.2, "{mean}");
        }
    }
}
