//! Prices from a feed of the caller's own.

use std::sync::Arc;

use domain::observation::Observation;
use domain::quantity::{AmountUsd, PriceUsd};
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use perftrack::v1;

use super::parse_alert::parse_date;
use super::text::parse_text;
use super::time::timestamp_message;
use crate::status::{Rejection, Violations};

const SOURCE_BYTES: usize = 64;
const TEXT_BYTES: usize = 256;

/// Reads one observation that was received at `received`; the time is cut to the millisecond, as its key is. The error
/// has every violation, with paths that begin at the observation (`price_usd`).
pub fn parse_observation(
    given: v1::PriceObservation,
    received: Timestamp,
) -> Result<(TokenKey, Observation), Rejection> {
    let mut found = Violations::new();
    let parsed = read(given, received, &mut found);
    match parsed {
        Some(observation) if found.is_empty() => Ok(observation),
        _ => Err(found.into()),
    }
}

fn read(given: v1::PriceObservation, received: Timestamp, found: &mut Violations) -> Option<(TokenKey, Observation)> {
    let key = read_key(given.token, found);
    let observed_at = match given.observed_at {
        Some(at) => found.check("observed_at", parse_date(at, received)),
        None => {
            found.add("observed_at", "must be set: when the price held");
            None
        }
    };
    let price_usd = found.check("price_usd", PriceUsd::new(given.price_usd));
    let market_cap_usd = found.check_optional("market_cap_usd", given.market_cap_usd.map(AmountUsd::new));
    let liquidity_usd = found.check_optional("liquidity_usd", given.liquidity_usd.map(AmountUsd::new));
    let volume_24h_usd = found.check_optional("volume_24h_usd", given.volume_24h_usd.map(AmountUsd::new));
    if let Some(count) = given.holder_count.filter(|count| *count < 0) {
        found.add("holder_count", format!("must be 0 or more, not {count}"));
    }
    let source = found.check("source", parse_source(given.source));
    let dex_name = found.check("dex_name", parse_text(given.dex_name, TEXT_BYTES));
    let pool = found.check("pool", parse_text(given.pool, TEXT_BYTES));
    let named = |text: Option<String>| text.filter(|text| !text.is_empty()).map(Arc::from);
    let observation = Observation {
        observed_at: observed_at?.floor_to_millis(),
        source: source?.into(),
        price_usd: price_usd?,
        market_cap_usd,
        liquidity_usd,
        volume_24h_usd,
        holder_count: given.holder_count,
        dex_name: named(dex_name),
        pool: named(pool),
    };
    Some((key?, observation))
}

/// Name and symbol of the token are not read here.
fn read_key(token: Option<v1::Token>, found: &mut Violations) -> Option<TokenKey> {
    let Some(token) = token else {
        found.add("token", "must be set: which token is meant");
        return None;
    };
    let chain = found.check("token.chain", token.chain.parse());
    let address = found.check("token.address", token.address.parse());
    Some(TokenKey { chain: chain?, address: address? })
}

fn parse_source(source: String) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.:-".contains(&byte);
    if (1..=SOURCE_BYTES).contains(&source.len()) && source.bytes().all(allowed) {
        return Ok(source);
    }
    let shown: String = source.chars().take(SOURCE_BYTES).collect();
    Err(format!("must be the feed's name, 1 to {SOURCE_BYTES} characters of [a-z0-9_.:-], not {shown:?}"))
}

/// Writes an observation of `token`.
#[must_use]
pub fn observation_message(token: TokenKey, observation: &Observation) -> v1::PriceObservation {
    v1::PriceObservation {
        token: Some(v1::Token {
            chain: token.chain.name().to_owned(),
            address: token.address.to_string(),
            ..v1::Token::default()
        }),
        observed_at: Some(timestamp_message(observation.observed_at)),
        price_usd: observation.price_usd.get(),
        market_cap_usd: observation.market_cap_usd.map(Into::into),
        liquidity_usd: observation.liquidity_usd.map(Into::into),
        volume_24h_usd: observation.volume_24h_usd.map(Into::into),
        holder_count: observation.holder_count,
        source: observation.source.as_ref().to_owned(),
        dex_name: observation.dex_name.as_deref().unwrap_or_default().to_owned(),
        pool: observation.pool.as_deref().unwrap_or_default().to_owned(),
    }
}
