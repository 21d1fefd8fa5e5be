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
//!   is, and the rules of hygiene hold it until it is confirmed or dropped. Where it is only that a source which may know has
//!   no request left, the next looks ask again, for a few minutes.
//!
//! A source most of whose prices jump is not taken at its word: where nobody bears it out, what it says of a jump is left out
//! ([`super::credit`]).

use std::time::Duration;

use domain::observation::Observation;
use domain::quantity::{AmountUsd, PriceUsd};
use store::pools::PinnedPool;

/// So many times the last price, or one part in so many of it, is a jump; within it, two prices agree.
pub const JUMP: f64 = 3.0;
/// Liquidity in USD behind a price that speaks against a fall. The rug rule takes no pool for one below it either.
const ALIVE_USD: f64 = 1_000.0;
/// A jump that could not be settled for want of requests waits for them so long.
pub const WAITS: Duration = Duration::from_secs(270);
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

    /// What goes in, and whether the pin does too; the observation to measure the next price by comes last. Nothing does
    /// where nobody bears out a claimant that is not taken at its word.
    #[must_use]
    pub fn believed(mut self, claimant_has_credit: bool) -> (Vec<Observation>, Option<PinnedPool>) {
        let ending = self.ending();
        if ending == Ending::Open && !claimant_has_credit {
            // The last of them measures the next price, as a claim of its own.
            return (self.others.drain(..).map(|other| other.observation).collect(), None);
        }
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

#[cfg(test)]
mod tests;
