//! All sources, one after the other: each is asked for what those before it missed, and to check what they said.
//!
//! A look is a stream, not a round: as soon as enough tokens for one request have come through a source, the next one is
//! asked for them, so that no allowance lies idle while a slow one is used up. Where looks follow each other closely, those
//! that the first source leaves open can be taken out of several and [`go on`](Way::On) together: the others allow far fewer
//! requests.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::observation::Observation;
use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::{Chain, TokenAddress, TokenKey};
use service::clock::{Clock, Work};
use store::pools::PinnedPool;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use super::Feed;
use super::Purpose;
use super::http::Http;
use super::judge::Taken;
use super::jump::Ending;
use super::memory::{Memory, TokenMemory};
use super::pool_choice::PoolRules;
use super::queue::{Queue, Traveller};
use super::registry;
use super::settings::FeedSettings;
use super::source::{AskError, Source};

/// See the module.
#[derive(Debug)]
pub struct Feeds {
    pub(super) sources: Vec<Arc<Source>>,
    pub(super) rules: PoolRules,
    pub(super) memory: Memory,
    pub(super) clock: Clock,
}

/// A token to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The token.
    pub token: TokenKey,
    /// Its pinned pool.
    pub pool: Option<PinnedPool>,
    /// Whether it was alerted a short while ago: sources may know it any moment.
    pub young: bool,
    /// Whether there is no room for it at the first source. The others are asked where they have requests to spare.
    pub left_out: bool,
}

/// Which part of the way from source to source a look goes.
#[derive(Debug)]
pub enum Way {
    /// From the first source to the last.
    Whole(Vec<Wanted>),
    /// Only to the first source, while that one is believed. Tokens for which there is no room at it go on at once.
    First(Vec<Wanted>),
    /// From where other looks ended.
    On(Vec<Onward>),
}

/// A token whose way goes on.
#[derive(Debug)]
pub struct Onward {
    /// The next source.
    from: usize,
    traveller: Traveller,
}

impl Onward {
    /// Whose way it is.
    #[must_use]
    pub const fn token(&self) -> TokenKey {
        self.traveller.wanted.token
    }
}

/// What was seen of some tokens.
#[derive(Debug, Default)]
pub struct Seen {
    /// One per token, or a few of different sources where a jump was settled.
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
    /// How many tokens each source told of, in the order in which they were asked; those that were not are left out.
    pub seen: Vec<(&'static str, usize)>,
    /// Tokens of which nothing is told.
    pub missing: Vec<TokenKey>,
    /// Those of them of which no source said anything, be it that it does not know them.
    pub unasked: Vec<TokenKey>,
    /// Those of them for which a source that may know them had no request left.
    pub held_back: Vec<TokenKey>,
    /// How prices that had jumped were settled.
    pub jumps: Jumps,
}

/// How many jumps ended how. See [`super::jump`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jumps {
    /// Another source said the same.
    pub confirmed: usize,
    /// Another source said the price of before.
    pub outvoted: usize,
    /// Nobody could tell.
    pub open: usize,
}

impl Jumps {
    pub(super) fn add(&mut self, other: Self) {
        let Self { confirmed, outvoted, open } = other;
        self.confirmed += confirmed;
        self.outvoted += outvoted;
        self.open += open;
    }

    pub(super) const fn count(&mut self, ending: Ending) {
        match ending {
            Ending::Confirmed => self.confirmed += 1,
            Ending::Outvoted => self.outvoted += 1,
            Ending::Open => self.open += 1,
        }
    }
}

/// Requests, waiting for their turn or under way, that are made up for one source at once.
const AT_ONCE: usize = 64;
/// Whoever waits for a request to be filled waits for so long at most.
const FILLED_WITHIN: Duration = Duration::from_secs(2);

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
        let mut look = Look {
            feeds: self,
            deadline,
            deliver,
            stops_before: if stops { 1 } else { self.sources.len() },
            onward: Vec::new(),
            queues: self.sources.iter().map(|_| Queue::default()).collect(),
            batches: JoinSet::new(),
            of_source: HashMap::new(),
            told: vec![None; self.sources.len()],
            report: LookReport::default(),
            ended: Seen::default(),
        };
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

