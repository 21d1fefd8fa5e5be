//! As Birdeye answers: `/defi/multi_price`, for those who send a key.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::answer::{Entries, Price, answer, spoil_of};
use crate::faults::{Source, Spoil};

#[derive(Deserialize)]
pub(super) struct Prices {
    list_address: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(serialize_with = "Price::as_number")]
    value: Price,
    update_unix_time: i64,
    #[serde(rename = "priceChange24h")]
    price_change_24h: f64,
    liquidity: Option<f64>,
}

pub(super) async fn multi_price(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(prices): Query<Prices>,
) -> Response {
    let asked = Shared::addresses(&prices.list_address, 100);
    let (now, faults) = shared.receive(Source::Birdeye, &asked);
    if !headers.contains_key("x-api-key") {
        let body = axum::Json(serde_json::json!({"success": false, "message": "Unauthorized"}));
        return (StatusCode::UNAUTHORIZED, body).into_response();
    }
    let mut entries = Entries::begin(r#"{"success":true,"data":{"#, b'}', asked.len());
    for address in asked.iter().rev() {
        let spoil = spoil_of(&faults, address);
        let listing = shared.market().find(address).filter(|_| spoil != Some(Spoil::Missing));
        let entry = listing.as_ref().and_then(|listing| {
            listing.main_pool(now, |pool| Entry {
                value: Price::spoiled(pool.price_usd, spoil),
                update_unix_time: now.millis() / 1_000,
                price_change_24h: -6.1,
                liquidity: pool.liquidity_usd,
            })
        });
        // What is not indexed stands as null.
        entries.insert(&address.to_string(), &entry);
    }
    answer(Source::Birdeye, now, &faults, entries.end("}")).await
}
