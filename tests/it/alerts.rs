//! Requests as a bot makes them.

use std::collections::BTreeMap;

use domain::timestamp::Timestamp;
use perftrack::v1::{Alert, AlertFeatures, PriceObservation, Quote, RecordAlertRequest, Token};
use uuid::Uuid;

/// A token address that nobody else uses.
pub fn mint() -> String {
    let (a, b) = (Uuid::new_v4(), Uuid::new_v4());
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(a.as_bytes());
    bytes[16..].copy_from_slice(b.as_bytes());
    domain::token::TokenAddress::from_bytes(bytes).to_string()
}

/// A time in messages.
pub fn stamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.micros().div_euclid(1_000_000),
        nanos: i32::try_from(at.micros().rem_euclid(1_000_000) * 1_000).unwrap(),
    }
}

/// The present moment.
pub fn now() -> Timestamp {
    service::clock::Clock::system().now()
}

/// An alert on `mint` with a few reasons.
pub fn alert(mint: &str) -> RecordAlertRequest {
    RecordAlertRequest {
        alert: Some(Alert {
            alert_id: Uuid::new_v4().to_string(),
            token: Some(Token { address: mint.to_owned(), symbol: "TEST".into(), ..Token::default() }),
            entry: Some(Quote { price_usd: Some(1e-4), liquidity_usd: Some(25_000.0), ..Quote::default() }),
            features: Some(AlertFeatures {
                final_score: Some(8),
                smart_money_involved: Some(true),
                ..AlertFeatures::default()
            }),
            extra: BTreeMap::new(),
            ..Alert::default()
        }),
        trust_recorded_peak: false,
    }
}

/// One look at `mint`, from a feed of the bot's own.
pub fn price(mint: &str, at: Timestamp, price_usd: f64) -> PriceObservation {
    PriceObservation {
        token: Some(Token { address: mint.to_owned(), ..Token::default() }),
        observed_at: Some(stamp(at)),
        price_usd,
        liquidity_usd: Some(25_000.0),
        source: "test".into(),
        dex_name: "raydium".into(),
        pool: mint.to_owned(),
        ..PriceObservation::default()
    }
}
