//! Where the price sources are and how long they may take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where one source answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its base URL without a slash at the end.
    pub url: String,
    /// Its key, where one is needed or raises the limits.
    pub api_key: Option<String>,
    /// How many requests a minute it allows in all, where that is not what it allows the public: a plan of one's own, or a
    /// proxy that keeps answers. Too many and it says 429, which is learnt from; too few and tokens are looked at less often.
    pub requests_per_minute: Option<f64>,
}

/// The key is never shown.
impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = self.api_key.as_ref().map(|_| "…");
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .field("api_key", &key)
            .field("requests_per_minute", &self.requests_per_minute)
            .finish()
    }
}

impl Endpoint {
    /// An endpoint without a key.
    pub fn open(url: impl Into<String>) -> Self {
        Self { url: url.into().trim_end_matches('/').to_owned(), api_key: None, requests_per_minute: None }
    }
}

/// All sources and the patience with them. Network time is real time, also on a simulated clock.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedSettings {
    /// Asked first.
    pub dexscreener: Endpoint,
    /// Asked for what DexScreener misses. A key doubles its limit.
    pub jupiter: Endpoint,
    /// Asked for what Jupiter misses, where it has a key: its batches are for paying users only.
    pub birdeye: Endpoint,
    /// Asked last: its limit is low, but it knows tokens that are still on the bonding curve.
    pub geckoterminal: Endpoint,
    /// How long a connection may take. 3 s; too short and far sources are never reached.
    pub connect_timeout: Duration,
    /// How long an answer may take, from the request to the last byte. 10 s; too long and a silent source uses up the interval.
    pub total_timeout: Duration,
    /// A request is asked again elsewhere when it takes longer than nineteen of twenty recent ones, but not before this. 1 s;
    /// too short and a delay of this machine is taken for one of the source.
    pub hedge_after_at_least: Duration,
    /// The largest answer that is read, in bytes. 8 MiB; 30 tokens with all their pools take about 200 kB.
    pub largest_answer: usize,
}

impl Default for FeedSettings {
    /// The public sources without keys.
    fn default() -> Self {
        Self {
            dexscreener: Endpoint::open("https://api.dexscreener.com"),
            jupiter: Endpoint::open("https://api.jup.ag"),
            birdeye: Endpoint::open("https://public-api.birdeye.so"),
            geckoterminal: Endpoint::open("https://api.geckoterminal.com/api/v2"),
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(10),
            hedge_after_at_least: Duration::from_secs(1),
            largest_answer: 8 << 20,
        }
    }
}
