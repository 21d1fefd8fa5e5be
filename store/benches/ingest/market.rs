//! What is recorded: alerts with most features known, and prices such as a source gives them.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{Alert, AlertId, Decision, ExtraValue};
use domain::feature::AlertFeatures;
use domain::observation::Observation;
use domain::quantity::{AmountUsd, Finite, Percent, PriceUsd};
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use store::alerts::NewAlert;
use uuid::Uuid;

pub const START: Timestamp = Timestamp::from_seconds(1_772_445_600);

/// An alert on a token that was never alerted, with most features known.
pub fn new_alert() -> NewAlert {
    let id = Uuid::new_v4();
    let mut address = [0; 32];
    address[..16].copy_from_slice(id.as_bytes());
    address[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    let alert = Alert {
        id: AlertId(id),
        token: Token {
            key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(address) },
            name: "A token".to_owned(),
            symbol: "TOKEN".to_owned(),
        },
        alerted_at: START,
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote {
            price_usd: PriceUsd::new(0.000_042).ok(),
            market_cap_usd: AmountUsd::new(42_000.0).ok(),
            liquidity_usd: AmountUsd::new(18_000.0).ok(),
            volume_24h_usd: AmountUsd::new(95_000.0).ok(),
        },
        features: AlertFeatures {
            preliminary_score: Some(6),
            final_score: Some(8),
            conviction_type: Some("High Confidence (Strict)".to_owned()),
            smart_money_involved: Some(true),
            smart_wallet_pnl: Finite::new(12_345.6).ok(),
            velocity_score_15m: Some(4),
            lp_locked: Some(true),
            mint_revoked: Some(false),
            top10_concentration: Percent::new(23.4).ok(),
            holder_count: Some(412),
            feed_source: Some("cielo".to_owned()),
            dex_name: Some("raydium".to_owned()),
            ..AlertFeatures::default()
        },
        extra: BTreeMap::from([("sniper_count".to_owned(), ExtraValue::Number(3.0))]),
        annotations: BTreeMap::new(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: None,
    };
    NewAlert { request_hash: [7; 32], recorded_at: START, alert }
}

/// A look at a token some minutes after its alert.
pub fn look(token: TokenKey, minute: u64) -> (TokenKey, Observation) {
    let [first, second, ..] = *token.address.as_bytes();
    let mixed = u64::from(first) * 7 + u64::from(second) * 13 + minute * 29;
    let usd = 0.000_042 * (1.0 + (mixed % 97) as f64 / 1_000.0);
    let observation = Observation {
        observed_at: START.plus(Duration::from_secs(60 * minute + 7)),
        source: "dexscreener".into(),
        price_usd: PriceUsd::new(usd).unwrap_or_else(|_| unreachable!("a price")),
        market_cap_usd: AmountUsd::new(usd * 1e9).ok(),
        liquidity_usd: AmountUsd::new(18_000.0 + (mixed % 89) as f64).ok(),
        volume_24h_usd: AmountUsd::new(95_000.0).ok(),
        holder_count: None,
        dex_name: Some("raydium".into()),
        pool: Some("5q1zWvGJfGHzyTCRqFtGn5YV6zqzSgkRB4pDXPJ3kDbW".into()),
    };
    (token, observation)
}
