//! Alerts whose prices were recorded, through the store as the tracker does it.

use std::sync::Arc;
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
use store::{Rules, Store};
use uuid::Uuid;

/// When the first alert was raised.
pub const BEGIN: Timestamp = Timestamp::from_seconds(1_759_795_200);
const DAY: Duration = Duration::from_secs(86_400);

/// What becomes of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Pump,
    Rug,
    Calm,
    /// Its window is never sealed.
    Open,
}

/// An alert on token `token`, the `number`-th every 20 minutes.
pub fn alert(number: u32, token: u32) -> Alert {
    let mut address = [9; 32];
    address[..4].copy_from_slice(&token.to_le_bytes());
    Alert {
        id: AlertId(Uuid::from_u128(u128::from(number) + 1)),
        token: Token {
            key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(address) },
            name: format!("Token {token}"),
            symbol: format!("T{token}"),
        },
        alerted_at: BEGIN.plus(Duration::from_secs(u64::from(number) * 1_200)),
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote { liquidity_usd: AmountUsd::new(50_000.0).ok(), ..Quote::default() },
        features: AlertFeatures::default(),
        extra: std::collections::BTreeMap::new(),
        annotations: std::collections::BTreeMap::new(),
        config_revision: None,
        recorded_peak: None,
        trust_recorded_peak: false,
        tracking_window: Some(DAY),
    }
}

/// Records alerts with the prices of their fates, and seals those that are not open.
pub async fn record(store: &Store, alerts: Vec<(Alert, Fate)>) -> anyhow::Result<()> {
    let rules = Rules::default();
    let last = alerts.iter().map(|(alert, _)| alert.alerted_at).max().unwrap_or(BEGIN);
    let now = last.plus(2 * DAY);
    let observations = alerts.iter().flat_map(|(alert, fate)| prices(alert, *fate)).collect();
    let new = alerts.into_iter().map(|(mut alert, fate)| {
        if fate == Fate::Open {
            alert.tracking_window = Some(100 * DAY);
        }
        NewAlert { alert, request_hash: [0; 32], recorded_at: last }
    });
    store.alerts().record_many(new.collect(), &rules).await?;
    store.observations().record(Batch { observations, pools: Vec::new() }, now, &rules).await?;
    store.outcomes().seal_due(now, 10_000, &rules).await?;
    Ok(())
}

fn prices(alert: &Alert, fate: Fate) -> Vec<(TokenKey, Observation)> {
    let (pumped, liquidity) = match fate {
        Fate::Pump => (2.0, 50_000.0),
        Fate::Rug => (1.1, 100.0),
        Fate::Calm | Fate::Open => (1.1, 50_000.0),
    };
    let path = [
        (30, 1.0, 50_000.0),
        (90, 1.01, 50_000.0),
        (1_800, pumped, 50_000.0),
        (1_860, pumped * 1.01, liquidity),
        (1_920, pumped, liquidity),
        (1_980, pumped * 1.01, liquidity),
        (2_040, pumped, liquidity),
        (86_300, 0.9, liquidity),
    ];
    path.into_iter()
        .map(|(after_seconds, price, liquidity)| {
            let observation = Observation {
                observed_at: alert.alerted_at.plus(Duration::from_secs(after_seconds)),
                source: Arc::from("test"),
                price_usd: PriceUsd::new(price).expect("a price"),
                market_cap_usd: None,
                liquidity_usd: AmountUsd::new(liquidity).ok(),
                volume_24h_usd: None,
                holder_count: None,
                dex_name: Some(Arc::from("raydium")),
                pool: Some(Arc::from("pool")),
            };
            (alert.token.key, observation)
        })
        .collect()
}

/// 120 alerts: half with locked liquidity, of which 60 % pump; of the others 20 % pump and 30 % are rugs.
pub fn planted() -> Vec<(Alert, Fate)> {
    let alerts = (0..120).map(|number| {
        let (is_locked, tenth) = (number % 2 == 0, number / 2 % 10);
        let fate = match (is_locked, tenth) {
            (true, 0..6) | (false, 0..2) => Fate::Pump,
            (false, 2..5) => Fate::Rug,
            _ => Fate::Calm,
        };
        let mut alert = alert(number, number);
        alert.features.lp_locked = Some(is_locked);
        alert.features.final_score = Some(9);
        alert.annotations.insert("is_rug".to_owned(), (fate == Fate::Rug).to_string());
        (alert, fate)
    });
    alerts.collect()
}
