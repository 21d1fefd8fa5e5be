//! All sources, one after the other: each is asked for what those before it missed, and to check what they said.
//!
//! A look is a stream, not a round: as soon as enough tokens for one request have come through a source, the next one is
//! asked for them, so that no allowance lies idle while a slow one is used up. Where looks follow each other closely, those
//! that the first source leaves open can be taken out of several and [`go on`](Way::On) together: the others allow far fewer
//! requests.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::{Chain, TokenAddress, TokenKey};
use service::clock::{Clock, Work};
use tokio::sync::mpsc;

use super::Feed;
use super::http::Http;
use super::look::{Delivery, LookReport, Onward, Way};
use super::memory::{Memory, TokenMemory};
use super::pool_choice::PoolRules;
use super::queue::Traveller;
use super::registry;
use super::settings::FeedSettings;
use super::source::Source;

mod under_way;

use under_way::Look;

/// See the module.
#[derive(Debug)]
pub struct Feeds {
    pub(super) sources: Vec<Arc<Source>>,
    pub(super) rules: PoolRules,
    pub(super) memory: Memory,
    pub(super) clock: Clock,
}

impl Feeds {
    /// All sources of the [`registry`] that can be asked with these settings.
    ///
    /// # Errors
    /// When this machine's certificates or TLS library cannot be used.
    pub fn new(settings: &FeedSettings, rules: PoolRules, clock: Clock) -> Result<Self, reqwest::Error> {
        let http = Http::new(settings)?;
        Ok(Self::of(registry::sources(&http, settings), settings.hedge_after_at_least, rules, clock))
    }

    /// Any sources, asked in their order.
    #[must_use]
    pub fn of(feeds: Vec<Box<dyn Feed>>, hedge_after_at_least: Duration, rules: PoolRules, clock: Clock) -> Self {
        let source = |feed| Arc::new(Source::new(feed, clock.clone(), hedge_after_at_least));
        Self { sources: feeds.into_iter().map(source).collect(), rules, memory: Memory::default(), clock }
    }

    /// Takes `fraction` (0 to 1) of what every source allows from now on: the part of all tokens that this tracker follows
    /// where several share one database. 1 until it is called.
    pub fn set_share(&self, fraction: f64) {
        for source in &self.sources {
            source.set_share(fraction);
        }
    }

    /// How many tokens can be asked for in such a time of every `interval`: the first source, or all others while that one is
    /// not taken at its word.
    #[must_use]
    pub fn tokens_every(&self, interval: Duration, time: Duration) -> usize {
        match self.sources.split_first() {
            None => usize::MAX,
            Some((first, _)) if first.has_credit() => first.tokens_within(time),
            Some((_, others)) => {
                let believed = others.iter().filter(|source| source.has_credit());
                believed.map(|source| source.tokens_every(interval, time)).fold(0, usize::saturating_add).max(1)
            }
        }
    }

    /// How many tokens can be asked for within such a time from now on, beside those for which requests are reserved already:
    /// at the first source, or at all others while that one is not taken at its word.
    #[must_use]
    pub fn free_within(&self, time: Duration) -> usize {
        self.asked_first().map(|source| source.free_within(time)).fold(0, usize::saturating_add)
    }

    /// How many of them one request asks for.
    #[must_use]
    pub fn request_size(&self) -> usize {
        self.asked_first().map(|source| source.batch_size()).next().unwrap_or(1)
    }

    /// The first source, or all others while that one is not taken at its word.
    fn asked_first(&self) -> impl Iterator<Item = &Arc<Source>> {
        let first_is_believed = self.sources.first().is_some_and(|first| first.has_credit());
        let (from, most) = if first_is_believed { (0, 1) } else { (1, usize::MAX) };
        self.sources.iter().skip(from).take(most).filter(|source| source.has_credit())
    }

    /// Those of these tokens of which no price was told yet since this tracker began to follow them.
    #[must_use]
    pub fn unknown<'a>(&self, tokens: impl Iterator<Item = &'a TokenKey>) -> Vec<TokenKey> {
        let is_known = |token: &&TokenKey| self.memory.peek(&token.address, TokenMemory::is_known) == Some(true);
        tokens.filter(|token| !is_known(token)).copied().collect()
    }

    /// What a bot says that a token costs of which nothing was told yet: a first price that is far from it needs a second
    /// source. It is no measure of the source, for bots err too.
    pub fn remember_quote(&self, token: &TokenAddress, price: PriceUsd) {
        self.remember(token, price, Timestamp::EPOCH);
    }

    /// What was told of a token before, by another tracker or another process: jumps are measured by it.
    pub fn remember(&self, token: &TokenAddress, price: PriceUsd, at: Timestamp) {
        self.memory.of(token, |of| {
            if !of.is_known() {
                of.told(price, at);
            }
        });
    }

    /// Whether a token's price has moved a short while ago.
    #[must_use]
    pub fn is_moving(&self, token: &TokenAddress) -> bool {
        let now = self.clock.now();
        self.memory.peek(token, |of| of.is_moving(now)).unwrap_or(false)
    }

    /// Forgets what is remembered of tokens that are no longer followed.
    pub fn forget_all_but(&self, followed: &HashSet<TokenAddress>) {
        self.memory.forget_all_but(followed);
    }

    /// Looks at every token once, in this order. What each answer tells is delivered as soon as it is there. No source is
    /// waited for beyond `deadline`, a moment of [`Clock::steady`]. Returns whose way goes on, of whom the report says nothing.
    pub async fn look(
        self: &Arc<Self>,
        way: Way,
        deadline: Timestamp,
        work: Work,
        deliver: &mpsc::Sender<Delivery>,
    ) -> (LookReport, Vec<Onward>, Work) {
        if let Way::Whole(wanted) | Way::First(wanted) = &way {
            self.try_distrusted(wanted).await;
        }
        let stops = matches!(way, Way::First(_)) && self.sources.first().is_some_and(|first| first.has_credit());
        let stops_before = if stops { 1 } else { self.sources.len() };
        let mut look = Look::new(self, stops_before, deadline, deliver);
        match way {
            Way::Whole(wanted) | Way::First(wanted) => {
                for wanted in wanted {
                    look.send_on(usize::from(wanted.left_out), Traveller::new(wanted));
                }
            }
            Way::On(onward) => onward.into_iter().for_each(|Onward { from, traveller }| look.send_on(from, traveller)),
        }
        look.run(work).await
    }
}

/// The key of a token on the chain that all sources are asked about.
#[must_use]
pub const fn key(address: TokenAddress) -> TokenKey {
    TokenKey { chain: Chain::Solana, address }
}
