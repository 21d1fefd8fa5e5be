//! What is remembered of tokens from look to look: doubts about the pin, the last price, which source knows them.
//!
//! All of it lives in memory alone and is lost in a restart, on purpose: each piece only makes the next looks better. Doubts
//! begin anew, so that a move of the pin comes ten minutes later at most; every source is asked once more for what it may not
//! know. Only the last price is taken from the store then ([`super::Feeds::remember`]): or the first price after a restart would
//! be nobody's jump, and a source that lies just then would be believed. It is bounded by the tokens that are followed:
//! [`Memory::forget_all_but`].

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;

use super::acquaintance::Acquaintance;
use super::jump::{ADOPTED_AFTER, agree};
use super::pool_choice::Doubts;

/// See the module.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<TokenAddress, TokenMemory>>);

/// What is remembered of one token.
#[derive(Debug)]
pub struct TokenMemory {
    /// Against its pinned pool. Boxed, for nearly no token has any.
    doubts: Option<Box<Doubts>>,
    /// The last price that is no jump, or was settled.
    reference: Option<PriceUsd>,
    /// When that was.
    told_at: Timestamp,
    /// Since when jumps from the reference could not be settled.
    unsettled_since: Option<Timestamp>,
    /// The price when it last moved.
    anchor: Option<PriceUsd>,
    moved_at: Option<Timestamp>,
    /// By source; empty while the first source knows the token.
    acquaintances: Vec<Acquaintance>,
}

impl Default for TokenMemory {
    fn default() -> Self {
        Self {
            doubts: None,
            reference: None,
            told_at: Timestamp::EPOCH,
            unsettled_since: None,
            anchor: None,
            moved_at: None,
            acquaintances: Vec::new(),
        }
    }
}

/// A last price that is older says nothing of who tells another one.
const FRESH: Duration = Duration::from_mins(15);
/// A change of this much is a move: half of what `PRICE_MOVED` reports.
const MOVE: f64 = 0.1;
/// A token is moving for so long after its last move.
const MOVING_FOR: Duration = Duration::from_mins(15);

impl Memory {
    /// What is remembered of a token, to read or to change.
    pub fn of<T>(&self, token: &TokenAddress, f: impl FnOnce(&mut TokenMemory) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(token) {
            Some(memory) => f(memory),
            None => f(all.entry(*token).or_default()),
        }
    }

