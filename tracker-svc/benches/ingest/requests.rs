//! What bots send.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use perftrack::v1::{Alert, AlertFeatures, PriceObservation, Quote, Token};
use prost_types::value::Kind;
use service::clock::Clock;
use service::wire::timestamp_message;
use uuid::Uuid;

/// The present moment.
pub fn now() -> Timestamp {
    Clock::system().now()
}

/// The address of one of many tokens.
pub fn mint(number: u64) -> String {
    let mut bytes = [7; 32];
    // As scattered as real ones.
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[8..16].copy_from_slice(&number.to_be_bytes());
    TokenAddress::from_bytes(bytes).to_string()
}

/// An alert on the token of this address, with most features known.
pub fn alert(address: String) -> Alert {
    Alert {
        alert_id: Uuid::new_v4().to_string(),
        token: Some(Token { chain: "solana".into(), address, name: "A token".into(), symbol: "TOKEN".into() }),
        alerted_at: Some(timestamp_message(now())),
        entry: Some(Quote {
            price_usd: Some(0.000_042),
            market_cap_usd: Some(42_000.0),
            liquidity_usd: Some(18_000.0),
            volume_24h_usd: Some(95_000.0),
        }),
        features: Some(AlertFeatures {
            preliminary_score: Some(6),
            final_score: Some(8),
            conviction_type: Some("High Confidence (Strict)".into()),
            smart_money_involved: Some(true),
            smart_wallet_pnl: Some(12_345.6),
            velocity_score_15m: Some(4),
            lp_locked: Some(true),
            mint_revoked: Some(false),
            top10_concentration: Some(23.4),
            holder_count: Some(412),
            feed_source: Some("cielo".into()),
            dex_name: Some("raydium".into()),
            ..AlertFeatures::default()
        }),
        extra: BTreeMap::from([("sniper_count".to_owned(), prost_types::Value { kind: Some(Kind::NumberValue(3.0)) })]),
        ..Alert::default()
    }
}

/// A look at a token, `ago` before `now`.
pub fn price(address: &str, now: Timestamp, ago: Duration) -> PriceObservation {
    let at = now.minus(ago);
    let wobble = (at.millis() / 1_000 % 97) as f64 / 970.0;
    PriceObservation {
        token: Some(Token { address: address.to_owned(), ..Token::default() }),
        observed_at: Some(timestamp_message(at)),
        price_usd: 0.000_042 * (1.0 + wobble),
        market_cap_usd: Some(42_000.0 * (1.0 + wobble)),
        liquidity_usd: Some(18_000.0),
        volume_24h_usd: Some(95_000.0),
        holder_count: None,
        source: "feed".into(),
        dex_name: "raydium".into(),
        pool: address.to_owned(),
    }
}