/// One look under way.
struct Look<'a> {
    feeds: &'a Arc<Feeds>,
    deadline: Timestamp,
    deliver: &'a mpsc::Sender<Delivery>,
    /// No source from this one on is asked.
    stops_before: usize,
    /// Those who would have to be.
    onward: Vec<Onward>,
    /// By source.
    queues: Vec<Queue>,
    batches: JoinSet<Batch>,
    of_source: HashMap<Id, usize>,
    /// How many tokens each source told of; `None` while it was not asked.
    told: Vec<Option<usize>>,
    report: LookReport,
    /// What was settled at the end of the way, not delivered yet.
    ended: Seen,
}

/// A request that has come back.
struct Batch {
    /// Who answered: the source that was asked, or the one after it where it was slow.
    answered_by: usize,
    taken: Taken,
    work: Work,
}

impl Look<'_> {
    async fn run(mut self, mut work: Work) -> (LookReport, Vec<Onward>, Work) {
        loop {
            self.launch();
            self.deliver_ended().await;
            if self.batches.is_empty() {
                break;
            }
            // From here on the batches hold the clock, so that they can wait for their turns.
            drop(work);
            let joined = self.batches.join_next_with_id().await;
            work = self.joined(joined).unwrap_or_else(|| self.feeds.clock.work());
        }
        let named = self.feeds.sources.iter().zip(self.told);
        self.report.seen = named.filter_map(|(source, told)| Some((source.name(), told?))).collect();
        (self.report, self.onward, work)
    }

    fn joined(&mut self, joined: Option<Result<(Id, Batch), JoinError>>) -> Option<Work> {
        let (id, batch) = match joined? {
            Ok((id, batch)) => (id, Some(batch)),
            Err(error) => {
                tracing::error!(%error, "a batch ended unexpectedly");
                (error.id(), None)
            }
        };
        if let Some(queue) = self.of_source.remove(&id).and_then(|source| self.queues.get_mut(source)) {
            queue.in_flight -= 1;
        }
        let Batch { answered_by, taken: Taken { onward, told, jumps }, work } = batch?;
        self.report.jumps.add(jumps);
        if let Some(told_before) = self.told.get_mut(answered_by) {
            *told_before = Some(told_before.unwrap_or(0) + told);
        }
        for traveller in onward {
            self.send_on(answered_by + 1, traveller);
        }
        Some(work)
    }

    /// Queues a token at the first source from `index` on that is believed and may know it; without one, its way ends.
    fn send_on(&mut self, index: usize, traveller: Traveller) {
        if index >= self.stops_before && index < self.feeds.sources.len() {
            self.onward.push(Onward { from: index, traveller });
            return;
        }
        let now = self.feeds.clock.steady();
        let token = &traveller.wanted.token.address;
        let sources = self.queues.iter_mut().zip(&self.feeds.sources).enumerate().skip(index);
        for (index, (queue, _)) in sources.filter(|(_, (_, source))| source.has_credit()) {
            let known = self.feeds.memory.peek(token, |of| of.acquaintance(index)).unwrap_or_default();
            if index == 0 || known.unknown_until <= now {
                queue.push(traveller, known.asked_at, now);
                return;
            }
        }
        self.end(traveller);
    }

    fn end(&mut self, traveller: Traveller) {
        let (token, answered, held_back) = (traveller.wanted.token, traveller.answered, traveller.held_back);
        match self.feeds.settle(traveller, &mut self.ended) {
            Some(ending) => self.report.jumps.count(ending),
            None => {
                self.report.missing.push(token);
                if !answered {
                    self.report.unasked.push(token);
                }
                if held_back {
                    self.report.held_back.push(token);
                }
            }
        }
    }

    async fn deliver_ended(&mut self) {
        let seen = std::mem::take(&mut self.ended);
        if !seen.observations.is_empty() {
            // Nobody receives only while the tracker stops.
            let _ = self.deliver.send(Delivery { seen, work: self.feeds.clock.work() }).await;
        }
    }

    /// Sends what can be sent: full requests, and others where nobody comes any more who could fill them, or not soon.
    fn launch(&mut self) {
        let now = self.feeds.clock.steady();
        let mut nobody_comes = true;
        for index in 0..self.queues.len() {
            while let Some(batch) = self.next_batch(index, nobody_comes, now) {
                let feeds = Arc::clone(self.feeds);
                let asked = feeds.ask(index, batch, self.deadline, self.deliver.clone(), self.feeds.clock.work());
                self.of_source.insert(self.batches.spawn(asked.in_current_span()).id(), index);
                self.queues[index].in_flight += 1;
            }
            nobody_comes &= self.queues[index].is_idle();
        }
        if self.batches.is_empty() {
            // Nobody has a request to spare for those any more.
            let left_out: Vec<Traveller> = self.queues.iter_mut().flat_map(Queue::take_left_out).collect();
            left_out.into_iter().for_each(|traveller| self.end(Traveller { held_back: true, ..traveller }));
        }
    }

    fn next_batch(&mut self, index: usize, nobody_comes: bool, now: Timestamp) -> Option<Vec<Traveller>> {
        let (source, queue) = (&self.feeds.sources[index], &mut self.queues[index]);
        if queue.in_flight >= AT_ONCE {
            return None;
        }
        let waited = queue.since().is_some_and(|since| now.since(since) >= FILLED_WITHIN);
        let is_ready = queue.len() >= source.batch_size() || nobody_comes || waited;
        if queue.len() > 0 && is_ready {
            return Some(queue.take(source.batch_size(), now));
        }
        let may_spare = queue.has_left_out() && source.may_spare();
        may_spare.then(|| queue.take_spare(source.batch_size()))
    }
}

