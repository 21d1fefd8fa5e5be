//! A price that has jumped since it was last told is settled by asking other sources.
//!
//! A source that reads the wrong pool, or shifts a decimal point, must make neither a moonshot nor a rug, and a real jump
//! must not be lost. So, where a price is [`JUMP`] times the last one or more, either way, and another source can be asked
//! at once, two of three are believed:
//!
//! - **confirmed**: another source says about the same. Both go in.
//! - **outvoted**: none does, and one says what the price was before. Its word goes in, the first's does not. Against a
//!   *fall* only a source counts that still sees liquidity: a market without any keeps its last price for ever, and a rug
//!   must not be hidden behind it.
//! - **open**: nobody can be asked, nobody knows the token, or everybody says something else. What was said goes in as it
//!   is, and the rules of hygiene hold it until it is confirmed or dropped.
//!
//! A source that was just outvoted over and over is not taken at its word where nobody else can be asked: what it says of a
//! jump is left out ([`Credit`]).

use std::time::Duration;

use domain::observation::Observation;
use domain::quantity::{AmountUsd, PriceUsd};
use domain::timestamp::Timestamp;
use store::pools::PinnedPool;

/// So many times the last price, or one part in so many of it, is a jump; within it, two prices agree.
pub const JUMP: f64 = 3.0;
/// Liquidity in USD behind a price that speaks against a fall. The rug rule takes no pool for one below it either.
const ALIVE_USD: f64 = 1_000.0;
/// A jump that nobody could settle for so long is taken for the price.
pub const ADOPTED_AFTER: Duration = Duration::from_mins(10);

/// A jump that waits to be settled.
#[derive(Clone, Debug)]
pub struct Jump {
    /// The last price that was told before.
    pub reference: PriceUsd,
    /// Which source claims it.
    pub claimed_by: usize,
    /// What it claims.
    pub claim: Observation,
    /// The pool that is pinned with it.
    pub pool: Option<PinnedPool>,
    /// What the others said, none of which agrees.
    pub others: Vec<Witness>,
}

/// What another source said.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Its own observation.
    pub observation: Observation,
    /// The liquidity that it sees, of whatever pool.
    pub liquidity_usd: Option<AmountUsd>,
}

/// How a jump ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// See the module.
    Confirmed,
    /// See the module.
    Outvoted,
    /// See the module.
    Open,
}

/// Whether two prices agree.
#[must_use]
pub fn agree(a: PriceUsd, b: PriceUsd) -> bool {
    a.get() < b.get() * JUMP && b.get() < a.get() * JUMP
}

impl Jump {
    /// What the other sources make of it so far.
    #[must_use]
    pub fn ending(&self) -> Ending {
        let claimed = self.claim.price_usd;
        if self.others.iter().any(|other| agree(other.observation.price_usd, claimed)) {
            return Ending::Confirmed;
        }
        if self.others.iter().any(|other| self.speaks_for_the_reference(other)) {
            Ending::Outvoted
        } else {
            Ending::Open
        }
    }

    fn speaks_for_the_reference(&self, other: &Witness) -> bool {
        let falls = self.claim.price_usd.get() < self.reference.get();
        let alive = other.liquidity_usd.is_some_and(|liquidity| liquidity.get() >= ALIVE_USD);
        agree(other.observation.price_usd, self.reference) && (!falls || alive)
    }

    /// What goes in, and whether the pin does too; the observation to measure the next price by comes last.
    #[must_use]
    pub fn believed(self) -> (Vec<Observation>, Option<PinnedPool>) {
        let ending = self.ending();
        let (claimed, reference) = (self.claim.price_usd, self.reference);
        let falls = claimed.get() < reference.get();
        let mut others: Vec<Observation> = self.others.into_iter().map(|other| other.observation).collect();
        match ending {
            Ending::Outvoted => {
                others.retain(|other| agree(other.price_usd, reference));
                (others, None)
            }
            Ending::Confirmed => {
                others.retain(|other| agree(other.price_usd, claimed));
                others.push(self.claim);
                (others, self.pool)
            }
            Ending::Open => {
                // A dead market's last price would make hygiene drop the fall.
                others.retain(|other| !(falls && agree(other.price_usd, reference)));
                others.push(self.claim);
                (others, self.pool)
            }
        }
    }
}

/// Whether a source may be taken at its word: how its latest jumps ended.
#[derive(Clone, Copy, Debug)]
pub struct Credit {
    confirmed: u32,
    outvoted: u32,
    counted_since: Timestamp,
    lost_until: Timestamp,
}

/// Endings are counted for so long, and credit that is lost is lost for so long.
const COUNTED_FOR: Duration = Duration::from_mins(5);
/// Outvoted so many times within that, and more often than confirmed, a source loses its credit.
const OUTVOTED: u32 = 10;

impl Default for Credit {
    fn default() -> Self {
        Self { confirmed: 0, outvoted: 0, counted_since: Timestamp::EPOCH, lost_until: Timestamp::EPOCH }
    }
}

impl Credit {
    /// One of the source's jumps ended; returns whether its credit is lost by that.
    pub fn ended(&mut self, ending: Ending, now: Timestamp) -> bool {
        if now.since(self.counted_since) >= COUNTED_FOR {
            *self = Self { counted_since: now, lost_until: self.lost_until, ..Self::default() };
        }
        match ending {
            Ending::Confirmed => self.confirmed += 1,
            Ending::Outvoted => self.outvoted += 1,
            Ending::Open => {}
        }
        if ending != Ending::Outvoted || self.outvoted < OUTVOTED || self.outvoted <= self.confirmed {
            return false;
        }
        let had = self.has(now);
        self.lost_until = now.plus(COUNTED_FOR);
        had
    }

    /// Whether the source is taken at its word.
    #[must_use]
    pub fn has(&self, now: Timestamp) -> bool {
        now >= self.lost_until
    }
}

#[cfg(test)]
mod tests;
