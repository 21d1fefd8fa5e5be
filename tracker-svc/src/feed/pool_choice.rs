//! Which of a token's pools is believed.
//!
//! A pool counts whose quote asset has a price of its own (SOL, USDC, USDT). The deepest is chosen, among equals the newest,
//! and *pinned*: liquidity can only be seen to leave a pool by those who keep looking at it. The pin moves when
//! - a bonding curve was left for a pool with liquidity (a migration, never a rug): at once;
//! - another pool has been clearly deeper for a while: long enough for the rug rule to have decided on a drained pool;
//! - the pool has been absent from every answer for as long: it is gone for good.
//!
//! Until then an absent pool's token is told at the price of another deep pool, but without pool and liquidity, which would
//! be those of another.

use std::cmp::Ordering;
use std::time::Duration;

use domain::timestamp::Timestamp;
use store::pools::PinnedPool;

use super::{PoolQuote, QuotedIn};

/// The numbers of the rule.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolRules {
    /// A pool this many times as deep as the pinned one is clearly deeper.
    pub clearly_deeper: f64,
    /// The pin moves after this long.
    pub decided_after: Duration,
    /// Exchanges that sell along a bonding curve: their pools have no liquidity to compare.
    pub bonding_curve_dexes: Vec<String>,
}

impl PoolRules {
    /// For a tracker that looks every `poll_interval`: the rug rule needs three looks and two minutes, so ten minutes,
    /// or five looks where they are rare, are enough.
    #[must_use]
    pub fn new(poll_interval: Duration, bonding_curve_dexes: Vec<String>) -> Self {
        Self {
            clearly_deeper: 3.0,
            decided_after: Duration::from_secs(600).max(poll_interval * 5),
            bonding_curve_dexes,
        }
    }

    fn is_curve(&self, dex: Option<&str>) -> bool {
        dex.is_some_and(|dex| self.bonding_curve_dexes.iter().any(|curve| curve.eq_ignore_ascii_case(dex)))
    }
}

/// What speaks against a token's pin, from look to look. Lost in a restart, which only delays a move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Since when the pinned pool is absent from every answer.
    pub absent_since: Option<Timestamp>,
    /// Since when another pool is clearly deeper in every answer.
    pub outdeepened_since: Option<Timestamp>,
}

/// What to make of the pools in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Choice<'a> {
    /// The pinned pool is there.
    Stay(&'a PoolQuote),
    /// Pin this one.
    Pin(&'a PoolQuote),
    /// The pinned pool is not there: believe this one's price alone.
    PriceOnly(&'a PoolQuote),
    /// None can be believed.
    Nothing,
}

/// Chooses among `candidates`, all of one token, in an answer of `now`.
pub fn choose<'a>(
    candidates: &'a [PoolQuote],
    pin: Option<&PinnedPool>,
    doubts: &mut Doubts,
    now: Timestamp,
    rules: &PoolRules,
) -> Choice<'a> {
    let believable = || candidates.iter().filter(|pool| pool.quoted_in != QuotedIn::Exotic && pool.pool.is_some());
    let Some(deepest) = believable().max_by(|a, b| by_depth(a, b)) else { return Choice::Nothing };
    let Some(pin) = pin else { return Choice::Pin(deepest) };
    let Some(pinned) = believable().find(|pool| pool.pool.as_deref() == Some(&*pin.address)) else {
        return without_pinned(deepest, pin, doubts, now, rules);
    };
    doubts.absent_since = None;
    let is_other = deepest.pool != pinned.pool;
    if is_other && depth(deepest) > 0.0 && depth(pinned) == 0.0 && rules.is_curve(pinned.dex_name.as_deref()) {
        *doubts = Doubts::default();
        return Choice::Pin(deepest);
    }
    // A pool of unknown depth is not called shallow.
    let known = pinned.liquidity_usd.is_some();
    if is_other && known && depth(deepest) > 0.0 && depth(deepest) >= rules.clearly_deeper * depth(pinned) {
        let since = *doubts.outdeepened_since.get_or_insert(now);
        if now.since(since) >= rules.decided_after {
            *doubts = Doubts::default();
            return Choice::Pin(deepest);
        }
    } else {
        doubts.outdeepened_since = None;
    }
    Choice::Stay(pinned)
}

fn without_pinned<'a>(
    deepest: &'a PoolQuote,
    pin: &PinnedPool,
    doubts: &mut Doubts,
    now: Timestamp,
    rules: &PoolRules,
) -> Choice<'a> {
    let absent_since = *doubts.absent_since.get_or_insert(now);
    // A curve that was left lingers without liquidity at its last price: nothing to go by.
    if depth(deepest) == 0.0 {
        return Choice::Nothing;
    }
    if now.since(absent_since) >= rules.decided_after || rules.is_curve(pin.dex_name.as_deref()) {
        *doubts = Doubts::default();
        return Choice::Pin(deepest);
    }
    Choice::PriceOnly(deepest)
}

fn depth(pool: &PoolQuote) -> f64 {
    pool.liquidity_usd.map_or(0.0, domain::quantity::AmountUsd::get)
}

fn by_depth(a: &PoolQuote, b: &PoolQuote) -> Ordering {
    depth(a).total_cmp(&depth(b)).then(a.created_at.cmp(&b.created_at)).then_with(|| b.pool.cmp(&a.pool))
}

#[cfg(test)]
mod tests;
