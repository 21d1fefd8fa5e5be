//! The exchange answers as the price sources do.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as loudly as the tests")]

use std::time::Duration;

use domain::timestamp::Timestamp;
use serde_json::Value;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Fault, Faults, Source, Spoil, When};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

async fn exchange(tokens: usize, faults: Faults, limits: Limits) -> (Exchange, Vec<String>) {
    let market = Market::new();
    let mints = (0..tokens)
        .map(|i| market.list(SimulatedToken::draw(Seed(i as u64), START, Scenario::Flat)).mint.clone())
        .collect();
    let now = START.plus(Duration::from_secs(60));
    (Exchange::start(market, faults, limits, move || now).await.unwrap(), mints)
}

async fn get(url: &str) -> reqwest::Response {
    // Plain HTTP to this machine alone; the client is made without certificates.
    client().get(url).send().await.unwrap()
}

fn client() -> reqwest::Client {
    static PROVIDER: std::sync::Once = std::sync::Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::new()
}

async fn array(url: &str) -> Vec<Value> {
    serde_json::from_str(&get(url).await.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn dexscreener_answers_at_most_30_addresses_in_another_order() {
    let (exchange, mints) = exchange(31, Faults::none(), Limits::default()).await;
    let pairs = array(&format!("{}/tokens/v1/solana/{}", exchange.url(Source::DexScreener), mints.join(","))).await;
    assert_eq!(pairs.len(), 30);
    assert_eq!(pairs[0]["baseToken"]["address"], mints[29]);
    assert!(pairs[0]["priceUsd"].as_str().unwrap().parse::<f64>().unwrap() > 0.0);
    assert!(pairs[0]["liquidity"]["usd"].is_number());
}

#[tokio::test]
async fn an_unknown_mint_is_missing_and_that_is_no_error() {
    let (exchange, _) = exchange(1, Faults::none(), Limits::default()).await;
    let unknown = SimulatedToken::draw(Seed(99), START, Scenario::Flat).address;
    let base = exchange.url(Source::DexScreener);
    assert!(array(&format!("{base}/tokens/v1/solana/{unknown}")).await.is_empty());
    assert!(array(&format!("{base}/token-pairs/v1/solana/{unknown}")).await.is_empty());
}

#[tokio::test]
async fn every_source_tells_the_same_price() {
    let (exchange, mints) = exchange(1, Faults::none(), Limits::default()).await;
    let mint = &mints[0];
    let dexscreener = format!("{}/tokens/v1/solana/{mint}", exchange.url(Source::DexScreener));
    let price: f64 = array(&dexscreener).await[0]["priceUsd"].as_str().unwrap().parse().unwrap();
    let jupiter = exchange.url(Source::Jupiter);
    assert_eq!(array(&format!("{jupiter}/tokens/v2/search?query={mint}")).await[0]["usdPrice"], price);
    let prices: Value = get(&format!("{jupiter}/price/v3?ids={mint}")).await.json().await.unwrap();
    assert_eq!(prices[mint]["usdPrice"], price);
    let gecko = exchange.url(Source::GeckoTerminal);
    let multi: Value =
        get(&format!("{gecko}/networks/solana/tokens/multi/{mint}?include=top_pools")).await.json().await.unwrap();
    assert_eq!(multi["data"][0]["attributes"]["price_usd"].as_str().unwrap().parse::<f64>().unwrap(), price);
    assert_eq!(multi["included"][0]["type"], "pool");
    let birdeye = format!("{}/defi/multi_price?list_address={mint}", exchange.url(Source::Birdeye));
    assert_eq!(get(&birdeye).await.status(), 401);
    let answer: Value = client().get(&birdeye).header("X-API-KEY", "k").send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"][mint]["value"], price);
}

#[tokio::test]
async fn a_scripted_fault_happens_as_often_as_it_says() {
    let faults = Faults::none();
    faults.script(Source::DexScreener, When::Next(1), Fault::Html);
    faults.script(Source::DexScreener, When::Next(1), Fault::Entry(None, Spoil::Missing));
    let (exchange, mints) = exchange(1, faults, Limits::default()).await;
    let url = format!("{}/tokens/v1/solana/{}", exchange.url(Source::DexScreener), mints[0]);
    assert!(get(&url).await.text().await.unwrap().starts_with("<!DOCTYPE"));
    assert_eq!(array(&url).await.len(), 1);
}

#[tokio::test]
async fn over_its_limit_a_source_says_429_in_its_own_way() {
    let limits = Limits { dexscreener: Some(1), jupiter: Some(0), geckoterminal: Some(0) };
    let (exchange, mints) = exchange(1, Faults::none(), limits).await;
    let url = format!("{}/tokens/v1/solana/{}", exchange.url(Source::DexScreener), mints[0]);
    assert_eq!(get(&url).await.status(), 200);
    let refused = get(&url).await;
    assert_eq!((refused.status().as_u16(), refused.headers().get("retry-after")), (429, None));
    let jupiter = get(&format!("{}/price/v3?ids={}", exchange.url(Source::Jupiter), mints[0])).await;
    assert!(jupiter.headers().contains_key("x-ratelimit-reset"));
    let gecko = exchange.url(Source::GeckoTerminal);
    let gecko = get(&format!("{gecko}/networks/solana/tokens/multi/{}", mints[0])).await;
    assert_eq!(gecko.headers()["retry-after"], "0");
}

#[tokio::test]
async fn the_doors_of_an_exchange_share_its_limits_and_know_who_asked() {
    let limits = Limits { dexscreener: Some(1), ..Limits::default() };
    let (exchange, mints) = exchange(2, Faults::none(), limits).await;
    let door = exchange.another_door().await.unwrap();
    let ask = |door: &Exchange, mint: &str| format!("{}/tokens/v1/solana/{mint}", door.url(Source::DexScreener));
    assert_eq!(get(&ask(&exchange, &mints[0])).await.status(), 200);
    assert_eq!(get(&ask(&door, &mints[1])).await.status(), 429);
    assert_eq!((door.requests(Source::DexScreener), door.tokens(Source::DexScreener)), (2, 2));
    let asked: Vec<String> = door.asked_at().keys().map(ToString::to_string).collect();
    assert_eq!(asked, mints[1..]);
}
