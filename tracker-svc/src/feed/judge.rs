//! From a source's answer to what is told of each token.

use std::collections::HashMap;
use std::sync::Arc;

use domain::observation::Observation;
use domain::quantity::AmountUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use store::pools::PinnedPool;

use super::cascade::{Feeds, Seen, Wanted};
use super::jump::{Ending, Jump, Witness};
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
    /// Jumps that this answer confirmed.
    pub(super) confirmed: usize,
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
            let is_check = traveller.jump.is_some();
            taken.told += usize::from(told.is_some() && !is_check);
            let onward = match told {
                Some(told) => self.compare(index, traveller, told, seen),
                None => Some(traveller),
            };
            taken.confirmed += usize::from(is_check && onward.is_none());
            taken.onward.extend(onward);
        }
        taken
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
    fn compare(&self, index: usize, mut traveller: Traveller, told: Told, seen: &mut Seen) -> Option<Traveller> {
        let token = &traveller.wanted.token.address;
        if let Some(jump) = &mut traveller.jump {
            let Told { observation, liquidity_usd, .. } = told;
            jump.others.push(Witness { observation, liquidity_usd });
            if jump.ending() != Ending::Confirmed {
                return Some(traveller);
            }
            self.settle(traveller, seen);
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
        let wanted = traveller.wanted;
        let jump = traveller.jump.take()?;
        let (ending, claimed_by, reference) = (jump.ending(), jump.claimed_by, jump.reference);
        let (claimed, at) = (jump.claim.price_usd, jump.claim.observed_at);
        let alone = jump.others.is_empty();
        let claimant = self.sources.get(claimed_by)?;
        if claimant.jump_ended(ending) {
            tracing::warn!(
                source = claimant.name(),
                "a price source is outvoted over and over; its jumps need a second source now"
            );
        }
        tracing::debug!(token.address = %wanted.token.address, source = claimant.name(), from_usd = reference.get(),
            to_usd = claimed.get(), ?ending, "a price jumped");
        if ending == Ending::Open && alone && !claimant.has_credit() {
            return None;
        }
        let (believed, pool) = jump.believed();
        self.memory.of(&wanted.token.address, |of| match (ending, believed.last()) {
            (Ending::Open, _) => of.told_unsettled(claimed, at),
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
