//! As GeckoTerminal answers: `/networks/solana/tokens/multi/{…}`, with the top pools where they are asked for.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use serde::Serialize;

use super::Shared;
use super::answer::{Entries, Price, answer, spoil_of};
use crate::faults::{Source, Spoil};
use crate::market::Pool;

#[derive(Serialize)]
struct Token<'a> {
    id: String,
    r#type: &'static str,
    attributes: Attributes<'a>,
    relationships: TokenRelationships,
}

#[derive(Serialize)]
struct Attributes<'a> {
    address: &'a str,
    name: &'a str,
    symbol: &'a str,
    decimals: i32,
    #[serde(serialize_with = "Price::as_text")]
    price_usd: Price,
    fdv_usd: String,
    total_reserve_in_usd: String,
    volume_usd: Day,
    market_cap_usd: Option<String>,
}

#[derive(Serialize)]
struct Day {
    h24: String,
}

#[derive(Serialize)]
struct TokenRelationships {
    top_pools: Related<Vec<Reference>>,
}

#[derive(Serialize)]
struct Related<T> {
    data: T,
}

#[derive(Serialize)]
struct Reference {
    id: String,
    r#type: &'static str,
}

#[derive(Serialize)]
struct TopPool<'a> {
    id: String,
    r#type: &'static str,
    attributes: PoolAttributes<'a>,
    relationships: PoolRelationships,
}

#[derive(Serialize)]
struct PoolAttributes<'a> {
    address: &'a str,
    base_token_price_usd: String,
    base_token_price_native_currency: &'static str,
    reserve_in_usd: String,
}

#[derive(Serialize)]
struct PoolRelationships {
    base_token: Related<Reference>,
    quote_token: Related<Reference>,
    dex: Related<Reference>,
}

pub(super) async fn multi(
    State(shared): State<Arc<Shared>>,
    Path((network, mints)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = Shared::addresses(&mints, 30);
    let (now, faults) = shared.receive(Source::GeckoTerminal, &asked);
    let listings = if network == "solana" { shared.listings(&asked) } else { Vec::new() };
    let mut tokens = Entries::begin(r#"{"data":["#, b']', listings.len());
    let mut pools = Entries::begin(r#","included":["#, b']', listings.len());
    for listing in &listings {
        let token = &listing.token;
        if now < token.begins_at.plus(token.quirks.geckoterminal_after) {
            continue;
        }
        let spoil = spoil_of(&faults, &token.address);
        match spoil {
            Some(Spoil::Missing) => continue,
            Some(Spoil::Malformed) => {
                tokens.push(&404);
                continue;
            }
            _ => {}
        }
        let mint = if spoil == Some(Spoil::OtherToken) { &listing.addresses[3] } else { &listing.mint };
        let entry = listing.main_pool(now, |pool| {
            pools.push(&top_pool(&pool));
            Token {
                id: format!("solana_{mint}"),
                r#type: "token",
                attributes: Attributes {
                    address: mint,
                    name: &token.name,
                    symbol: &token.symbol,
                    decimals: 6,
                    price_usd: Price::spoiled(pool.price_usd, spoil),
                    fdv_usd: pool.market_cap_usd.to_string(),
                    total_reserve_in_usd: pool.liquidity_usd.unwrap_or(0.0).to_string(),
                    volume_usd: Day { h24: pool.volume_24h_usd.to_string() },
                    market_cap_usd: None,
                },
                relationships: TokenRelationships {
                    top_pools: Related { data: vec![reference("pool", &format!("solana_{}", pool.address))] },
                },
            }
        });
        tokens.push(&entry);
    }
    let included = query.is_some_and(|query| query.contains("include=top_pools"));
    let pools = if included { String::from_utf8(pools.end("")).unwrap_or_default() } else { String::new() };
    let body = tokens.end(&format!("{pools}}}"));
    answer(Source::GeckoTerminal, now, &faults, body).await
}

fn top_pool<'a>(pool: &Pool<'a>) -> TopPool<'a> {
    TopPool {
        id: format!("solana_{}", pool.address),
        r#type: "pool",
        attributes: PoolAttributes {
            address: pool.address,
            base_token_price_usd: pool.price_usd.to_string(),
            base_token_price_native_currency: "NaN",
            reserve_in_usd: pool.liquidity_usd.unwrap_or(0.0).to_string(),
        },
        relationships: PoolRelationships {
            base_token: Related { data: reference("token", &format!("solana_{}", pool.base.0)) },
            quote_token: Related { data: reference("token", &format!("solana_{}", pool.quote.0)) },
            dex: Related { data: reference("dex", pool.dex) },
        },
    }
}

fn reference(r#type: &'static str, id: &str) -> Reference {
    Reference { id: id.to_owned(), r#type }
}
