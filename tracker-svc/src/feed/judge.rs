//! From a source's answer to what is told of each token.

use std::collections::HashMap;
use std::sync::Arc;

use domain::observation::Observation;
use domain::quantity::AmountUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use store::pools::PinnedPool;

use super::cascade::Feeds;
use super::jump::{Ending, Jump, WAITS, Witness, agree};
use super::look::{Jumps, Seen, Wanted};
use super::pool_choice::{Choice, choose};
use super::queue::Traveller;
use super::source::{Answer, Source};
use super::{PoolQuote, QuotedIn};

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Whom the next source is to be asked for.
    pub(super) onward: Vec<Traveller>,
    /// Tokens that were told of, checks aside.
    pub(super) told: usize,
    /// Jumps that this answer settled.
    pub(super) jumps: Jumps,
}

/// What a source told of a token.
struct Told {
    observation: Observation,
    /// The liquidity that it sees, of whatever pool.
    liquidity_usd: Option<AmountUsd>,
    /// A pool that is to be pinned.
    pool: Option<PinnedPool>,
}

impl Feeds {
    /// Adds to `seen` what the answer of source number `index` tells of a batch.
    pub(super) async fn take_in(&self, index: usize, batch: Vec<Traveller>, answer: Answer, seen: &mut Seen) -> Taken {
        let Some(source) = self.sources.get(index) else { return Taken { onward: batch, ..Taken::default() } };
        let mut by_token: HashMap<TokenAddress, Vec<PoolQuote>> = HashMap::with_capacity(batch.len());
        for quote in answer.quotes {
            by_token.entry(quote.token).or_default().push(quote);
        }
        let mut taken = Taken::default();
        let mut judged = Vec::with_capacity(batch.len());
        for mut traveller in batch {
            traveller.answered = true;
            let candidates = by_token.remove(&traveller.wanted.token.address).unwrap_or_default();
            let told = self.judge(source, &traveller.wanted, candidates, answer.at).await;
            self.memory.of(&traveller.wanted.token.address, |of| {
                // Of the first source everything is always known to be asked: it is every token's.
                match &told {
                    Some(_) if index > 0 => of.acquaintance_mut(index).told(answer.steady_at),
                    None if index > 0 => of.acquaintance_mut(index).missed(answer.steady_at, traveller.wanted.young),
                    _ => {}
                }
            });
            judged.push((traveller, told));
        }
        self.count_jumps(source, &judged);
        for (traveller, told) in judged {
            let is_check = traveller.jump.is_some();
            let onward = match told {
                Some(told) if source.has_credit() => {
                    taken.told += usize::from(!is_check);
                    self.compare(index, traveller, told, seen, &mut taken.jumps)
                }
                Some(told) => Some(self.claim(index, traveller, told)),
                None => Some(traveller),
            };
            taken.onward.extend(onward);
        }
        taken
    }

    /// Holds the prices of one answer against the last ones, checks aside: they are of tokens that are known to jump.
    fn count_jumps(&self, source: &Source, judged: &[(Traveller, Option<Told>)]) {
        let (mut compared, mut jumped) = (0, 0);
        for (traveller, told) in judged.iter().filter(|(traveller, _)| traveller.jump.is_none()) {
            let Some(Observation { price_usd, observed_at, .. }) = told.as_ref().map(|told| &told.observation) else {
                continue;
            };
            let last = self.memory.peek(&traveller.wanted.token.address, |of| of.recent(*observed_at)).flatten();
            compared += u32::from(last.is_some());
            jumped += u32::from(last.is_some_and(|last| !agree(last, *price_usd)));
        }
        source.compared(compared, jumped);
    }

    /// What a source says that is not taken at its word: a jump is a claim, that another source may yet bear out; anything
    /// else is as good as nothing, also where it happens to look like the last price.
    fn claim(&self, index: usize, mut traveller: Traveller, told: Told) -> Traveller {
        let Told { observation, pool, .. } = told;
        let last =
            self.memory.peek(&traveller.wanted.token.address, |of| of.jump_from(observation.price_usd)).flatten();
        if let (None, Some(reference)) = (&traveller.jump, last) {
            let jump = Jump { reference, claimed_by: index, claim: observation, pool, others: Vec::new() };
            traveller.jump = Some(Box::new(jump));
        }
        traveller
    }

    /// What the candidates, all of one token, tell of it.
    async fn judge(&self, source: &Source, wanted: &Wanted, candidates: Vec<PoolQuote>, at: Timestamp) -> Option<Told> {
        let first = candidates.first()?;
        if first.quoted_in == QuotedIn::Unsaid {
            let own = wanted.pool.as_ref().is_none_or(|pin| first.pool.as_deref() == Some(&*pin.address));
            return Some(told(source, first, at, own));
        }
        let (mut candidates, mut at) = (candidates, at);
        let is_pin =
            |quote: &PoolQuote| wanted.pool.as_ref().is_some_and(|pin| quote.pool.as_deref() == Some(&*pin.address));
        if wanted.pool.is_some() && !candidates.iter().any(is_pin) {
            // The answer shows about one pool per token, and not always the same: ask for all of them.
            if let Some(Answer { quotes, at: then, .. }) = source.pools(&wanted.token.address).await
                && !quotes.is_empty()
            {
                (candidates, at) = (quotes, then);
            }
        }
        let choice = self.memory.of(&wanted.token.address, |of| {
            let mut doubts = of.doubts();
            let choice = choose(&candidates, wanted.pool.as_ref(), &mut doubts, at, &self.rules);
            of.doubt(doubts);
            choice
        });
        match choice {
            Choice::Stay(quote) => Some(told(source, quote, at, true)),
            Choice::PriceOnly(quote) => Some(told(source, quote, at, false)),
            Choice::Pin(quote) => {
                let pin = |address: Arc<str>| PinnedPool { address, dex_name: quote.dex_name.clone(), pinned_at: at };
                Some(Told { pool: quote.pool.clone().map(pin), ..told(source, quote, at, true) })
            }
            Choice::Nothing => None,
        }
    }