    /// The same to read only; `None` where nothing is remembered.
    pub fn peek<T>(&self, token: &TokenAddress, f: impl FnOnce(&TokenMemory) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).map(f)
    }

    /// Forgets every token but these.
    pub fn forget_all_but(&self, followed: &HashSet<TokenAddress>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|token, _| followed.contains(token));
        // What a busy day took is given back after it.
        if all.capacity() > 4 * all.len().max(1_024) {
            all.shrink_to_fit();
        }
    }

    /// How many tokens are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl TokenMemory {
    /// What speaks against its pin.
    #[must_use]
    pub fn doubts(&self) -> Doubts {
        self.doubts.as_deref().copied().unwrap_or_default()
    }

    /// Remembers what speaks against its pin.
    pub fn doubt(&mut self, doubts: Doubts) {
        self.doubts = (doubts != Doubts::default()).then(|| Box::new(doubts));
    }

    /// The last price, where `price` is a jump from it.
    #[must_use]
    pub fn jump_from(&self, price: PriceUsd) -> Option<PriceUsd> {
        self.reference.filter(|reference| !agree(*reference, price))
    }

    /// The last price, where it is recent.
    #[must_use]
    pub fn recent(&self, now: Timestamp) -> Option<PriceUsd> {
        self.reference.filter(|_| now.since(self.told_at) < FRESH)
    }

    /// The last price, where it was told after `since`.
    #[must_use]
    pub fn told_since(&self, since: Timestamp) -> Option<PriceUsd> {
        self.reference.filter(|_| self.told_at > since)
    }

    /// Whether any price was told.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.reference.is_some()
    }

    /// A price was told that is no jump, or a jump that was settled.
    pub fn told(&mut self, price: PriceUsd, at: Timestamp) {
        self.reference = Some(price);
        self.told_at = at;
        self.unsettled_since = None;
        let moved = self.anchor.is_some_and(|anchor| (price.get() / anchor.get() - 1.0).abs() >= MOVE);
        if moved {
            self.moved_at = Some(at);
        }
        if moved || self.anchor.is_none() {
            self.anchor = Some(price);
        }
    }

    /// A jump was told that nobody could settle. It is not what the next price is measured by, or a wrong one would be
    /// asked about only once; but what lasts is taken for the price in the end.
    pub fn told_unsettled(&mut self, price: PriceUsd, at: Timestamp) {
        let since = *self.unsettled_since.get_or_insert(at);
        if at.since(since) >= ADOPTED_AFTER {
            self.told(price, at);
        }
    }

    /// For how long jumps from its last price could not be settled at `at`.
    #[must_use]
    pub fn unsettled_for(&self, at: Timestamp) -> Duration {
        self.unsettled_since.map_or(Duration::ZERO, |since| at.since(since))
    }

    /// Whether its price has moved a short while ago.
    #[must_use]
    pub fn is_moving(&self, now: Timestamp) -> bool {
        self.moved_at.is_some_and(|moved_at| now.since(moved_at) < MOVING_FOR)
    }

    /// What is known of `source`'s knowledge of it.
    #[must_use]
    pub fn acquaintance(&self, source: usize) -> Acquaintance {
        self.acquaintances.get(source).copied().unwrap_or_default()
    }

    /// The same, to change.
    pub fn acquaintance_mut(&mut self, source: usize) -> &mut Acquaintance {
        if self.acquaintances.len() <= source {
            self.acquaintances.resize(source + 1, Acquaintance::default());
        }
        &mut self.acquaintances[source]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_seconds(1_790_000_000).plus(Duration::from_mins(minutes))
    }

    fn price(usd: f64) -> PriceUsd {
        PriceUsd::new(usd).unwrap()
    }

    #[test]
    fn a_jump_is_three_times_the_last_price_or_a_third_of_it() {
        let mut memory = TokenMemory::default();
        assert_eq!(memory.jump_from(price(7.0)), None, "there is nothing to jump from");
        memory.told(price(1.0), at(0));
        assert_eq!(memory.jump_from(price(2.9)), None);
        assert_eq!(memory.jump_from(price(3.0)), Some(price(1.0)));
        assert_eq!(memory.jump_from(price(0.3)), Some(price(1.0)));
    }

    #[test]
    fn a_jump_that_nobody_settles_is_asked_about_again_and_adopted_when_it_lasts() {
        let mut memory = TokenMemory::default();
        memory.told(price(1.0), at(0));
        for minute in 1..=10 {
            memory.told_unsettled(price(50.0), at(minute));
            assert_eq!(memory.jump_from(price(50.0)), Some(price(1.0)), "minute {minute}");
        }
        memory.told_unsettled(price(50.0), at(11));
        assert_eq!(memory.jump_from(price(50.0)), None);
    }

    #[test]
    fn a_slow_rise_is_a_move_too_and_ends() {
        let mut memory = TokenMemory::default();
        for step in 0..5_u64 {
            memory.told(price(1.0 + 0.03 * step as f64), at(step));
        }
        assert!(memory.is_moving(at(4)));
        assert!(!memory.is_moving(at(19)));
    }

    #[test]
    fn what_is_no_longer_followed_is_forgotten() {
        let memory = Memory::default();
        let tokens: Vec<TokenAddress> = (0..9).map(|byte| TokenAddress::from_bytes([byte; 32])).collect();
        for token in &tokens {
            memory.of(token, |of| of.told(price(1.0), at(0)));
        }
        memory.forget_all_but(&tokens[..2].iter().copied().collect());
        assert_eq!(memory.len(), 2);
    }
}
