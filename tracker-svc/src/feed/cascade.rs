//! All sources, one after the other: each is asked for what those before it missed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::{Chain, TokenAddress, TokenKey};
use service::clock::{Clock, Work};
use store::pools::PinnedPool;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::birdeye::Birdeye;
use super::dexscreener::DexScreener;
use super::geckoterminal::GeckoTerminal;
use super::http::Http;
use super::jupiter::Jupiter;
use super::pool_choice::{Choice, Doubts, PoolRules, choose};
use super::settings::FeedSettings;
use super::source::{Answer, AskError, Source};
use super::{Feed, PoolQuote};

/// See the module.
#[derive(Debug)]
pub struct Feeds {
    sources: Vec<Arc<Source>>,
    clock: Clock,
    rules: PoolRules,
    doubts: Mutex<HashMap<TokenAddress, Doubts>>,
    /// When each token was last asked of a source after the first, so that what their low limits leave out is another
    /// token each time.
    asked_at: Mutex<HashMap<TokenAddress, Timestamp>>,
}

/// A token to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The token.
    pub token: TokenKey,
    /// Its pinned pool.
    pub pool: Option<PinnedPool>,
}

/// What was seen of some tokens, all in one answer.
#[derive(Debug, Default)]
pub struct Seen {
    /// At most one per token.
    pub observations: Vec<(TokenKey, Observation)>,
    /// Pools that are to be pinned from now on.
    pub pools: Vec<(TokenKey, PinnedPool)>,
}

/// What one answer told, on its way to the store.
#[derive(Debug)]
pub struct Delivery {
    /// What was seen.
    pub seen: Seen,
    /// Holds the clock until it is stored.
    pub work: Work,
}

/// How a look at many tokens went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookReport {
    /// How many tokens each source told of, in the order in which they were asked.
    pub seen: Vec<(&'static str, usize)>,
    /// Tokens of which no source told.
    pub missing: usize,
}

impl Feeds {
    /// The four sources (Birdeye only with a key).
    ///
    /// # Errors
    /// When this machine's certificates or TLS library cannot be used.
    pub fn new(settings: &FeedSettings, rules: PoolRules, clock: Clock) -> Result<Self, reqwest::Error> {
        let http = Http::new(settings)?;
        let mut feeds: Vec<Box<dyn Feed>> = vec![
            Box::new(DexScreener::new(http.clone(), settings.dexscreener.clone())),
            Box::new(Jupiter::new(http.clone(), settings.jupiter.clone())),
        ];
        if settings.birdeye.api_key.is_some() {
            feeds.push(Box::new(Birdeye::new(http.clone(), settings.birdeye.clone())));
        }
        feeds.push(Box::new(GeckoTerminal::new(http, settings.geckoterminal.clone())));
        Ok(Self::of(feeds, rules, clock))
    }

    /// Any sources, asked in their order.
    #[must_use]
    pub fn of(feeds: Vec<Box<dyn Feed>>, rules: PoolRules, clock: Clock) -> Self {
        let sources = feeds.into_iter().map(|feed| Arc::new(Source::new(feed, clock.clone()))).collect();
        Self { sources, clock, rules, doubts: Mutex::default(), asked_at: Mutex::default() }
    }

    /// Takes `fraction` (0 to 1) of what every source allows from now on: the part of all tokens that this tracker follows
    /// where several share one database. 1 until it is called.
    pub fn set_share(&self, fraction: f64) {
        for source in &self.sources {
            source.set_share(fraction);
        }
    }

    /// Looks at every token once. What each answer tells is delivered as soon as it is there. No source is waited for beyond
    /// `deadline`.
    pub async fn look(
        self: &Arc<Self>,
        wanted: Vec<Wanted>,
        deadline: Timestamp,
        mut work: Work,
        deliver: &mpsc::Sender<Delivery>,
    ) -> (LookReport, Work) {
        let mut report = LookReport::default();
        let mut missing = wanted;
        for (index, source) in self.sources.iter().enumerate() {
            if missing.is_empty() {
                break;
            }
            if index > 0 {
                self.longest_unasked_first(&mut missing);
            }
            let asked = missing.len();
            (missing, work) = self.ask_one(source, missing, deadline, work, deliver).await;
            report.seen.push((source.name(), asked - missing.len()));
        }
        report.missing = missing.len();
        (report, work)
    }

    /// Asks one source for all of `wanted`, in batches that run side by side; returns what it did not tell.
    async fn ask_one(
        self: &Arc<Self>,
        source: &Arc<Source>,
        wanted: Vec<Wanted>,
        deadline: Timestamp,
        work: Work,
        deliver: &mpsc::Sender<Delivery>,
    ) -> (Vec<Wanted>, Work) {
        let mut batches = JoinSet::new();
        for batch in wanted.chunks(source.batch_size()) {
            let (feeds, source, deliver) = (Arc::clone(self), Arc::clone(source), deliver.clone());
            let (batch, mut work) = (batch.to_vec(), self.clock.work());
            batches.spawn(async move {
                let (seen, missing) = feeds.ask_batch(&source, batch, deadline, &mut work).await;
                if !seen.observations.is_empty() {
                    // Nobody receives only while the tracker stops.
                    let _ = deliver.send(Delivery { seen, work: feeds.clock.work() }).await;
                }
                (missing, work)
            });
        }
        // From here on the batches hold the clock, so that they can wait for their turns.
        drop(work);
        let (mut missing, mut held) = (Vec::new(), None);
        while let Some(batch) = batches.join_next().await {
            match batch {
                Ok((still_missing, work)) => {
                    missing.extend(still_missing);
                    // The last one's guard goes on to the next source.
                    held = batches.is_empty().then_some(work);
                }
                Err(error) => tracing::error!(source = source.name(), %error, "a batch ended unexpectedly"),
            }
        }
        (missing, held.unwrap_or_else(|| self.clock.work()))
    }

