//! A local server that answers as the price sources do, from a simulated market.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::faults::{Fault, Faults, Source};
use crate::market::{Listing, Market};

use answer::spoil_of;

mod answer;
mod birdeye;
mod dexscreener;
mod geckoterminal;
mod jupiter;

/// Tells the exchange the time of its market: the service's clock, or a fixed moment.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How many requests a minute (of the exchange's clock) a source answers before it says 429. `None`: any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of DexScreener; 300 in reality.
    pub dexscreener: Option<u64>,
    /// Of Jupiter; 60 in reality, 30 without a key.
    pub jupiter: Option<u64>,
    /// Of GeckoTerminal; 30 by its documentation, 6 to 10 in reality.
    pub geckoterminal: Option<u64>,
}

impl Limits {
    /// What the real sources allow with Jupiter's free key.
    #[must_use]
    pub const fn real_with_key() -> Self {
        Self { jupiter: Some(60), ..Self::real() }
    }

    /// What the real sources allow without a key.
    #[must_use]
    pub const fn real() -> Self {
        Self { dexscreener: Some(300), jupiter: Some(30), geckoterminal: Some(10) }
    }
}

/// The running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Exchange {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

/// What every request handler of one door shares.
struct Shared {
    desk: Arc<Desk>,
    /// When each token was last asked for at this door.
    asked_at: Mutex<HashMap<TokenAddress, Timestamp>>,
}

/// What all doors of an exchange share.
struct Desk {
    market: Market,
    faults: Faults,
    limits: Limits,
    now: Now,
    requests: [AtomicU64; 4],
    tokens: [AtomicU64; 4],
    this_minute: Mutex<[(i64, u64); 4]>,
    most_in_a_minute: [AtomicU64; 4],
    /// When something went wrong with an answer that a token was in.
    spoiled: Mutex<HashMap<TokenAddress, Vec<Timestamp>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("requests", &self.desk.requests).finish_non_exhaustive()
    }
}

impl Exchange {
    /// Serves `market` at a free port of 127.0.0.1, with `faults` and `limits`; `now` tells its time.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(
        market: Market,
        faults: Faults,
        limits: Limits,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let desk = Desk {
            market,
            faults,
            limits,
            now: Arc::new(now),
            requests: Default::default(),
            tokens: Default::default(),
            this_minute: Mutex::default(),
            most_in_a_minute: Default::default(),
            spoiled: Mutex::default(),
        };
        Self::open(Arc::new(desk)).await
    }

    /// Another address of the same exchange, with the same limits and counts: so that it can be told who asks what.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn another_door(&self) -> std::io::Result<Self> {
        Self::open(Arc::clone(&self.shared.desk)).await
    }

    async fn open(desk: Arc<Desk>) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|connection| {
            let _ = connection.set_nodelay(true);
        });
        let shared = Arc::new(Shared { desk, asked_at: Mutex::default() });
        let router = Router::new()
            .route("/dexscreener/tokens/v1/{chain}/{mints}", get(dexscreener::tokens))
            .route("/dexscreener/token-pairs/v1/{chain}/{mint}", get(dexscreener::token_pairs))
            .route("/jupiter/price/v3", get(jupiter::price))
            .route("/jupiter/tokens/v2/search", get(jupiter::search))
            .route("/geckoterminal/api/v2/networks/{network}/tokens/multi/{mints}", get(geckoterminal::multi))
            .route("/birdeye/defi/multi_price", get(birdeye::multi_price))
            .with_state(Arc::clone(&shared));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the simulated exchange ended");
            }
        });
        Ok(Self { address, shared, stop, server })
    }

    /// The base URL to give to the client of `source`.
    #[must_use]
    pub fn url(&self, source: Source) -> String {
        let folder = match source {
            Source::DexScreener => "dexscreener",
            Source::Jupiter => "jupiter",
            Source::GeckoTerminal => "geckoterminal/api/v2",
            Source::Birdeye => "birdeye",
        };
        format!("http://{}/{folder}", self.address)
    }

    /// How many requests `source` got so far, spoiled ones included.
    #[must_use]
    pub fn requests(&self, source: Source) -> u64 {
        self.shared.desk.requests[source as usize].load(Ordering::Relaxed)
    }

    /// How many tokens `source` was asked for so far, each counted as often as it was asked for.
    #[must_use]
    pub fn tokens(&self, source: Source) -> u64 {
        self.shared.desk.tokens[source as usize].load(Ordering::Relaxed)
    }

    /// Whether something went wrong, between these moments, with an answer in which this token should have been, limits
    /// included.
    #[must_use]
    pub fn spoiled(&self, token: &TokenAddress, from: Timestamp, to: Timestamp) -> bool {
        let spoiled = self.shared.desk.spoiled.lock().unwrap_or_else(PoisonError::into_inner);
        spoiled.get(token).is_some_and(|times| times.iter().any(|at| (from..=to).contains(at)))
    }

    /// When each token was last asked for at this door, of any source.
    #[must_use]
    pub fn asked_at(&self) -> HashMap<TokenAddress, Timestamp> {
        self.shared.asked_at.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The most requests that `source` got within one minute of the exchange's clock.
    #[must_use]
    pub fn most_in_a_minute(&self, source: Source) -> u64 {
        self.shared.desk.most_in_a_minute[source as usize].load(Ordering::Relaxed)
    }

    /// Stops answering; requests under way are cut off.
    pub async fn stop(mut self) {
        self.stop.cancel();
        self.server.abort();
        let _ = (&mut self.server).await;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.stop.cancel();
        self.server.abort();
    }
}

