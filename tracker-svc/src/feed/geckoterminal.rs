//! GeckoTerminal: the last source, slow, but it knows tokens that are still on the bonding curve.

use std::sync::Arc;
use std::time::Duration;

use domain::token::TokenAddress;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;

use super::http::{FetchError, Http, list};
use super::lenient::{Maybe, Number, Text, array};
use super::settings::Endpoint;
use super::{Feed, Limits, PoolQuote, Purpose, QuotedIn, amount, price};

/// See the module.
#[derive(Debug)]
pub struct GeckoTerminal {
    http: Http,
    endpoint: Endpoint,
}

impl GeckoTerminal {
    /// Its name in observations.
    pub const NAME: &'static str = "geckoterminal";

    /// Asks at `endpoint`; it needs no key.
    #[must_use]
    pub const fn new(http: Http, endpoint: Endpoint) -> Self {
        Self { http, endpoint }
    }

    async fn multi(&self, tokens: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
        let url = format!("{}/networks/solana/tokens/multi/{}?include=top_pools", self.endpoint.url, list(tokens));
        let body = self.http.json(self.http.get(url)).await?;
        parse(&body, tokens)
    }
}

impl Feed for GeckoTerminal {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn batch_size(&self) -> usize {
        30
    }

    fn limits(&self) -> Limits {
        // 30 a minute by its documentation, 6 to 10 as seen; its 429 says `retry-after: 0` and means a minute.
        Limits { requests_per_minute: 6.0, burst: 2, least_pause: Duration::from_secs(65) }
            .with_allowance(self.endpoint.requests_per_minute)
    }

    fn quotes<'a>(
        &'a self,
        tokens: &'a [TokenAddress],
        _: Purpose,
    ) -> BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>> {
        self.multi(tokens).boxed()
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<&'a serde_json::value::RawValue>,
    #[serde(borrow)]
    included: Option<&'a serde_json::value::RawValue>,
}

#[derive(Deserialize)]
struct Token<'a> {
    #[serde(borrow, default)]
    attributes: Maybe<Attributes<'a>>,
    #[serde(borrow, default)]
    relationships: Maybe<Relationships<'a>>,
}

#[derive(Deserialize)]
struct Attributes<'a> {
    #[serde(borrow, default)]
    address: Text<'a>,
    #[serde(default)]
    price_usd: Number,
    #[serde(default)]
    fdv_usd: Number,
    #[serde(default)]
    market_cap_usd: Number,
    #[serde(default)]
    total_reserve_in_usd: Number,
    #[serde(default)]
    volume_usd: Maybe<Volume>,
}

#[derive(Deserialize)]
struct Volume {
    #[serde(default)]
    h24: Number,
}

#[derive(Deserialize)]
struct Relationships<'a> {
    #[serde(borrow, default)]
    top_pools: Maybe<Related<Vec<Maybe<Reference<'a>>>>>,
    #[serde(borrow, default)]
    base_token: Maybe<Related<Maybe<Reference<'a>>>>,
    #[serde(borrow, default)]
    dex: Maybe<Related<Maybe<Reference<'a>>>>,
}

#[derive(Deserialize)]
struct Related<T> {
    data: T,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
}

#[derive(Deserialize)]
struct TopPool<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    attributes: Maybe<PoolAttributes<'a>>,
    #[serde(borrow, default)]
    relationships: Maybe<Relationships<'a>>,
}

#[derive(Deserialize)]
struct PoolAttributes<'a> {
    #[serde(borrow, default)]
    address: Text<'a>,
    #[serde(default)]
    reserve_in_usd: Number,
}

/// What it says of the tokens that were asked for, each with its first pool in which it is the base.
///
/// # Errors
/// [`FetchError::Malformed`] where the body is no object with `data`: both of its error shapes are that.
pub fn parse(body: &[u8], asked: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
    let malformed = |error| FetchError::malformed(error, body);
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(malformed)?;
    let data = answer.data.ok_or_else(|| FetchError::malformed("it holds no data", body))?;
    let tokens = array::<Token<'_>>(data.get().as_bytes()).map_err(malformed)?;
    // What is included is an extra: where it cannot be read, the tokens are told without their pools.
    let pools =
        answer.included.and_then(|included| array::<TopPool<'_>>(included.get().as_bytes()).ok()).unwrap_or_default();
    Ok(tokens.iter().filter_map(|token| quote(token, &pools, asked)).collect())
}

fn quote(token: &Token<'_>, pools: &[TopPool<'_>], asked: &[TokenAddress]) -> Option<PoolQuote> {
    let attributes = token.attributes.0.as_ref()?;
    let address: TokenAddress = attributes.address.as_str().parse().ok()?;
    asked.contains(&address).then_some(())?;
    let pool = top_pool(token, attributes.address.as_str(), pools);
    let pool_attributes = pool.and_then(|pool| pool.attributes.0.as_ref());
    let liquidity = match pool_attributes {
        Some(pool) => pool.reserve_in_usd,
        None => attributes.total_reserve_in_usd,
    };
    let dex = pool.and_then(|pool| pool.relationships.0.as_ref()?.dex.0.as_ref()?.data.0.as_ref());
    Some(PoolQuote {
        token: address,
        price_usd: price(attributes.price_usd.0)?,
        liquidity_usd: amount(liquidity.0),
        market_cap_usd: amount(attributes.market_cap_usd.0.or(attributes.fdv_usd.0)),
        volume_24h_usd: amount(attributes.volume_usd.0.as_ref().and_then(|volume| volume.h24.0)),
        holder_count: None,
        pool: pool_attributes.map(|pool| Arc::from(pool.address.as_str())),
        dex_name: dex.map(|dex| Arc::from(dex.id.as_str())),
        quoted_in: QuotedIn::Unsaid,
        created_at: None,
    })
}

