//! From a bar of prices to its message.

use domain::bar::PriceBar;
use perftrack::v1;

use super::time::timestamp_message;

/// Writes a bar.
#[must_use]
pub fn price_bar_message(bar: &PriceBar) -> v1::PriceBar {
    v1::PriceBar {
        start: Some(timestamp_message(bar.starts_at)),
        open_usd: bar.open_usd.get(),
        high_usd: bar.high_usd.get(),
        low_usd: bar.low_usd.get(),
        close_usd: bar.close_usd.get(),
        liquidity_usd: bar.liquidity_usd.map(Into::into),
        observations: bar.observations,
    }
}
