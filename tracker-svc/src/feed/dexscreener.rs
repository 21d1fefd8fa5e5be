//! DexScreener: the first source. One representative pair per token, sometimes several; up to 30 tokens a request.

use std::sync::Arc;
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;

use super::http::{FetchError, Http};
use super::lenient::{Maybe, Number, Text, array};
use super::settings::Endpoint;
use super::{Feed, Limits, PoolQuote, Purpose, QuotedIn, amount, price};

/// See the module.
#[derive(Debug)]
pub struct DexScreener {
    http: Http,
    endpoint: Endpoint,
}

impl DexScreener {
    /// Its name in observations.
    pub const NAME: &'static str = "dexscreener";

    /// Asks at `endpoint`; it needs no key.
    #[must_use]
    pub const fn new(http: Http, endpoint: Endpoint) -> Self {
        Self { http, endpoint }
    }

    async fn pairs(&self, url: String, asked: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
        let body = self.http.json(self.http.get(url)).await?;
        parse(&body, asked)
    }
}

impl Feed for DexScreener {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn batch_size(&self) -> usize {
        30
    }

    fn limits(&self) -> Limits {
        // 300 a minute are allowed. Its 429 says nothing about when to come back.
        Limits { requests_per_minute: 260.0, burst: 40, least_pause: Duration::from_secs(5) }
            .with_allowance(self.endpoint.requests_per_minute)
    }

    fn quotes<'a>(
        &'a self,
        tokens: &'a [TokenAddress],
        _: Purpose,
    ) -> BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>> {
        let url = format!("{}/tokens/v1/solana/{}", self.endpoint.url, super::http::list(tokens));
        self.pairs(url, tokens).boxed()
    }

    fn pools<'a>(&'a self, token: &'a TokenAddress) -> Option<BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>>> {
        let url = format!("{}/token-pairs/v1/solana/{token}", self.endpoint.url);
        Some(self.pairs(url, std::slice::from_ref(token)).boxed())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pair<'a> {
    #[serde(borrow, default)]
    chain_id: Text<'a>,
    #[serde(borrow, default)]
    dex_id: Text<'a>,
    #[serde(borrow, default)]
    pair_address: Text<'a>,
    #[serde(borrow, default)]
    base_token: Maybe<Mint<'a>>,
    #[serde(borrow, default)]
    quote_token: Maybe<Mint<'a>>,
    #[serde(default)]
    price_usd: Number,
    #[serde(default)]
    volume: Maybe<Volume>,
    #[serde(default)]
    liquidity: Maybe<Liquidity>,
    #[serde(default)]
    fdv: Number,
    #[serde(default)]
    market_cap: Number,
    #[serde(default)]
    pair_created_at: Number,
}

#[derive(Deserialize)]
struct Mint<'a> {
    #[serde(borrow, default)]
    address: Text<'a>,
}

#[derive(Deserialize)]
struct Volume {
    #[serde(default)]
    h24: Number,
}

#[derive(Deserialize)]
struct Liquidity {
    #[serde(default)]
    usd: Number,
}

/// The believable pairs of the tokens that were asked for.
///
/// # Errors
/// [`FetchError::Malformed`] where the body as a whole is no array.
pub fn parse(body: &[u8], asked: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
    let pairs = array::<Pair<'_>>(body).map_err(|error| FetchError::malformed(error, body))?;
    Ok(pairs.iter().filter_map(|pair| quote(pair, asked)).collect())
}

