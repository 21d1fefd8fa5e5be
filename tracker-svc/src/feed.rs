//! Price sources: what a token costs now, asked of public APIs within their limits.
//!
//! Each source is one file behind one trait, [`Feed`], and one line in the [`registry`]. [`source`] adds what every source
//! needs: a rate [`budget`], a circuit [`breaker`], retries, and a second try elsewhere where it is slow ([`latency`]).
//! [`cascade`] asks one source after the other, each only for what it may know ([`acquaintance`]); [`pool_choice`] decides
//! which of a token's pools is believed, [`jump`] whether a price is that has jumped, and [`credit`] whether a source is at all.
//! [`memory`] holds what these remember.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::quantity::{AmountUsd, PriceUsd};
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use futures::future::BoxFuture;

pub mod acquaintance;
pub mod birdeye;
pub mod breaker;
pub mod budget;
pub mod cascade;
pub mod credit;
pub mod dexscreener;
pub mod geckoterminal;
mod hedges;
mod http;
mod judge;
pub mod jump;
pub mod jupiter;
pub mod latency;
pub mod lenient;
pub mod look;
pub mod memory;
pub mod pool_choice;
mod queue;
pub mod registry;
pub mod settings;
pub mod source;
mod source_metrics;
mod trial;

pub use cascade::Feeds;
pub use http::FetchError;
pub use settings::{Endpoint, FeedSettings};

/// A price source, as bare as its API: no limits, no retries, no choice.
pub trait Feed: Send + Sync + fmt::Debug {
    /// Its name in observations and logs.
    fn name(&self) -> &'static str;

    /// How many tokens one request may ask for.
    fn batch_size(&self) -> usize;

    /// What it allows and how it says no.
    fn limits(&self) -> Limits;

    /// Asks for at most [`Feed::batch_size`] tokens, in one request. Tokens that it does not know are missing from the
    /// answer, entries that it spoiled too; quotes of tokens that nobody asked for are left out.
    fn quotes<'a>(
        &'a self,
        tokens: &'a [TokenAddress],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>>;

    /// Every pool of one token, where the source can tell.
    fn pools<'a>(&'a self, token: &'a TokenAddress) -> Option<BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>>> {
        let _ = token;
        None
    }
}

/// What an answer is for. A source with several ways to answer chooses by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To follow the tokens: everything that it can tell counts.
    Follow,
    /// The same once more, after a failure.
    Again,
    /// To check another source's prices: nothing but the price counts.
    Check,
}

/// What a source allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Requests a minute, in the long run.
    pub requests_per_minute: f64,
    /// Requests at once after a pause; in no minute are there more than this and `requests_per_minute` together.
    pub burst: u32,
    /// How long it wants to be left alone after a 429, whatever its headers say.
    pub least_pause: Duration,
}

impl Limits {
    /// The same for somebody who is allowed so many requests a minute in all: by a plan of their own, or by a proxy that
    /// keeps answers. Rate and burst keep their proportion.
    #[must_use]
    pub fn with_allowance(self, requests_per_minute: Option<f64>) -> Self {
        let Some(allowed) = requests_per_minute.filter(|allowed| allowed.is_finite() && *allowed > 0.0) else {
            return self;
        };
        let factor = allowed / (self.requests_per_minute + f64::from(self.burst));
        let burst = ((f64::from(self.burst) * factor) as u32).max(1);
        let rate = (allowed - f64::from(burst)).max(allowed / 2.0);
        Self { requests_per_minute: rate, burst, ..self }
    }
}

/// What a source says of one pool of a token, or of the token where it names no pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolQuote {
    /// The token that is priced.
    pub token: TokenAddress,
    /// USD per token.
    pub price_usd: PriceUsd,
    /// Liquidity in USD: of the pool where one is named, else of all pools.
    pub liquidity_usd: Option<AmountUsd>,
    /// Market capitalisation in USD.
    pub market_cap_usd: Option<AmountUsd>,
    /// Traded in the last 24 hours, in USD.
    pub volume_24h_usd: Option<AmountUsd>,
    /// How many wallets hold the token.
    pub holder_count: Option<i32>,
    /// The pool's address.
    pub pool: Option<Arc<str>>,
    /// The pool's exchange.
    pub dex_name: Option<Arc<str>>,
    /// What the pool prices the token in.
    pub quoted_in: QuotedIn,
    /// When the pool was made.
    pub created_at: Option<Timestamp>,
}

/// What a pool prices its token in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotedIn {
    /// SOL, USDC or USDT: its price in USD can be believed.
    Major,
    /// Anything else: a thin quote asset once priced a token 5,000 times too high.
    Exotic,
    /// The source does not say; it has weighed the token's pools itself.
    Unsaid,
}

impl QuotedIn {
    /// By the mint of the quote asset.
    #[must_use]
    pub fn of_mint(mint: &str) -> Self {
        const MAJOR: [&str; 3] = [
            "So11111111111111111111111111111111111111112",
            "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB",
        ];
        if MAJOR.contains(&mint) { Self::Major } else { Self::Exotic }
    }
}

/// A price, where the number is one.
pub(crate) fn price(number: Option<f64>) -> Option<PriceUsd> {
    number.and_then(|number| PriceUsd::new(number).ok())
}

/// An amount, where the number is one.
pub(crate) fn amount(number: Option<f64>) -> Option<AmountUsd> {
    number.and_then(|number| AmountUsd::new(number).ok())
}
