//! Every number that the outcome rules depend on, as one versioned value. Percentages are in percent, times in seconds.

use serde::{Deserialize, Serialize};

mod check;
mod file;

pub use check::Problem;
pub use file::PolicyError;

/// The parameters of the outcome rules. `Policy::default()` is version 1.
///
/// A changed parameter is another policy: give it another `version`, for outcomes carry it, and relabel the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Names this set of parameters; stored with every outcome.
    pub version: i32,
    /// Which prices are believed.
    pub hygiene: Hygiene,
    /// Where gains are counted from.
    pub entry: Entry,
    /// Which highs count, and what is a pump.
    pub peak: Peak,
    /// How old a price may be at a horizon.
    pub returns: Returns,
    /// How the simulated position is bought and sold.
    pub exit: Exit,
    /// What is a rug.
    pub rug: Rug,
    /// When an outcome is final, and when it is lost.
    pub seal: Seal,
    /// What is worth telling while it happens.
    pub happening: Happenings,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 1,
            hygiene: Hygiene::default(),
            entry: Entry::default(),
            peak: Peak::default(),
            returns: Returns::default(),
            exit: Exit::default(),
            rug: Rug::default(),
            seal: Seal::default(),
            happening: Happenings::default(),
        }
    }
}

/// Which prices are believed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hygiene {
    /// A price more than this many times above or below the reference is held back. 5.
    pub hold_beyond_factor: f64,
    /// A held price is confirmed by one within this factor of it. 2.
    pub confirm_within_factor: f64,
    /// Only an observation at least this much later confirms, for sources cache. 30 s.
    pub confirm_after_seconds: u32,
    /// After a gap longer than this a fall is accepted at once. 15 min.
    pub fall_accepted_after_gap_seconds: u32,
}

impl Default for Hygiene {
    fn default() -> Self {
        Self {
            hold_beyond_factor: 5.0,
            confirm_within_factor: 2.0,
            confirm_after_seconds: 30,
            fall_accepted_after_gap_seconds: 15 * 60,
        }
    }
}

/// Where gains are counted from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// The first accepted observation up to this long after the alert is the entry; with none, the bot's price is. 10 min.
    pub observed_within_seconds: u32,
}

impl Default for Entry {
    fn default() -> Self {
        Self { observed_within_seconds: 10 * 60 }
    }
}

/// Which highs count, and what is a pump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Peak {
    /// Observations up to this far apart are neighbours, and a high needs a neighbour's support. 180 s.
    pub neighbour_within_seconds: u32,
    /// A gain above this is a pump. 50 %.
    pub pump_gain_pct: f64,
    /// A gain of this or more that ends at or below entry is a round trip. 100 %.
    pub round_trip_gain_pct: f64,
}

impl Default for Peak {
    fn default() -> Self {
        Self { neighbour_within_seconds: 180, pump_gain_pct: 50.0, round_trip_gain_pct: 100.0 }
    }
}

/// How old the last price may be for a return at a horizon to be known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Returns {
    /// At 1 h. 5 min.
    pub fresh_at_1h_seconds: u32,
    /// At 6 h. 15 min.
    pub fresh_at_6h_seconds: u32,
    /// At 24 h. 60 min.
    pub fresh_at_24h_seconds: u32,
}

impl Default for Returns {
    fn default() -> Self {
        Self { fresh_at_1h_seconds: 5 * 60, fresh_at_6h_seconds: 15 * 60, fresh_at_24h_seconds: 60 * 60 }
    }
}

/// How the simulated position is bought and sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exit {
    /// Bought at the first observation this long after the alert, or later. 60 s.
    pub buy_after_seconds: u32,
    /// The trailing stop lies this far below the peak since the purchase. 15 %.
    pub trailing_stop_pct: f64,
    /// The trailing stop is armed once the peak stands this far above the price paid. 10 %.
    pub trailing_stop_armed_at_pct: f64,
    /// The hard stop lies this far below the price paid. 40 %.
    pub hard_stop_pct: f64,
    /// Paid on either side. 1 %.
    pub fee_pct: f64,
    /// What is spent. 100 USD.
    pub stake_usd: f64,
    /// The liquidity that is assumed, and flagged, where none is known. 10,000 USD.
    pub assumed_liquidity_usd: f64,
}

