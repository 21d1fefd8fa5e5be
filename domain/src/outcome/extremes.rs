//! Gain and drawdown: running extremes from entry, entry included, and the worst fall from a running peak.

use crate::outcome::entry::Entry;
use crate::outcome::peak::Settled;
use crate::outcome::percent::{after_gain, change_pct};
use crate::outcome::{Happening, policy};
use crate::timestamp::Timestamp;

/// The highest price that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct High {
    pub price: f64,
    pub at: Timestamp,
    pub market_cap: Option<f64>,
}

/// The running extremes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extremes {
    pub high: Option<High>,
    /// The lowest accepted price. Lows need no neighbour: a low that was believed is a loss that was shown.
    pub low: Option<f64>,
    /// The worst fall: the price as a share of the running peak before it, 1 while there was none.
    pub deepest: Option<f64>,
    /// When the gain first stood above the pump threshold.
    pub pumped_at: Option<Timestamp>,
    /// The last peak that was told.
    pub told: Option<f64>,
}

impl Extremes {
    /// Entry included: it is the first high and the first low.
    pub fn enter(&mut self, entry: &Entry, market_cap: Option<f64>) {
        self.high = Some(High { price: entry.price, at: entry.at, market_cap });
        self.low = Some(entry.price);
        self.told = Some(entry.price);
    }

    /// An observation is settled: it may be the new high.
    #[inline]
    pub fn rise(
        &mut self,
        policy: &policy::Policy,
        entry: Option<&Entry>,
        settled: &Settled,
        happenings: &mut Vec<Happening>,
    ) {
        if self.high.is_some_and(|high| settled.price <= high.price) {
            return;
        }
        self.high = Some(High { price: settled.price, at: settled.at, market_cap: settled.market_cap });
        let Some(entry) = entry else { return };
        let gain_pct = change_pct(entry.price, settled.price);
        if self.pumped_at.is_none() && gain_pct > policy.peak.pump_gain_pct {
            self.pumped_at = Some(settled.at);
        }
        if self.told.is_some_and(|told| settled.price > told * after_gain(policy.happening.new_peak_step_pct)) {
            self.told = Some(settled.price);
            happenings.push(Happening::NewPeak { gain_pct, at: settled.at });
        }
    }

    /// An observation is accepted: it may be the new low, or the worst fall from the high before it.
    #[inline]
    pub fn fall(&mut self, price: f64) {
        if self.low.is_none_or(|low| price < low) {
            self.low = Some(price);
        }
        if let Some(high) = self.high
            && price < high.price * self.deepest.unwrap_or(1.0)
        {
            self.deepest = Some(price / high.price);
        }
    }
}