    async fn ask_batch(
        &self,
        source: &Source,
        batch: Vec<Wanted>,
        deadline: Timestamp,
        work: &mut Work,
    ) -> (Seen, Vec<Wanted>) {
        let tokens: Vec<TokenAddress> = batch.iter().map(|wanted| wanted.token.address).collect();
        let answer = match source.ask(&tokens, deadline, work).await {
            Ok(answer) => answer,
            Err(error @ (AskError::NoneLeft(_) | AskError::Opened(_))) => {
                tracing::debug!(source = source.name(), tokens = tokens.len(), %error, "a price source was passed over");
                return (Seen::default(), batch);
            }
            Err(error) => {
                tracing::warn!(source = source.name(), tokens = tokens.len(), %error, "a price source gave no answer");
                return (Seen::default(), batch);
            }
        };
        let mut by_token: HashMap<TokenAddress, Vec<PoolQuote>> = HashMap::with_capacity(tokens.len());
        for quote in answer.quotes {
            by_token.entry(quote.token).or_default().push(quote);
        }
        let (mut seen, mut missing) = (Seen::default(), Vec::new());
        for wanted in batch {
            let candidates = by_token.remove(&wanted.token.address).unwrap_or_default();
            if !self.judge(source, &wanted, candidates, answer.at, &mut seen).await {
                missing.push(wanted);
            }
        }
        (seen, missing)
    }

    /// Adds to `seen` what the candidates tell of a token; false where they tell nothing.
    async fn judge(
        &self,
        source: &Source,
        wanted: &Wanted,
        candidates: Vec<PoolQuote>,
        at: Timestamp,
        seen: &mut Seen,
    ) -> bool {
        let Some(first) = candidates.first() else { return false };
        if first.quoted_in == super::QuotedIn::Unsaid {
            let own = wanted.pool.as_ref().is_none_or(|pin| first.pool.as_deref() == Some(&*pin.address));
            seen.observations.push((wanted.token, observation(source.name(), first, at, own)));
            return true;
        }
        let (mut candidates, mut at) = (candidates, at);
        let is_pin =
            |quote: &PoolQuote| wanted.pool.as_ref().is_some_and(|pin| quote.pool.as_deref() == Some(&*pin.address));
        if wanted.pool.is_some() && !candidates.iter().any(is_pin) {
            // The answer shows about one pool per token, and not always the same: ask for all of them.
            if let Some(Answer { quotes, at: then }) = source.pools(&wanted.token.address).await
                && !quotes.is_empty()
            {
                (candidates, at) = (quotes, then);
            }
        }
        let mut doubts = self.doubts_of(&wanted.token.address);
        let choice = choose(&candidates, wanted.pool.as_ref(), &mut doubts, at, &self.rules);
        self.remember(wanted.token.address, doubts);
        let observation = match choice {
            Choice::Stay(quote) => observation(source.name(), quote, at, true),
            Choice::PriceOnly(quote) => observation(source.name(), quote, at, false),
            Choice::Pin(quote) => {
                if let Some(address) = quote.pool.clone() {
                    let pin = PinnedPool { address, dex_name: quote.dex_name.clone(), pinned_at: at };
                    if let Some(old) = &wanted.pool {
                        tracing::info!(token.address = %wanted.token.address, from = %old.address, to = %pin.address,
                            "the token's price is taken from another pool now");
                    }
                    seen.pools.push((wanted.token, pin));
                }
                observation(source.name(), quote, at, true)
            }
            Choice::Nothing => return false,
        };
        seen.observations.push((wanted.token, observation));
        true
    }

    fn longest_unasked_first(&self, wanted: &mut [Wanted]) {
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.sort_by_key(|wanted| asked_at.get(&wanted.token.address).copied());
        let now = self.clock.now();
        asked_at.extend(wanted.iter().take(MOST_ASKED).map(|wanted| (wanted.token.address, now)));
    }

    fn doubts_of(&self, token: &TokenAddress) -> Doubts {
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied().unwrap_or_default()
    }

    fn remember(&self, token: TokenAddress, doubts: Doubts) {
        let mut all = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        if doubts == Doubts::default() {
            all.remove(&token);
        } else {
            all.insert(token, doubts);
        }
    }

    /// Forgets what is remembered of tokens that are no longer followed.
    pub fn forget_all_but(&self, followed: &[Wanted]) {
        let followed: HashSet<TokenAddress> = followed.iter().map(|wanted| wanted.token.address).collect();
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner).retain(|token, _| followed.contains(token));
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).retain(|token, _| followed.contains(token));
    }
}

/// About as many tokens as the sources after the first can tell of in one interval.
const MOST_ASKED: usize = 200;

/// The observation of a quote; where the pool is not the token's own, only what is true of the whole token.
fn observation(source: &'static str, quote: &PoolQuote, at: Timestamp, own_pool: bool) -> Observation {
    Observation {
        observed_at: at,
        source: Arc::from(source),
        price_usd: quote.price_usd,
        market_cap_usd: quote.market_cap_usd,
        liquidity_usd: quote.liquidity_usd.filter(|_| own_pool),
        volume_24h_usd: quote.volume_24h_usd,
        holder_count: quote.holder_count,
        dex_name: quote.dex_name.clone().filter(|_| own_pool),
        pool: quote.pool.clone().filter(|_| own_pool),
    }
}

/// The key of a token on the chain that all sources are asked about.
#[must_use]
pub const fn key(address: TokenAddress) -> TokenKey {
    TokenKey { chain: Chain::Solana, address }
}