impl Default for Exit {
    fn default() -> Self {
        Self {
            buy_after_seconds: 60,
            trailing_stop_pct: 15.0,
            trailing_stop_armed_at_pct: 10.0,
            hard_stop_pct: 40.0,
            fee_pct: 1.0,
            stake_usd: 100.0,
            assumed_liquidity_usd: 10_000.0,
        }
    }
}

/// What is a rug.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rug {
    /// Liquidity that falls by more than this from its maximum of the trailing hour was removed. 80 %.
    pub liquidity_fall_pct: f64,
    /// That maximum must have stood at this or more. 1,000 USD.
    pub liquidity_from_usd: f64,
    /// It must stay there for this many observations, the first included. 3.
    pub liquidity_gone_observations: u32,
    /// And from the first to the last of them at least this long. 2 min.
    pub liquidity_gone_seconds: u32,
    /// Exchanges that sell along a bonding curve: zero or missing liquidity there is no evidence.
    pub bonding_curve_dexes: Vec<String>,
    /// A collapse comes from this share of entry or more. 0.5.
    pub collapse_from_share: f64,
    /// And goes under this share of entry. 0.2.
    pub collapse_to_share: f64,
    /// Within this time. 60 min.
    pub collapse_within_seconds: u32,
    /// And stays under it for this long. 60 min.
    pub collapse_stays_seconds: u32,
    /// Observations further apart than this are too far apart to tell how fast it fell or that it stayed down. 60 min.
    pub collapse_gap_seconds: u32,
    /// This long above `collapse_from_share` takes a collapse back. 60 min.
    pub recovery_seconds: u32,
    /// A price more than this below entry counts as `fell_80`. 80 %.
    pub fell_pct: f64,
}

impl Default for Rug {
    fn default() -> Self {
        Self {
            liquidity_fall_pct: 80.0,
            liquidity_from_usd: 1_000.0,
            liquidity_gone_observations: 3,
            liquidity_gone_seconds: 2 * 60,
            bonding_curve_dexes: [
                "pumpfun",
                "pump.fun",
                "pump-fun",
                "pump_fun",
                "launchlab",
                "raydium-launchlab",
                "moonshot",
                "moonit",
                "boop",
                "boopfun",
                "believe",
                "dbc",
                "meteoradbc",
                "meteora-dbc",
                "heaven",
            ]
            .map(String::from)
            .to_vec(),
            collapse_from_share: 0.5,
            collapse_to_share: 0.2,
            collapse_within_seconds: 60 * 60,
            collapse_stays_seconds: 60 * 60,
            collapse_gap_seconds: 60 * 60,
            recovery_seconds: 60 * 60,
            fell_pct: 80.0,
        }
    }
}

/// When an outcome is final, and when it is lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seal {
    /// Sealed this long after the later of the window's end and the recording of the alert. 10 min.
    pub after_seconds: u32,
    /// Lost with less than this share of the expected observations. 0.8.
    pub coverage_at_least: f64,
    /// Lost with a last price more than this before the window's end. 60 min.
    pub last_price_within_seconds: u32,
}

impl Default for Seal {
    fn default() -> Self {
        Self { after_seconds: 10 * 60, coverage_at_least: 0.8, last_price_within_seconds: 60 * 60 }
    }
}

/// What is worth telling while it happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Happenings {
    /// A change of more than this within the hour is told. 20 %.
    pub move_pct: f64,
    /// And told again only after the change was smaller than this. 10 %.
    pub move_rearms_below_pct: f64,
    /// A new peak is told when it lies more than this above the last one told, so that a climb is not told every minute. 5 %.
    pub new_peak_step_pct: f64,
}

impl Default for Happenings {
    fn default() -> Self {
        Self { move_pct: 20.0, move_rearms_below_pct: 10.0, new_peak_step_pct: 5.0 }
    }
}
