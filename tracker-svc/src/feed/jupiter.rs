//! Jupiter: the second source, for what DexScreener misses. It weighs a token's pools itself.
//!
//! `/tokens/v2/search` tells of 100 tokens a request, with market cap and holders: it is asked where a token is followed.
//! `/price/v3` tells of 50, with nothing but the price, which is that of the last trade: it is asked where another source's
//! price is to be checked, and where the search has just failed. Both draw on one allowance.

use std::time::Duration;

use domain::token::TokenAddress;
use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::RequestBuilder;
use serde::Deserialize;

use super::http::{FetchError, Http, list};
use super::lenient::{Number, Text, array, map};
use super::settings::Endpoint;
use super::{Feed, Limits, PoolQuote, Purpose, QuotedIn, amount, price};

/// See the module.
#[derive(Debug)]
pub struct Jupiter {
    http: Http,
    endpoint: Endpoint,
}

impl Jupiter {
    /// Its name in observations.
    pub const NAME: &'static str = "jupiter";
    /// How many tokens `/price/v3` takes.
    const PRICES: usize = 50;

    /// Asks at `endpoint`; with a key it may ask twice as often.
    #[must_use]
    pub const fn new(http: Http, endpoint: Endpoint) -> Self {
        Self { http, endpoint }
    }

    fn get(&self, path: &str, tokens: &[TokenAddress]) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}{}", self.endpoint.url, list(tokens)));
        match &self.endpoint.api_key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        }
    }

    async fn search(&self, tokens: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
        let body = self.http.json(self.get("/tokens/v2/search?query=", tokens)).await?;
        parse_search(&body, tokens)
    }

    async fn prices(&self, tokens: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
        let body = self.http.json(self.get("/price/v3?ids=", tokens)).await?;
        parse_prices(&body, tokens)
    }
}

impl Feed for Jupiter {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn batch_size(&self) -> usize {
        100
    }

    fn limits(&self) -> Limits {
        // 60 a minute with a key, 30 without.
        let requests_per_minute = if self.endpoint.api_key.is_some() { 54.0 } else { 26.0 };
        Limits { requests_per_minute, burst: 4, least_pause: Duration::from_secs(2) }
            .with_allowance(self.endpoint.requests_per_minute)
    }

    fn quotes<'a>(
        &'a self,
        tokens: &'a [TokenAddress],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>> {
        if purpose != Purpose::Follow && tokens.len() <= Self::PRICES {
            return self.prices(tokens).boxed();
        }
        self.search(tokens).boxed()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(default)]
    usd_price: Number,
    #[serde(default)]
    liquidity: Number,
    #[serde(default)]
    mcap: Number,
    #[serde(default)]
    fdv: Number,
    #[serde(default)]
    holder_count: Number,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Priced {
    #[serde(default)]
    usd_price: Number,
    #[serde(default)]
    liquidity: Number,
}

/// What `/tokens/v2/search` says of the tokens that were asked for.
///
/// # Errors
/// [`FetchError::Malformed`] where the body as a whole is no array.
pub fn parse_search(body: &[u8], asked: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
    let found = array::<Found<'_>>(body).map_err(|error| FetchError::malformed(error, body))?;
    let quote = |found: &Found<'_>| {
        let mut quote = quote(found.id.as_str(), asked, found.usd_price, found.liquidity)?;
        quote.market_cap_usd = amount(found.mcap.0.or(found.fdv.0));
        quote.holder_count = found.holder_count.0.filter(|n| (0.0..2e9).contains(n)).map(|n| n as i32);
        Some(quote)
    };
    Ok(found.iter().filter_map(quote).collect())
}

/// What `/price/v3` says of the tokens that were asked for.
///
/// # Errors
/// [`FetchError::Malformed`] where the body as a whole is no object.
pub fn parse_prices(body: &[u8], asked: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
    let priced = map::<Priced>(body).map_err(|error| FetchError::malformed(error, body))?;
    Ok(priced.iter().filter_map(|(mint, entry)| quote(mint, asked, entry.usd_price, entry.liquidity)).collect())
}

fn quote(mint: &str, asked: &[TokenAddress], usd_price: Number, liquidity: Number) -> Option<PoolQuote> {
    let token: TokenAddress = mint.parse().ok()?;
    asked.contains(&token).then_some(())?;
    Some(PoolQuote {
        token,
        price_usd: price(usd_price.0)?,
        liquidity_usd: amount(liquidity.0),
        market_cap_usd: None,
        volume_24h_usd: None,
        holder_count: None,
        pool: None,
        dex_name: None,
        quoted_in: QuotedIn::Unsaid,
        created_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: &str = "So11111111111111111111111111111111111111112";

    fn asked() -> Vec<TokenAddress> {
        vec![MINT.parse().unwrap()]
    }

    #[test]
    fn the_documented_price_is_read() {
        let body = format!(
            r#"{{"{MINT}":{{"createdAt":"2024-06-05T08:55:25.527Z","liquidity":621679197.67,"usdPrice":147.48,"blockId":348004023,"decimals":9,"priceChange24h":1.29}}}}"#
        );
        let quotes = parse_prices(body.as_bytes(), &asked()).unwrap();
        assert_eq!((quotes[0].price_usd.get(), quotes[0].liquidity_usd.unwrap().get()), (147.48, 621_679_197.67));
        assert_eq!(quotes[0].pool, None);
    }

    #[test]
    fn a_price_without_its_optional_parts_is_read_and_an_unknown_token_is_missing() {
        let body =
            format!(r#"{{"{MINT}":{{"usdPrice":147.48,"blockId":null,"decimals":9,"priceChange24h":null}},"x":null}}"#);
        assert_eq!(parse_prices(body.as_bytes(), &asked()).unwrap().len(), 1);
        assert!(parse_prices(b"{}", &asked()).unwrap().is_empty());
    }

    #[test]
    fn the_documented_search_is_read() {
        let body = format!(
            r#"[{{"id":"{MINT}","usdPrice":147.48,"liquidity":1.5,"mcap":2e9,"fdv":null,"holderCount":1234,"audit":{{"mintAuthorityDisabled":true}}}},{{"id":"{MINT}","usdPrice":null}},3]"#
        );
        let quotes = parse_search(body.as_bytes(), &asked()).unwrap();
        assert_eq!(quotes.len(), 1);
        assert_eq!((quotes[0].market_cap_usd.unwrap().get(), quotes[0].holder_count), (2e9, Some(1_234)));
    }

    #[test]
    fn an_error_object_is_malformed() {
        let body = br#"{"code":401,"message":"Unauthorized"}"#;
        assert!(matches!(parse_search(body, &asked()), Err(FetchError::Malformed { .. })));
    }
}