fn quote(pair: &Pair<'_>, asked: &[TokenAddress]) -> Option<PoolQuote> {
    if pair.chain_id.as_str() != "solana" {
        return None;
    }
    // Only what is the base is priced; the address decides, to the letter's case.
    let token: TokenAddress = pair.base_token.0.as_ref()?.address.as_str().parse().ok()?;
    if !asked.contains(&token) {
        return None;
    }
    let pool = Some(pair.pair_address.as_str()).filter(|pool| !pool.is_empty())?;
    let quote_mint = pair.quote_token.0.as_ref().map_or("", |mint| mint.address.as_str());
    let created_at = pair.pair_created_at.0.filter(|ms| (0.0..1e14).contains(ms));
    Some(PoolQuote {
        token,
        price_usd: price(pair.price_usd.0)?,
        liquidity_usd: amount(pair.liquidity.0.as_ref().and_then(|liquidity| liquidity.usd.0)),
        market_cap_usd: amount(pair.market_cap.0.or(pair.fdv.0)),
        volume_24h_usd: amount(pair.volume.0.as_ref().and_then(|volume| volume.h24.0)),
        holder_count: None,
        pool: Some(Arc::from(pool)),
        dex_name: Some(pair.dex_id.as_str()).filter(|dex| !dex.is_empty()).map(Arc::from),
        quoted_in: QuotedIn::of_mint(quote_mint),
        created_at: created_at.map(|ms| Timestamp::from_millis(ms as i64)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: &str = "9BB6NFEcjBCtnNLFko2FqVQBq8HHM13kCyYcdQbgpump";

    fn asked() -> Vec<TokenAddress> {
        vec![MINT.parse().unwrap()]
    }

    fn documented(change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
        let mut answer: serde_json::Value = serde_json::from_str(&r#"[{"chainId":"solana","dexId":"pumpswap",
            "pairAddress":"5q1zPool","labels":["wp"],"baseToken":{"address":"MINT","name":"N","symbol":"S"},
            "quoteToken":{"address":"So11111111111111111111111111111111111111112","name":"SOL","symbol":"SOL"},
            "priceNative":"0.0000007661","priceUsd":"0.00008138",
            "txns":{"m5":{"buys":693,"sells":514},"h1":{"buys":1,"sells":1},"h6":{"buys":1,"sells":1},"h24":{"buys":1,"sells":1}},
            "volume":{"h24":228934122.13,"h6":92952508.2,"h1":1.5e7,"m5":1.2e6},
            "priceChange":{"m5":1.09,"h1":15.74,"h6":163,"h24":1596},
            "liquidity":{"usd":256213.77,"base":1579824682,"quote":1201.47},
            "fdv":8138936,"marketCap":8138936,"pairCreatedAt":1787786646000,"info":{}}]"#
            .replace("MINT", MINT))
        .unwrap();
        change(&mut answer[0]);
        serde_json::to_vec(&answer).unwrap()
    }

    #[test]
    fn the_documented_answer_is_read() {
        let quotes = parse(&documented(|_| {}), &asked()).unwrap();
        assert_eq!(quotes.len(), 1);
        let quote = &quotes[0];
        assert_eq!(quote.price_usd.get(), 0.000_081_38);
        assert_eq!(quote.liquidity_usd.unwrap().get(), 256_213.77);
        assert_eq!(quote.market_cap_usd.unwrap().get(), 8_138_936.0);
        assert_eq!(quote.volume_24h_usd.unwrap().get(), 228_934_122.13);
        assert_eq!(quote.pool.as_deref(), Some("5q1zPool"));
        assert_eq!(quote.dex_name.as_deref(), Some("pumpswap"));
        assert_eq!(quote.quoted_in, QuotedIn::Major);
        assert_eq!(quote.created_at, Some(Timestamp::from_millis(1_787_786_646_000)));
    }

    #[test]
    fn what_may_be_null_is_unknown() {
        for absent in ["liquidity", "fdv", "marketCap", "labels", "info", "volume", "pairCreatedAt"] {
            let quotes = parse(&documented(|pair| pair[absent] = serde_json::Value::Null), &asked()).unwrap();
            assert_eq!(quotes.len(), 1, "{absent}");
        }
        assert!(parse(&documented(|pair| pair["priceUsd"] = serde_json::Value::Null), &asked()).unwrap().is_empty());
    }

    #[test]
    fn a_price_that_is_none_is_no_quote() {
        for price in ["NaN", "0", "-1", "inf", "", "1e999"] {
            assert!(
                parse(&documented(|pair| pair["priceUsd"] = price.into()), &asked()).unwrap().is_empty(),
                "{price}"
            );
        }
    }

    #[test]
    fn a_pair_of_another_token_or_another_chain_is_left_out() {
        let other = "So11111111111111111111111111111111111111112";
        assert!(parse(&documented(|pair| pair["baseToken"]["address"] = other.into()), &asked()).unwrap().is_empty());
        let other_case = MINT.replace('N', "n");
        assert!(
            parse(&documented(|pair| pair["baseToken"]["address"] = other_case.clone().into()), &asked())
                .unwrap()
                .is_empty()
        );
        assert!(parse(&documented(|pair| pair["chainId"] = "ethereum".into()), &asked()).unwrap().is_empty());
    }

    #[test]
    fn an_exotic_quote_is_marked() {
        let body = documented(|pair| pair["quoteToken"]["address"] = MINT.into());
        assert_eq!(parse(&body, &asked()).unwrap()[0].quoted_in, QuotedIn::Exotic);
    }

    #[test]
    fn half_a_body_and_a_page_are_malformed() {
        let body = documented(|_| {});
        assert!(matches!(parse(&body[..body.len() / 2], &asked()), Err(FetchError::Malformed { .. })));
        assert!(matches!(parse(b"<html>", &asked()), Err(FetchError::Malformed { .. })));
        assert!(parse(b"[]", &asked()).unwrap().is_empty());
    }
}
