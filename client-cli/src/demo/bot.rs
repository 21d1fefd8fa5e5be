//! The bot: raises every alert of the plan at its moment, over gRPC as any bot would.

use std::collections::BTreeMap;

use crate::connect::Connection;
use anyhow::Context;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{Alert, AlertDecision, Quote, RecordAlertRequest, Token};
use prost_types::value::Kind;
use service::clock::Work;
use simulator::draw::Seed;
use simulator::market::Market;

use super::plan::Call;

/// Raises the alerts of `calls`, in their order; `raised` is told of each. Holds time still with `work` while it speaks.
///
/// # Errors
/// When the tracker refuses one: then the demo has a mistake.
pub async fn run(
    calls: Vec<Call>,
    market: Market,
    mut work: Work,
    mut tracker: TrackingServiceClient<Connection>,
    raised: impl Fn(),
) -> anyhow::Result<()> {
    for call in calls {
        // Time stands still until the alert is recorded, as it hardly moves for a bot that is quick.
        work.pause_until(call.at).await;
        let request = RecordAlertRequest { alert: Some(alert(&call, &market)), trust_recorded_peak: false };
        let answer = tracker.record_alert(request).await;
        answer.with_context(|| format!("recording alert {} of the demo, on {}", call.number, call.token.symbol))?;
        raised();
    }
    Ok(())
}

/// What the bot sends.
fn alert(call: &Call, market: &Market) -> Alert {
    let seen = market.quote(&call.token.address, call.at);
    let seconds = call.at.micros().div_euclid(1_000_000);
    let nanos = i32::try_from(call.at.micros().rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    Alert {
        alert_id: id(call),
        token: Some(Token {
            chain: "solana".to_owned(),
            address: call.token.address.to_string(),
            name: call.token.name.clone(),
            symbol: call.token.symbol.clone(),
        }),
        alerted_at: Some(prost_types::Timestamp { seconds, nanos }),
        decision: AlertDecision::Alerted.into(),
        shadow_sample_rate: None,
        entry: Some(Quote {
            price_usd: seen.price_usd.map(|price| price.get()),
            market_cap_usd: seen.market_cap_usd.map(|amount| amount.get()),
            liquidity_usd: seen.liquidity_usd.map(|amount| amount.get()),
            volume_24h_usd: seen.volume_24h_usd.map(|amount| amount.get()),
        }),
        features: Some(call.reasons.features.clone()),
        extra: BTreeMap::from([
            ("mentions_1h".to_owned(), value(Kind::NumberValue(call.reasons.mentions_1h))),
            ("second_instance".to_owned(), value(Kind::BoolValue(call.reasons.second_instance))),
        ]),
        annotations: BTreeMap::from([("story".to_owned(), format!("{:?}", call.token.scenario))]),
        config_revision: "demo-1".to_owned(),
        recorded_peak: None,
        tracking_window: None,
    }
}

const fn value(kind: Kind) -> prost_types::Value {
    prost_types::Value { kind: Some(kind) }
}

/// Drawn, so that one seed is one demo, down to the ids.
fn id(call: &Call) -> String {
    let bytes = Seed(call.number).at(call.token.seed.0).bytes();
    let mut sixteen = [0; 16];
    sixteen.copy_from_slice(&bytes[..16]);
    uuid::Builder::from_custom_bytes(sixteen).into_uuid().to_string()
}
