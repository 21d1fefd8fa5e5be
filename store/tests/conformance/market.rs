//! Tokens, alerts and prices to test with.

#![expect(clippy::expect_used, reason = "the numbers are written here")]

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{Alert, AlertId, Decision};
use domain::feature::AlertFeatures;
use domain::observation::Observation;
use domain::quantity::{AmountUsd, PriceUsd};
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use store::alerts::NewAlert;
use store::observations::Batch;
use uuid::Uuid;

/// 2026-03-02T10:00:00Z, a Monday: when the alerts are raised.
pub const START: Timestamp = Timestamp::from_seconds(1_772_445_600);

pub fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

pub fn token(number: u32) -> TokenKey {
    let mut bytes = [7_u8; 32];
    // The low byte first, so that numbers and addresses are in different orders.
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(bytes) }
}

/// An alert on token `number`, raised at `at`, with nothing known but the price.
pub fn alert(number: u32, at: Timestamp) -> Alert {
    Alert {
        id: AlertId(Uuid::new_v4()),
        token: Token { key: token(number), name: format!("Token {number}"), symbol: format!("T{number}") },
        alerted_at: at,
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote { price_usd: PriceUsd::new(1.0).ok(), ..Quote::default() },
        features: AlertFeatures::default(),
        extra: BTreeMap::new(),
        annotations: BTreeMap::new(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: None,
    }
}

/// Recorded at the moment it was raised.
pub fn new(alert: Alert) -> NewAlert {
    NewAlert { request_hash: [1; 32], recorded_at: alert.alerted_at, alert }
}

pub fn price(usd: f64) -> PriceUsd {
    PriceUsd::new(usd).expect("a price")
}

/// A price of a pool with plenty of liquidity.
pub fn look(at: Timestamp, usd: f64) -> Observation {
    Observation {
        observed_at: at,
        source: "dexscreener".into(),
        price_usd: price(usd),
        market_cap_usd: AmountUsd::new(usd * 1e6).ok(),
        liquidity_usd: AmountUsd::new(50_000.0).ok(),
        volume_24h_usd: None,
        holder_count: Some(120),
        dex_name: Some("raydium".into()),
        pool: Some("pool-1".into()),
    }
}

/// Prices of a token, one a minute from its alert on.
pub fn path(number: u32, prices: &[f64]) -> Vec<(TokenKey, Observation)> {
    (0..).zip(prices).map(|(minute, usd)| (token(number), look(START.plus(minutes(minute)), *usd))).collect()
}

pub fn batch(observations: Vec<(TokenKey, Observation)>) -> Batch {
    Batch { observations, pools: Vec::new() }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % bound
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1);
            items.swap(last, usize::try_from(other).expect("an index"));
        }
    }
}
