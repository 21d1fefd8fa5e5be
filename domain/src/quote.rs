//! What a market looked like at one moment, as far as it was known.

use serde::{Deserialize, Serialize};

use crate::quantity::{AmountUsd, PriceUsd};

/// The market at the moment of an alert, as the bot saw it. Every part may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// USD per token.
    pub price_usd: Option<PriceUsd>,
    /// Market capitalisation in USD.
    pub market_cap_usd: Option<AmountUsd>,
    /// Liquidity of the token's pool in USD.
    pub liquidity_usd: Option<AmountUsd>,
    /// Traded volume of the last 24 hours in USD.
    pub volume_24h_usd: Option<AmountUsd>,
}