impl Feeds {
    /// Asks source number `index` for a batch, and delivers what it tells.
    async fn ask(
        self: Arc<Self>,
        index: usize,
        batch: Vec<Traveller>,
        deadline: Timestamp,
        deliver: mpsc::Sender<Delivery>,
        mut work: Work,
    ) -> Batch {
        let source = &self.sources[index];
        let tokens: Vec<TokenAddress> = batch.iter().map(|traveller| traveller.wanted.token.address).collect();
        let backup = self.sources.get(index + 1).map(|backup| &**backup).filter(|backup| backup.has_credit());
        let mut held_back = false;
        // Those that were left out are asked for where that costs nothing that is needed elsewhere.
        let answer = if batch.iter().all(|traveller| traveller.wanted.left_out) {
            let answer = source.ask_spare(&tokens, Purpose::Follow).await;
            held_back = answer.is_none();
            answer
        } else {
            let is_check = batch.iter().all(|traveller| traveller.jump.is_some());
            let (purpose, backup) = if is_check { (Purpose::Check, None) } else { (Purpose::Follow, backup) };
            match source.ask(&tokens, purpose, backup, deadline, &mut work).await {
                Ok(answer) => Some(answer),
                Err(error @ (AskError::NoneLeft(_) | AskError::Opened(_))) => {
                    tracing::debug!(source = source.name(), tokens = tokens.len(), %error, "a price source was passed over");
                    held_back = matches!(error, AskError::NoneLeft(_));
                    None
                }
                Err(error) => {
                    tracing::warn!(source = source.name(), tokens = tokens.len(), %error, "a price source gave no answer");
                    None
                }
            }
        };
        let Some(answer) = answer else {
            let held = |traveller: Traveller| Traveller { held_back: traveller.held_back || held_back, ..traveller };
            let batch = batch.into_iter().map(held).collect();
            return Batch { answered_by: index, taken: Taken { onward: batch, ..Taken::default() }, work };
        };
        let answered_by = index + usize::from(answer.hedged);
        let mut seen = Seen::default();
        let taken = self.take_in(answered_by, batch, answer, &mut seen).await;
        if !seen.observations.is_empty() {
            let _ = deliver.send(Delivery { seen, work: self.clock.work() }).await;
        }
        Batch { answered_by, taken, work }
    }
}

/// The key of a token on the chain that all sources are asked about.
#[must_use]
pub const fn key(address: TokenAddress) -> TokenKey {
    TokenKey { chain: Chain::Solana, address }
}
