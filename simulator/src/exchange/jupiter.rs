//! As Jupiter answers: `/price/v3` a flat map, `/tokens/v2/search` an array.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::{Entries, Price, answer, spoil_of};
use super::{Listing, Shared};
use crate::faults::{Fault, Source, Spoil};

#[derive(Deserialize)]
pub(super) struct Prices {
    ids: String,
}

#[derive(Deserialize)]
pub(super) struct Search {
    query: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceEntry {
    created_at: &'static str,
    liquidity: f64,
    #[serde(serialize_with = "Price::as_number")]
    usd_price: Price,
    block_id: Option<i64>,
    decimals: i32,
    #[serde(rename = "priceChange24h")]
    price_change_24h: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenEntry<'a> {
    id: &'a str,
    name: &'a str,
    symbol: &'a str,
    decimals: i32,
    #[serde(serialize_with = "Price::as_number")]
    usd_price: Price,
    liquidity: Option<f64>,
    mcap: Option<f64>,
    fdv: Option<f64>,
    holder_count: Option<i32>,
    audit: Audit,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Audit {
    mint_authority_disabled: bool,
    freeze_authority_disabled: bool,
    top_holders_percentage: f64,
}

pub(super) async fn price(State(shared): State<Arc<Shared>>, Query(prices): Query<Prices>) -> Response {
    let asked = Shared::addresses(&prices.ids, 50);
    let (now, faults) = shared.receive(Source::Jupiter, &asked);
    let mut entries = Entries::begin("{", b'}', asked.len());
    for listing in known(&shared, &asked, now) {
        let spoil = spoil_of(&faults, &listing.token.address);
        match spoil {
            Some(Spoil::Missing) => continue,
            Some(Spoil::Malformed) => {
                entries.insert(&listing.mint, &404);
                continue;
            }
            _ => {}
        }
        let entry = listing.main_pool(now, |pool| PriceEntry {
            created_at: "2024-06-05T08:55:25.527Z",
            liquidity: pool.liquidity_usd.unwrap_or(0.0),
            usd_price: Price::spoiled(pool.price_usd, spoil),
            block_id: Some(348_004_023),
            decimals: 6,
            price_change_24h: None,
        });
        let key = if spoil == Some(Spoil::OtherToken) { &listing.addresses[3] } else { &listing.mint };
        entries.insert(key, &entry);
    }
    answer(Source::Jupiter, now, &faults, entries.end("")).await
}

pub(super) async fn search(State(shared): State<Arc<Shared>>, Query(search): Query<Search>) -> Response {
    let asked = Shared::addresses(&search.query, 100);
    let (now, faults): (Timestamp, Vec<Fault>) = shared.receive(Source::Jupiter, &asked);
    let mut entries = Entries::begin("[", b']', asked.len());
    for listing in known(&shared, &asked, now) {
        let spoil = spoil_of(&faults, &listing.token.address);
        match spoil {
            Some(Spoil::Missing) => continue,
            Some(Spoil::Malformed) => {
                entries.push(&404);
                continue;
            }
            _ => {}
        }
        let entry = listing.main_pool(now, |pool| TokenEntry {
            id: if spoil == Some(Spoil::OtherToken) { &listing.addresses[3] } else { &listing.mint },
            name: &listing.token.name,
            symbol: &listing.token.symbol,
            decimals: 6,
            usd_price: Price::spoiled(pool.price_usd, spoil),
            liquidity: pool.liquidity_usd,
            mcap: Some(pool.market_cap_usd),
            fdv: Some(pool.market_cap_usd),
            holder_count: Some(120 + (listing.token.seed.at(30).0 % 4_000) as i32),
            audit: Audit {
                mint_authority_disabled: true,
                freeze_authority_disabled: true,
                top_holders_percentage: listing.token.seed.between(31, 5.0, 60.0),
            },
        });
        entries.push(&entry);
    }
    answer(Source::Jupiter, now, &faults, entries.end("")).await
}

fn known(shared: &Shared, asked: &[domain::token::TokenAddress], now: Timestamp) -> Vec<Arc<Listing>> {
    let mut listings = shared.listings(asked);
    listings.retain(|listing| now >= listing.token.begins_at.plus(listing.token.quirks.jupiter_after));
    listings
}
