//! What became of an alert: the labels, the rules that make them (`policy`) and the fold that applies the rules.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::quantity::{AmountUsd, PriceUsd};
use crate::timestamp::Timestamp;

mod coverage;
mod elapsed;
mod entry;
mod exit;
mod extremes;
pub mod fold;
mod hygiene;
mod labels;
mod look;
mod movement;
mod path;
mod peak;
mod percent;
pub mod policy;
mod returns;
mod rug;
mod seal;
mod seen;
pub mod state;
mod subject;
mod trailing_hour;

pub use fold::{Fold, OutOfOrder};
pub use policy::Policy;
pub use state::StateError;

/// How far the following of an alert has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OutcomeStatus {
    /// The window is open, or not sealed yet.
    #[default]
    Tracking,
    /// Sealed, and seen well enough to say what happened.
    Complete,
    /// Sealed, with too few observations or none near the end: what had already happened stands, the rest is unknown.
    Lost,
    /// Sealed, and no price was ever accepted.
    NoData,
}

/// Where the entry price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntrySource {
    /// The first accepted observation within ten minutes of the alert.
    Observed,
    /// The price that the bot gave.
    Quoted,
}

/// Which rule calls it a rug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RugReason {
    /// The pool's liquidity was taken out.
    LiquidityRemoved,
    /// The price fell at once and stayed down.
    PriceCollapse,
}

/// Why the simulated position was sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExitReason {
    /// The trailing stop below the peak.
    TrailingStop,
    /// The hard stop below the price paid.
    HardStop,
    /// The liquidity was gone: everything is lost.
    LiquidityGone,
    /// Never triggered: valued at the last price.
    WindowEnd,
}

/// What became of an alert, as far as is known. Absent is unknown, never 0. Percentages are in percent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// How far the following has come.
    pub status: OutcomeStatus,
    /// When the outcome was sealed; `None` while it is tracked.
    pub sealed_at: Option<Timestamp>,
    /// The price that gains are counted from.
    pub entry_price_usd: Option<PriceUsd>,
    /// Where that price comes from.
    pub entry_source: Option<EntrySource>,
    /// When the entry price was observed (the alert's time where it was quoted).
    pub entry_at: Option<Timestamp>,
    /// The bot's own price.
    pub quoted_price_usd: Option<PriceUsd>,
    /// How far the entry price lies above the bot's own.
    pub entry_gap_pct: Option<f64>,
    /// The last accepted price.
    pub last_price_usd: Option<PriceUsd>,
    /// When it was observed.
    pub last_price_at: Option<Timestamp>,
    /// The highest price that counts (see the peak rule).
    pub peak_price_usd: Option<PriceUsd>,
    /// When it was observed; unknown for a trusted recorded peak without a time.
    pub peak_at: Option<Timestamp>,
    /// The market cap at that observation.
    pub peak_market_cap_usd: Option<AmountUsd>,
    /// From entry to the peak, 0 or more.
    pub max_gain_pct: Option<f64>,
    /// From entry to the lowest price, 0 or less.
    pub max_drawdown_pct: Option<f64>,
    /// The worst fall from a running peak, 0 or less.
    pub drawdown_from_peak_pct: Option<f64>,
    /// Return 1 h after the alert.
    pub return_1h_pct: Option<f64>,
    /// Return 6 h after the alert.
    pub return_6h_pct: Option<f64>,
    /// Return 24 h after the alert.
    pub return_24h_pct: Option<f64>,
    /// When the gain first stood above the pump threshold, for time-to-event curves.
    pub pumped_at: Option<Timestamp>,
    /// A rug rule holds. Unknown while nothing is known, or where the feed was lost before it could tell.
    pub is_rug: Option<bool>,
    /// Which rule.
    pub rug_reason: Option<RugReason>,
    /// When that rule was fulfilled.
    pub rug_at: Option<Timestamp>,
    /// The first breach of a rug rule that was later fulfilled; stays when the rug is taken back.
    pub rug_hit_at: Option<Timestamp>,
    /// It gained more than the pump threshold before `rug_at`.
    pub rug_after_pump: Option<bool>,
    /// Gained 100 % or more and ended at or below entry.
    pub round_trip: Option<bool>,
    /// Fell under the collapse level too slowly, or seen too rarely, to be called a rug.
    pub is_dead: Option<bool>,
    /// Ever more than 80 % below entry, whatever the speed.
    pub fell_80: Option<bool>,
    /// Why the simulated position was sold.
    pub exit_reason: Option<ExitReason>,
    /// When.
    pub exit_at: Option<Timestamp>,
    /// Its net return after fees and price impact.
    pub exit_return_pct: Option<f64>,
    /// The exit assumed a liquidity because none was known.
    pub exit_liquidity_assumed: bool,
    /// How many observations were held as implausible and never confirmed.
    pub held_dropped: i32,
    /// How many observations were accepted.
    pub snapshot_count: i32,
    /// Accepted observations as a share of the expected ones, 0 to 1; `None` where none are expected (imports).
    pub coverage: Option<f64>,
    /// The version of the policy that made this outcome.
    pub policy_version: i32,
    /// Replayed from bars of five minutes, because the observations were no longer kept when the policy changed.
    pub approximate: bool,
}

/// A moment of the fold that its users want to hear of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happening {
    /// The price moved by more than 20 % within an hour; rearms below 10 %.
    PriceMoved {
        /// By how much over the hour.
        change_pct: f64,
        /// When.
        at: Timestamp,
    },
    /// A new highest price.
    NewPeak {
        /// The gain from entry.
        gain_pct: f64,
        /// When.
        at: Timestamp,
    },
    /// A rug rule was fulfilled.
    RugDetected {
        /// Which.
        reason: RugReason,
        /// When.
        at: Timestamp,
    },
    /// The price recovered and the rug was taken back.
    RugCleared {
        /// When.
        at: Timestamp,
    },
    /// The outcome was sealed.
    TrackingComplete {
        /// What it was sealed as.
        status: OutcomeStatus,
    },
}

/// What the fold must know of an alert: nothing that is learned later.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// When the window opens.
    pub alerted_at: Timestamp,
    /// How long the window stays open.
    pub window: Duration,
    /// One observation is expected per such interval; `None` for imports.
    pub expected_interval: Option<Duration>,
    /// The bot's own price.
    pub quoted_price_usd: Option<PriceUsd>,
    /// A recorded peak that the user vouches for.
    pub trusted_peak: Option<crate::alert::RecordedPeak>,
    /// When the alert was recorded here: it is never sealed before ten minutes after that.
    pub recorded_at: Timestamp,
}
