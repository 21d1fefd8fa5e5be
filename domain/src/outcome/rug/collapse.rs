//! `PRICE_COLLAPSE`: from half of entry or more to under 0.2 × entry within 60 min, and under it for 60 min. Slower, or where
//! observations are too far apart to tell: `is_dead`. 60 min above half of entry take either back.
//!
//! One bad tick makes no rug and saves none: a price counts as high (at half of entry, or back above the collapse level)
//! only as far as the peak rule lets it count.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::entry::Entry;
use crate::outcome::look::Look;
use crate::outcome::peak::Settled;
use crate::outcome::percent::after_loss;
use crate::outcome::{EntrySource, policy};
use crate::timestamp::Timestamp;

/// How the price stands to the entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::outcome) struct Collapse {
    /// When the price last stood at half of entry or more.
    pub half_at: Option<Timestamp>,
    /// Since when it has been above half without a break.
    pub above_since: Option<Timestamp>,
    /// Since when it has been under the collapse level without a break.
    pub under_since: Option<Timestamp>,
    /// Whether it was seen to fall there within 60 min, and has been looked at often enough since.
    pub fast: bool,
    /// When the collapse that holds was fulfilled.
    pub standing_since: Option<Timestamp>,
    /// The first breach that came to be fulfilled; stays when it is taken back.
    pub hit_at: Option<Timestamp>,
    /// It was under the level for 60 min, and no collapse.
    pub dead: bool,
    /// Ever more than 80 % below entry, whatever the speed.
    pub fell: bool,
}

impl Collapse {
    /// An observed entry is the first price at half of entry or more. The bot's own price is not: it comes from another
    /// source, and a difference between two sources is no fall.
    pub fn enter(&mut self, entry: &Entry) {
        self.half_at = (entry.source == EntrySource::Observed).then_some(entry.at);
    }

    /// An observation is settled.
    #[inline]
    pub fn settle(&mut self, policy: &policy::Rug, entry: &Entry, settled: &Settled) {
        if settled.price >= entry.price * policy.collapse_from_share {
            self.half_at = Some(settled.at);
        }
        if settled.price >= entry.price * policy.collapse_to_share {
            self.under_since = None;
        }
    }

    /// An observation is accepted; `last_at` is the one before it.
    #[inline]
    pub fn look(&mut self, policy: &policy::Rug, entry: &Entry, last_at: Option<Timestamp>, look: &Look<'_>) {
        let gap = last_at.is_some_and(|last_at| micros(last_at, look.at) > seconds(policy.collapse_gap_seconds));
        if look.price > entry.price * policy.collapse_from_share {
            self.above(policy, gap, look.at);
        } else {
            self.above_since = None;
        }
        if look.price < entry.price * policy.collapse_to_share {
            self.under(policy, gap, look.at);
        }
        self.fell = self.fell || (look.price < entry.price && look.price < entry.price * after_loss(policy.fell_pct));
    }

    fn above(&mut self, policy: &policy::Rug, gap: bool, at: Timestamp) {
        let since = self.above_since.filter(|_| !gap).unwrap_or(at);
        self.above_since = Some(since);
        if micros(since, at) >= seconds(policy.recovery_seconds) {
            self.standing_since = None;
            self.dead = false;
        }
    }

    fn under(&mut self, policy: &policy::Rug, gap: bool, at: Timestamp) {
        let since = match self.under_since {
            Some(since) => {
                self.fast &= !gap;
                since
            }
            None => {
                self.under_since = Some(at);
                self.fast =
                    self.half_at.is_some_and(|half_at| micros(half_at, at) <= seconds(policy.collapse_within_seconds));
                at
            }
        };
        if micros(since, at) < seconds(policy.collapse_stays_seconds) {
            return;
        }
        if !self.fast {
            self.dead = true;
        } else if self.standing_since.is_none() {
            self.standing_since = Some(at);
            self.hit_at = self.hit_at.or(Some(since));
        }
    }

    /// The window's end was seen: a price that ends under the level, and of which nobody could tell more, is dead.
    pub fn end(&mut self) {
        self.dead |= self.under_since.is_some();
    }

    /// Under the level, and no collapse.
    pub fn is_dead(&self) -> bool {
        self.dead && self.standing_since.is_none()
    }
}
