//! One look at a token's market.

use std::sync::Arc;

use crate::quantity::{AmountUsd, PriceUsd};
use crate::timestamp::Timestamp;

/// What a price source said of a token at one moment.
///
/// Its key is (token, `source`, `observed_at` in milliseconds): the same again changes nothing, the same key with other
/// values is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// When the price held, floored to the millisecond.
    pub observed_at: Timestamp,
    /// Who said it: `dexscreener`, `jupiter`, or a name of the user's own for pushed prices. 1 to 64 bytes.
    pub source: Arc<str>,
    /// USD per token.
    pub price_usd: PriceUsd,
    /// Market capitalisation in USD.
    pub market_cap_usd: Option<AmountUsd>,
    /// Liquidity of `pool` in USD.
    pub liquidity_usd: Option<AmountUsd>,
    /// Traded volume of the last 24 hours in USD.
    pub volume_24h_usd: Option<AmountUsd>,
    /// How many wallets hold the token.
    pub holder_count: Option<i32>,
    /// The exchange of `pool`, such as `raydium` or `pumpfun`.
    pub dex_name: Option<Arc<str>>,
    /// The address of the pool that the price and the liquidity come from.
    pub pool: Option<Arc<str>>,
}
