//! The market as the bot saw it.

use domain::quantity::{AmountUsd, PriceUsd};
use domain::quote::Quote;
use perftrack::v1;

use crate::status::Violations;

/// Reads a quote at `path`. What is refused reads as unknown, beside its violation.
pub fn parse_quote(quote: Option<v1::Quote>, path: &str, violations: &mut Violations) -> Quote {
    let v1::Quote { price_usd, market_cap_usd, liquidity_usd, volume_24h_usd } = quote.unwrap_or_default();
    let mut amount = |field: &str, value: Option<f64>| {
        violations.check_optional(format_args!("{path}.{field}"), value.map(AmountUsd::new))
    };
    Quote {
        market_cap_usd: amount("market_cap_usd", market_cap_usd),
        liquidity_usd: amount("liquidity_usd", liquidity_usd),
        volume_24h_usd: amount("volume_24h_usd", volume_24h_usd),
        price_usd: violations.check_optional(format_args!("{path}.price_usd"), price_usd.map(PriceUsd::new)),
    }
}

/// Writes a quote; `None` where nothing of it is known.
#[must_use]
pub fn quote_message(quote: &Quote) -> Option<v1::Quote> {
    let known = *quote != Quote::default();
    known.then(|| v1::Quote {
        price_usd: quote.price_usd.map(Into::into),
        market_cap_usd: quote.market_cap_usd.map(Into::into),
        liquidity_usd: quote.liquidity_usd.map(Into::into),
        volume_24h_usd: quote.volume_24h_usd.map(Into::into),
    })
}
