//! Birdeye: for paying users, asked before GeckoTerminal where it has a key.

use std::time::Duration;

use domain::token::TokenAddress;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::http::{FetchError, Http, list};
use super::lenient::{Number, map};
use super::settings::Endpoint;
use super::{Feed, Limits, PoolQuote, Purpose, QuotedIn, amount, price};

/// See the module.
pub struct Birdeye {
    http: Http,
    endpoint: Endpoint,
    api_key: String,
}

/// The key is never shown.
impl std::fmt::Debug for Birdeye {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Birdeye").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Birdeye {
    /// Its name in observations.
    pub const NAME: &'static str = "birdeye";

    /// Asks at `endpoint`, with its key; `None` where it has none.
    #[must_use]
    pub fn new(http: Http, endpoint: Endpoint) -> Option<Self> {
        let api_key = endpoint.api_key.clone()?;
        Some(Self { http, endpoint, api_key })
    }

    async fn multi_price(&self, tokens: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
        let base = &self.endpoint.url;
        let url = format!("{base}/defi/multi_price?list_address={}&include_liquidity=true", list(tokens));
        let request = self.http.get(url).header("X-API-KEY", &self.api_key).header("x-chain", "solana");
        let body = self.http.json(request).await?;
        parse(&body, tokens)
    }
}

impl Feed for Birdeye {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn batch_size(&self) -> usize {
        100
    }

    fn limits(&self) -> Limits {
        Limits { requests_per_minute: 50.0, burst: 2, least_pause: Duration::from_secs(2) }
            .with_allowance(self.endpoint.requests_per_minute)
    }

    fn quotes<'a>(
        &'a self,
        tokens: &'a [TokenAddress],
        _: Purpose,
    ) -> BoxFuture<'a, Result<Vec<PoolQuote>, FetchError>> {
        self.multi_price(tokens).boxed()
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    success: Option<bool>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    value: Number,
    #[serde(default)]
    liquidity: Number,
}

/// What it says of the tokens that were asked for.
///
/// # Errors
/// [`FetchError::Malformed`] where it does not say `success`, or sends no data.
pub fn parse(body: &[u8], asked: &[TokenAddress]) -> Result<Vec<PoolQuote>, FetchError> {
    let malformed = |error| FetchError::malformed(error, body);
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(malformed)?;
    let data = answer
        .data
        .filter(|_| answer.success != Some(false))
        .ok_or_else(|| FetchError::malformed("it reports no success", body))?;
    let entries = map::<Entry>(data.get().as_bytes()).map_err(malformed)?;
    let quote = |(mint, entry): &(std::borrow::Cow<'_, str>, Entry)| {
        let token: TokenAddress = mint.parse().ok()?;
        asked.contains(&token).then_some(())?;
        Some(PoolQuote {
            token,
            price_usd: price(entry.value.0)?,
            liquidity_usd: amount(entry.liquidity.0),
            market_cap_usd: None,
            volume_24h_usd: None,
            holder_count: None,
            pool: None,
            dex_name: None,
            quoted_in: QuotedIn::Unsaid,
            created_at: None,
        })
    };
    Ok(entries.iter().filter_map(quote).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: &str = "So11111111111111111111111111111111111111112";

    #[test]
    fn the_documented_answer_is_read_and_null_is_unknown() {
        let asked = [MINT.parse().unwrap()];
        let body = format!(
            r#"{{"success":true,"data":{{"{MINT}":{{"value":23.4,"updateUnixTime":1692181644,"priceChange24h":-6.1}},"x":null}}}}"#
        );
        let quotes = parse(body.as_bytes(), &asked).unwrap();
        assert_eq!((quotes.len(), quotes[0].price_usd.get()), (1, 23.4));
        let body = format!(r#"{{"success":true,"data":{{"{MINT}":null}}}}"#);
        assert!(parse(body.as_bytes(), &asked).unwrap().is_empty());
    }

    #[test]
    fn its_error_shape_is_malformed() {
        let body = br#"{"success":false,"message":"Unauthorized"}"#;
        assert!(matches!(parse(body, &[]), Err(FetchError::Malformed { .. })));
    }
}
