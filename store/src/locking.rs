//! Whoever folds prices into outcomes, or records alerts, first locks the tokens that it touches, always in the order of
//! their numbers: so no two writers fold one alert at once, and none waits for one that waits for it.

mod numbers;

use std::collections::{BTreeSet, HashMap};

use domain::token::TokenKey;
pub(crate) use numbers::Numbers;

use crate::engine::{Rows, Transaction};
use crate::error::{Doing, StoreError};
use crate::leases::Shard;
use crate::stored::token_key;

/// Tokens that this transaction alone may change until it ends.
pub(crate) struct Locked {
    /// Their numbers, in no order; those never alerted are missing.
    pub(crate) tokens: HashMap<TokenKey, i64>,
    /// This transaction's number, for `dataset_change`.
    pub(crate) change: i64,
}

/// Locks the tokens with these keys.
pub(crate) async fn lock(
    transaction: &Transaction,
    keys: impl IntoIterator<Item = TokenKey>,
) -> Result<Locked, StoreError> {
    let keys: BTreeSet<TokenKey> = keys.into_iter().collect();
    let rows = token_rows(&keys);
    let sql = format!(
        "{} SELECT tokens.token_id, tokens.chain, tokens.address, {} AS change
         FROM given JOIN tokens ON tokens.chain = given.chain AND tokens.address = given.address
         ORDER BY tokens.token_id {}",
        rows.given(),
        transaction.change(),
        transaction.lock_tokens(),
    );
    read(transaction, &sql, &rows).await
}

/// Locks the tokens with these numbers.
pub(crate) async fn lock_numbers(
    transaction: &Transaction,
    numbers: impl IntoIterator<Item = i64>,
) -> Result<Locked, StoreError> {
    let numbers: BTreeSet<i64> = numbers.into_iter().collect();
    let rows = Rows::default().with("token_id", numbers.into_iter());
    let sql = format!(
        "{} SELECT tokens.token_id, tokens.chain, tokens.address, {} AS change
         FROM given JOIN tokens ON tokens.token_id = given.token_id
         ORDER BY tokens.token_id {}",
        rows.given(),
        transaction.change(),
        transaction.lock_tokens(),
    );
    read(transaction, &sql, &rows).await
}

/// Adds the tokens that are not there yet; returns those that it added. Nobody else sees them before this transaction
/// ends, so they need no lock.
pub(crate) async fn add(
    transaction: &Transaction,
    keys: impl IntoIterator<Item = TokenKey>,
) -> Result<Locked, StoreError> {
    let rows = new_token_rows(&keys.into_iter().collect());
    let tail = format!("ON CONFLICT DO NOTHING RETURNING token_id, chain, address, {} AS change", transaction.change());
    let sql = rows.insert_into("tokens", &tail);
    read(transaction, &sql, &rows).await
}

fn token_rows(keys: &BTreeSet<TokenKey>) -> Rows<'static> {
    rows_of(in_order(keys))
}

fn new_token_rows(keys: &BTreeSet<TokenKey>) -> Rows<'static> {
    let keys = in_order(keys);
    let shards: Vec<_> = keys.iter().map(|(.., shard)| shard.number()).collect();
    rows_of(keys).with("shard", shards.into_iter())
}

fn rows_of(keys: Vec<(&'static str, String, Shard)>) -> Rows<'static> {
    Rows::default()
        .with("chain", keys.iter().map(|(chain, ..)| *chain))
        .with("address", keys.into_iter().map(|(_, address, _)| address))
}

/// Two that add the same tokens do so in one order, that of the texts, lest they wait for each other.
fn in_order(keys: &BTreeSet<TokenKey>) -> Vec<(&'static str, String, Shard)> {
    let mut keys: Vec<_> = keys.iter().map(|key| (key.chain.name(), key.address.to_string(), Shard::of(key))).collect();
    keys.sort_unstable();
    keys
}

async fn read(transaction: &Transaction, sql: &str, rows: &Rows<'_>) -> Result<Locked, StoreError> {
    let doing = "locking tokens";
    let mut locked = Locked { tokens: HashMap::new(), change: 0 };
    for row in transaction.bulk(sql, rows).await.doing(doing)? {
        let (number, chain, address, change): (i64, String, String, i64) = (
            row.try_get_by_index(0).doing(doing)?,
            row.try_get_by_index(1).doing(doing)?,
            row.try_get_by_index(2).doing(doing)?,
            row.try_get_by_index(3).doing(doing)?,
        );
        locked.tokens.insert(token_key(&chain, &address)?, number);
        locked.change = change;
    }
    Ok(locked)
}
