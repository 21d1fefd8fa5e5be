//! As DexScreener answers: a bare array of pairs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;

use super::answer::{Entries, Price, answer, crowd, spoil_of};
use super::{Listing, Shared};
use crate::faults::{Source, Spoil};
use crate::market::{Pool, WRAPPED_SOL};

/// At most this many addresses are read; what comes after is ignored.
const CAP: usize = 30;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pair<'a> {
    chain_id: &'a str,
    dex_id: &'a str,
    pair_address: &'a str,
    base_token: Token<'a>,
    quote_token: Token<'a>,
    price_native: &'static str,
    #[serde(serialize_with = "Price::as_text")]
    price_usd: Price,
    txns: Windows<Trades>,
    volume: Windows<f64>,
    price_change: Windows<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liquidity: Option<Liquidity>,
    fdv: Option<f64>,
    market_cap: Option<f64>,
    pair_created_at: i64,
    info: Info,
}

#[derive(Clone, Copy, Serialize)]
struct Token<'a> {
    address: &'a str,
    name: &'a str,
    symbol: &'a str,
}

#[derive(Serialize)]
struct Windows<T> {
    m5: T,
    h1: T,
    h6: T,
    h24: T,
}

#[derive(Clone, Copy, Serialize)]
struct Trades {
    buys: i32,
    sells: i32,
}

#[derive(Serialize)]
struct Liquidity {
    usd: f64,
    base: f64,
    quote: f64,
}

#[derive(Serialize)]
struct Info {}

pub(super) async fn tokens(
    State(shared): State<Arc<Shared>>,
    Path((chain, mints)): Path<(String, String)>,
) -> Response {
    pairs_of(&shared, &chain, &mints).await
}

pub(super) async fn token_pairs(
    State(shared): State<Arc<Shared>>,
    Path((chain, mint)): Path<(String, String)>,
) -> Response {
    pairs_of(&shared, &chain, mint.split(',').next().unwrap_or_default()).await
}

async fn pairs_of(shared: &Shared, chain: &str, mints: &str) -> Response {
    let asked = Shared::addresses(mints, CAP);
    let (now, faults) = shared.receive(Source::DexScreener, &asked);
    let crowd = crowd(&faults, &asked);
    let mut entries = Entries::begin("[", b']', asked.len());
    let listings = if chain == "solana" { shared.listings(&asked) } else { Vec::new() };
    for listing in &listings {
        let token = &listing.token;
        if now < token.begins_at.plus(token.quirks.dexscreener_after) {
            continue;
        }
        if let Some(crowd) = crowd {
            if token.address == crowd {
                (0..CAP).for_each(|_| listing.pools(now, |pool| entries.push(&pair(listing, &pool, None))));
            }
            continue;
        }
        match spoil_of(&faults, &token.address) {
            Some(Spoil::Missing) => {}
            Some(Spoil::Malformed) => entries.push(&404),
            Some(Spoil::WrongTypes) => entries.push(&serde_json::json!({
                "chainId": "solana", "dexId": 7, "pairAddress": {}, "priceUsd": [], "liquidity": "deep", "fdv": {},
                "baseToken": {"address": listing.mint}, "quoteToken": {"address": WRAPPED_SOL}})),
            spoil => listing.pools(now, |pool| entries.push(&pair(listing, &pool, spoil))),
        }
    }
    answer(Source::DexScreener, now, &faults, entries.end("")).await
}

fn pair<'a>(listing: &'a Listing, pool: &Pool<'a>, spoil: Option<Spoil>) -> Pair<'a> {
    let name = |mint: &str| if mint == listing.mint { listing.token.name.as_str() } else { "Wrapped SOL" };
    let base = if spoil == Some(Spoil::OtherToken) { (listing.addresses[3].as_str(), "OTHER") } else { pool.base };
    let liquidity_usd = if spoil == Some(Spoil::NoLiquidity) { Some(0.0) } else { pool.liquidity_usd };
    let trades = Trades { buys: 12, sells: 9 };
    let volume = pool.volume_24h_usd;
    Pair {
        chain_id: "solana",
        dex_id: pool.dex,
        pair_address: pool.address,
        base_token: Token { address: base.0, name: name(base.0), symbol: base.1 },
        quote_token: Token { address: pool.quote.0, name: name(pool.quote.0), symbol: pool.quote.1 },
        price_native: "0.0000007661",
        price_usd: Price::spoiled(pool.price_usd, spoil),
        txns: Windows { m5: trades, h1: trades, h6: trades, h24: trades },
        volume: Windows { m5: volume / 288.0, h1: volume / 24.0, h6: volume / 4.0, h24: volume },
        price_change: Windows { m5: 0.5, h1: 1.5, h6: 2.5, h24: 3.5 },
        liquidity: liquidity_usd.map(|usd| Liquidity { usd, base: usd / 2.0 / pool.price_usd, quote: usd / 300.0 }),
        fdv: Some(pool.market_cap_usd),
        market_cap: Some(pool.market_cap_usd),
        pair_created_at: pool.created_at.millis(),
        info: Info {},
    }
}