    /// Adds what was told to `seen`, unless it is a jump, or does not settle one: then the next source is to be asked.
    fn compare(
        &self,
        index: usize,
        mut traveller: Traveller,
        told: Told,
        seen: &mut Seen,
        jumps: &mut Jumps,
    ) -> Option<Traveller> {
        let token = &traveller.wanted.token.address;
        if let Some(jump) = &mut traveller.jump {
            let Told { observation, liquidity_usd, .. } = told;
            jump.others.push(Witness { observation, liquidity_usd });
            // Against a source that is not taken at its word one other is enough.
            let is_settled = match jump.ending() {
                Ending::Confirmed => true,
                Ending::Outvoted => self.sources.get(jump.claimed_by).is_some_and(|claimant| !claimant.has_credit()),
                Ending::Open => false,
            };
            if !is_settled {
                return Some(traveller);
            }
            if let Some(ending) = self.settle(traveller, seen) {
                jumps.count(ending);
            }
            return None;
        }
        let Told { observation, pool, .. } = told;
        let (price, at) = (observation.price_usd, observation.observed_at);
        let reference = self.memory.of(token, |of| {
            let reference = of.jump_from(price);
            if reference.is_none() {
                of.told(price, at);
            }
            reference
        });
        let Some(reference) = reference else {
            pin(&traveller.wanted, pool, seen);
            seen.observations.push((traveller.wanted.token, observation));
            return None;
        };
        let jump = Jump { reference, claimed_by: index, claim: observation, pool, others: Vec::new() };
        traveller.jump = Some(Box::new(jump));
        Some(traveller)
    }

    /// Ends the way of a token whose price jumped: adds to `seen` what is believed. Returns how the jump ended; `None` where
    /// nothing is believed.
    pub(super) fn settle(&self, mut traveller: Traveller, seen: &mut Seen) -> Option<Ending> {
        let (wanted, held_back) = (traveller.wanted, traveller.held_back);
        let jump = traveller.jump.take()?;
        let (ending, claimed_by, reference) = (jump.ending(), jump.claimed_by, jump.reference);
        let (claimed, at) = (jump.claim.price_usd, jump.claim.observed_at);
        let claimant = self.sources.get(claimed_by)?;
        if ending == Ending::Confirmed {
            claimant.borne_out();
        }
        tracing::debug!(token.address = %wanted.token.address, source = claimant.name(), from_usd = reference.get(),
            to_usd = claimed.get(), ?ending, "a price jumped");
        let has_credit = claimant.has_credit();
        if ending == Ending::Open && held_back && has_credit {
            // Somebody may know, and can be asked soon.
            let waits = self.memory.of(&wanted.token.address, |of| {
                of.told_unsettled(claimed, at);
                of.unsettled_for(at) < WAITS
            });
            if waits {
                return None;
            }
        }
        let (believed, pool) = jump.believed(has_credit);
        if believed.is_empty() {
            return None;
        }
        self.memory.of(&wanted.token.address, |of| match (ending, believed.last()) {
            (Ending::Open, _) if has_credit => of.told_unsettled(claimed, at),
            (Ending::Open, Some(last)) => of.told_unsettled(last.price_usd, last.observed_at),
            (_, Some(last)) => of.told(last.price_usd, last.observed_at),
            (_, None) => {}
        });
        pin(&wanted, pool, seen);
        seen.observations.extend(believed.into_iter().map(|observation| (wanted.token, observation)));
        Some(ending)
    }
}

fn pin(wanted: &Wanted, pool: Option<PinnedPool>, seen: &mut Seen) {
    let Some(pool) = pool else { return };
    if let Some(old) = &wanted.pool {
        tracing::info!(token.address = %wanted.token.address, from = %old.address, to = %pool.address,
            "the token's price is taken from another pool now");
    }
    seen.pools.push((wanted.token, pool));
}

/// A quote as it is told; where the pool is not the token's own, only what is true of the whole token.
fn told(source: &Source, quote: &PoolQuote, at: Timestamp, own_pool: bool) -> Told {
    let observation = Observation {
        observed_at: at,
        source: source.label(),
        price_usd: quote.price_usd,
        market_cap_usd: quote.market_cap_usd,
        liquidity_usd: quote.liquidity_usd.filter(|_| own_pool),
        volume_24h_usd: quote.volume_24h_usd,
        holder_count: quote.holder_count,
        dex_name: quote.dex_name.clone().filter(|_| own_pool),
        pool: quote.pool.clone().filter(|_| own_pool),
    };
    Told { observation, liquidity_usd: quote.liquidity_usd, pool: None }
}
