//! What was last told of many tokens.

use std::collections::HashMap;

use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use crate::engine::Engine;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::stored::token_key;

/// How many tokens one statement asks for.
const MOST_AT_ONCE: usize = 1_000;

/// The median of each token's last three prices since `since`, and when the last of them was told: one wrong tick is not what
/// the next price is to be measured by.
pub(super) async fn last_prices(
    engine: &Engine,
    tokens: &[TokenKey],
    since: Timestamp,
) -> Result<HashMap<TokenKey, (PriceUsd, Timestamp)>, StoreError> {
    let mut last = HashMap::with_capacity(tokens.len());
    for some in tokens.chunks(MOST_AT_ONCE) {
        let places: Vec<String> = (2..some.len() + 2).map(|place| format!("${place}")).collect();
        // Each looks at the end of one token's index alone.
        let of = |what: &str, nth: usize| {
            format!(
                "(SELECT {what} FROM price_snapshots WHERE price_snapshots.token_id = tokens.token_id \
                 AND price_snapshots.observed_at >= $1 ORDER BY price_snapshots.observed_at DESC LIMIT 1 OFFSET {nth})"
            )
        };
        let sql = format!(
            "SELECT tokens.chain, tokens.address, {}, {}, {}, {} FROM tokens WHERE tokens.address IN ({})",
            of("observed_at", 0),
            of("price_usd", 0),
            of("price_usd", 1),
            of("price_usd", 2),
            places.join(", ")
        );
        let addresses = some.iter().map(|token| Value::from(token.address.to_string()));
        let values: Vec<Value> = std::iter::once(Moment(since).into()).chain(addresses).collect();
        let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, values);
        for row in engine.query_all_raw(statement).await.doing("reading the last prices of tokens")? {
            last.extend(read(&row)?);
        }
    }
    last.retain(|token, _| tokens.contains(token));
    Ok(last)
}

/// A token, what it cost, and when.
type Last = (TokenKey, (PriceUsd, Timestamp));

fn read(row: &QueryResult) -> Result<Option<Last>, StoreError> {
    let doing = "reading the last prices of a token";
    let text = |index| row.try_get_by_index::<String>(index).doing(doing);
    let token = token_key(&text(0)?, &text(1)?)?;
    let Some(at) = row.try_get_by_index::<Option<Moment>>(2).doing(doing)? else { return Ok(None) };
    let mut prices = Vec::with_capacity(3);
    for index in 3..6 {
        prices.extend(row.try_get_by_index::<Option<f64>>(index).doing(doing)?);
    }
    prices.sort_unstable_by(f64::total_cmp);
    let median = prices.get(prices.len() / 2).and_then(|usd| PriceUsd::new(*usd).ok());
    Ok(median.map(|price| (token, (price, at.0))))
}