impl Shared {
    /// Counts a request for `tokens` and says what time it is and what goes wrong with it.
    fn receive(&self, source: Source, tokens: &[TokenAddress]) -> (Timestamp, Vec<Fault>) {
        // Observations know their time to the millisecond; so that both agree on the price, the market does too.
        let now = (self.desk.now)().floor_to_millis();
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).extend(tokens.iter().map(|token| (*token, now)));
        (now, self.desk.receive(source, now, tokens))
    }

    /// The tokens of a comma-separated list, at most `cap` of them; what is no address is left out, as what is unknown is.
    fn addresses(list: &str, cap: usize) -> Vec<TokenAddress> {
        list.split(',').take(cap).filter_map(|text| TokenAddress::from_str(text).ok()).collect()
    }

    /// The listed ones among `tokens`, in another order than they were asked for.
    fn listings(&self, tokens: &[TokenAddress]) -> Vec<Arc<Listing>> {
        tokens.iter().rev().filter_map(|token| self.market().find(token)).collect()
    }

    fn market(&self) -> &Market {
        &self.desk.market
    }
}

impl Desk {
    fn receive(&self, source: Source, now: Timestamp, tokens: &[TokenAddress]) -> Vec<Fault> {
        let faults = self.faults_of(source, now, tokens);
        if !faults.is_empty() {
            let whole = faults.iter().any(|fault| !matches!(fault, Fault::Entry(Some(_), _)));
            let mut spoiled = self.spoiled.lock().unwrap_or_else(PoisonError::into_inner);
            for token in tokens.iter().filter(|token| whole || spoil_of(&faults, token).is_some()) {
                spoiled.entry(*token).or_default().push(now);
            }
        }
        faults
    }

    fn faults_of(&self, source: Source, now: Timestamp, tokens: &[TokenAddress]) -> Vec<Fault> {
        self.requests[source as usize].fetch_add(1, Ordering::Relaxed);
        self.tokens[source as usize].fetch_add(tokens.len() as u64, Ordering::Relaxed);
        let in_this_minute = {
            let minute = now.micros().div_euclid(60_000_000);
            let mut counts = self.this_minute.lock().unwrap_or_else(PoisonError::into_inner);
            let count = &mut counts[source as usize];
            *count = if count.0 == minute { (minute, count.1 + 1) } else { (minute, 1) };
            count.1
        };
        self.most_in_a_minute[source as usize].fetch_max(in_this_minute, Ordering::Relaxed);
        let limit = match source {
            Source::DexScreener => self.limits.dexscreener,
            Source::Jupiter => self.limits.jupiter,
            Source::GeckoTerminal => self.limits.geckoterminal,
            Source::Birdeye => None,
        };
        if limit.is_some_and(|limit| in_this_minute > limit) {
            let over = now.micros().rem_euclid(60_000_000) / 1_000_000;
            let retry_after = std::time::Duration::from_secs(60 - over.unsigned_abs());
            return vec![Fault::TooManyRequests { retry_after }];
        }
        self.faults.of(source, now, tokens)
    }
}