fn top_pool<'p, 'a>(token: &Token<'a>, mint: &str, pools: &'p [TopPool<'a>]) -> Option<&'p TopPool<'a>> {
    let top = &token.relationships.0.as_ref()?.top_pools.0.as_ref()?.data;
    top.iter().find_map(|reference| {
        let id = reference.0.as_ref()?.id.as_str();
        let pool = pools.iter().find(|pool| pool.id.as_str() == id)?;
        let base = pool.relationships.0.as_ref()?.base_token.0.as_ref()?.data.0.as_ref()?.id.as_str();
        let named = pool.attributes.0.as_ref().is_some_and(|attributes| !attributes.address.as_str().is_empty());
        (named && base.strip_prefix("solana_") == Some(mint)).then_some(pool)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: &str = "9BB6NFEcjBCtnNLFko2FqVQBq8HHM13kCyYcdQbgpump";

    fn asked() -> Vec<TokenAddress> {
        vec![MINT.parse().unwrap()]
    }

    fn documented(price: &str, more: &str) -> String {
        format!(
            r#"{{"data":[{{"id":"solana_{MINT}","type":"token","attributes":{{"address":"{MINT}","decimals":6,"price_usd":{price},"fdv_usd":"6746.08","total_reserve_in_usd":"5234.6","volume_usd":{{"h24":"921.4"}},"market_cap_usd":null}}{more}}}"#
        )
    }

    #[test]
    fn the_documented_answer_is_read() {
        let quotes = parse(documented(r#""0.0000067""#, "}]").as_bytes(), &asked()).unwrap();
        assert_eq!(quotes[0].price_usd.get(), 0.000_006_7);
        assert_eq!(quotes[0].market_cap_usd.unwrap().get(), 6_746.08);
        assert_eq!(quotes[0].liquidity_usd.unwrap().get(), 5_234.6);
        assert_eq!(quotes[0].volume_24h_usd.unwrap().get(), 921.4);
    }

    #[test]
    fn the_first_pool_of_which_it_is_the_base_gives_pool_and_liquidity() {
        let more = format!(
            r#","relationships":{{"top_pools":{{"data":[{{"id":"solana_A","type":"pool"}},{{"id":"solana_B","type":"pool"}}]}}}}}}],
            "included":[{{"id":"solana_A","attributes":{{"address":"A","reserve_in_usd":"9","base_token_price_native_currency":"NaN"}},"relationships":{{"base_token":{{"data":{{"id":"solana_Other"}}}}}}}},
            {{"id":"solana_B","attributes":{{"address":"B","reserve_in_usd":"7"}},"relationships":{{"base_token":{{"data":{{"id":"solana_{MINT}"}}}},"dex":{{"data":{{"id":"pump-fun"}}}}}}}}]"#
        );
        let quotes = parse(documented(r#""1""#, &more).as_bytes(), &asked()).unwrap();
        assert_eq!((quotes[0].pool.as_deref(), quotes[0].dex_name.as_deref()), (Some("B"), Some("pump-fun")));
        assert_eq!(quotes[0].liquidity_usd.unwrap().get(), 7.0);
    }

    #[test]
    fn an_untraded_token_and_a_nan_are_no_quotes() {
        for price in ["null", r#""NaN""#, r#""0""#] {
            assert!(parse(documented(price, "}]").as_bytes(), &asked()).unwrap().is_empty(), "{price}");
        }
    }

    #[test]
    fn both_error_shapes_are_malformed() {
        for body in [
            r#"{"status":{"error_code":429,"error_message":"You've exceeded the Rate Limit."}}"#,
            r#"{"errors":[{"status":"401","title":"Unauthorized"}]}"#,
        ] {
            assert!(matches!(parse(body.as_bytes(), &asked()), Err(FetchError::Malformed { .. })), "{body}");
        }
    }
}
