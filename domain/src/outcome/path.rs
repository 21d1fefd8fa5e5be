//! The accepted observations, as far as the next one needs to know of them.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::look::Look;
use crate::outcome::peak::{self, Settled};
use crate::outcome::policy;
use crate::timestamp::Timestamp;

/// The last accepted observation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Last {
    pub at: Timestamp,
    pub price: f64,
    pub market_cap: Option<f64>,
    pub liquidity: Option<f64>,
    /// The price before it, where that is its neighbour.
    pub left: Option<f64>,
    /// When this price was new. A tracker that looked too seldom copied its last price into the next row, so on an import
    /// a price that equals the one before is as old as that one; elsewhere every observation is a look of its own.
    pub fresh_at: Timestamp,
}

/// The path so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Path {
    pub last: Option<Last>,
    /// How many observations were accepted.
    pub accepted: u32,
}

impl Path {
    /// What the last observation counts as, now that the next one is known; with none to come, at the seal.
    #[inline]
    pub fn settle(&self, policy: &policy::Peak, next: Option<&Look<'_>>) -> Option<Settled> {
        let last = self.last?;
        let right = next.filter(|next| are_neighbours(policy, last.at, next.at)).map(|next| next.price);
        Some(peak::settle(&last, right))
    }

    /// The next accepted observation.
    #[inline]
    pub fn push(&mut self, policy: &policy::Peak, import: bool, look: &Look<'_>) {
        self.last = Some(Last {
            at: look.at,
            price: look.price,
            market_cap: look.market_cap,
            liquidity: look.liquidity,
            left: self.last.filter(|last| are_neighbours(policy, last.at, look.at)).map(|last| last.price),
            fresh_at: match self.last {
                Some(last) if import && last.price == look.price => last.fresh_at,
                _ => look.at,
            },
        });
        self.accepted = self.accepted.saturating_add(1);
    }
}

/// Near enough in time to support one another.
pub(super) fn are_neighbours(policy: &policy::Peak, earlier: Timestamp, later: Timestamp) -> bool {
    micros(earlier, later) <= seconds(policy.neighbour_within_seconds)
}
