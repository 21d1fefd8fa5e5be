//! Exit: what one position of 100 USD would have returned.
//!
//! Bought at the first observation 60 s or more after the alert. A trailing stop 15 % below the peak since then, armed at
//! +10 %, and a hard stop at −40 %; sold at the observation *after* the trigger. A fee of 1 % a side, and a price impact of
//! stake / (liquidity / 2 + stake), which is what a constant-product pool takes. −100 % where the liquidity is gone; unsold
//! at the end, the last price.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::look::Look;
use crate::outcome::peak::Settled;
use crate::outcome::percent::{after_gain, after_loss, change_pct};
use crate::outcome::{ExitReason, policy};
use crate::timestamp::Timestamp;

/// How far the simulated position has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Exit {
    /// Not bought yet.
    #[default]
    Waiting,
    /// Bought.
    Holding(Position),
    /// A stop was hit; sold at the next observation.
    Triggered(Position, ExitReason),
    /// Sold.
    Sold(Sale),
}

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Position {
    /// The price before fee and impact.
    pub price: f64,
    /// The share of the stake that fee and impact left.
    pub kept: f64,
    /// The liquidity was not known.
    pub assumed: bool,
    /// The highest settled price since: a tick that nobody could have sold at moves no stop.
    pub peak: f64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sale {
    pub reason: ExitReason,
    pub at: Timestamp,
    pub return_pct: f64,
    /// A liquidity was not known at the purchase or at the sale.
    pub assumed: bool,
}

impl Exit {
    /// An observation is settled.
    #[inline]
    pub fn rise(&mut self, settled: &Settled) {
        if let Self::Holding(position) = self {
            position.peak = position.peak.max(settled.price);
        }
    }

    /// An accepted observation. `liquidity_removed` says that the rug rule is fulfilled.
    #[inline]
    pub fn look(&mut self, policy: &policy::Exit, alerted_at: Timestamp, look: &Look<'_>, liquidity_removed: bool) {
        match self {
            Self::Sold(_) => {}
            Self::Waiting => {
                if micros(alerted_at, look.at) >= seconds(policy.buy_after_seconds) {
                    let (kept, assumed) = kept_of_side(policy, look.liquidity);
                    *self = Self::Holding(Position { price: look.price, kept, assumed, peak: look.price });
                }
            }
            Self::Holding(position) if liquidity_removed => *self = Self::Sold(position.lost(look.at)),
            Self::Holding(position) => {
                if let Some(reason) = position.trigger(policy, look.price) {
                    *self = Self::Triggered(*position, reason);
                }
            }
            Self::Triggered(position, _) if liquidity_removed => *self = Self::Sold(position.lost(look.at)),
            Self::Triggered(position, reason) => {
                *self = Self::Sold(position.sell(policy, *reason, look.at, look.price, look.liquidity));
            }
        }
    }

    /// Unsold at the end, a stop that nobody could execute any more included: the last price.
    pub fn value_at_end(
        &self,
        policy: &policy::Exit,
        at: Timestamp,
        price: f64,
        liquidity: Option<f64>,
    ) -> Option<Sale> {
        match self {
            Self::Waiting => None,
            Self::Sold(sale) => Some(*sale),
            Self::Holding(position) | Self::Triggered(position, _) => {
                Some(position.sell(policy, ExitReason::WindowEnd, at, price, liquidity))
            }
        }
    }
}

impl Position {
    fn trigger(&self, policy: &policy::Exit, price: f64) -> Option<ExitReason> {
        let armed = self.peak >= self.price * after_gain(policy.trailing_stop_armed_at_pct);
        if armed && price <= self.peak * after_loss(policy.trailing_stop_pct) {
            // Above the hard stop, so a price that passes both was stopped here.
            Some(ExitReason::TrailingStop)
        } else if price <= self.price * after_loss(policy.hard_stop_pct) {
            Some(ExitReason::HardStop)
        } else {
            None
        }
    }

    fn sell(
        &self,
        policy: &policy::Exit,
        reason: ExitReason,
        at: Timestamp,
        price: f64,
        liquidity: Option<f64>,
    ) -> Sale {
        if liquidity == Some(0.0) {
            return self.lost(at);
        }
        let (kept, assumed) = kept_of_side(policy, liquidity);
        let return_pct = change_pct(self.price, price * (self.kept * kept));
        Sale { reason, at, return_pct, assumed: self.assumed || assumed }
    }

    /// The liquidity is gone: nobody buys at any price.
    fn lost(&self, at: Timestamp) -> Sale {
        Sale { reason: ExitReason::LiquidityGone, at, return_pct: -100.0, assumed: self.assumed }
    }
}

/// The share that fee and price impact leave on one side of the trade, and whether the liquidity had to be assumed.
fn kept_of_side(policy: &policy::Exit, liquidity: Option<f64>) -> (f64, bool) {
    let depth = liquidity.unwrap_or(policy.assumed_liquidity_usd) / 2.0;
    let impact = policy.stake_usd / (depth + policy.stake_usd);
    (after_loss(policy.fee_pct) * (1.0 - impact), liquidity.is_none())
}
