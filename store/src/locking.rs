//! Whoever folds prices into outcomes, or records alerts, first locks the tokens that it touches, always in the order of
//! their keys: so no two writers fold one alert at once, and none waits for one that waits for it.

use std::collections::{BTreeSet, HashMap};

use domain::token::TokenKey;

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
         ORDER BY tokens.chain, tokens.address {}",
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
         ORDER BY tokens.chain, tokens.address {}",
        rows.given(),
        transaction.change(),
        transaction.lock_tokens(),
    );
    read(transaction, &sql, &rows).await
}

/// Adds the tokens that are not there yet; returns the numbers of those that it added.
pub(crate) async fn add(
    transaction: &Transaction,
    keys: impl IntoIterator<Item = TokenKey>,
) -> Result<Vec<i64>, StoreError> {
    let doing = "adding tokens";
    let rows = new_token_rows(&keys.into_iter().collect());
    let sql = rows.insert_into("tokens", "ON CONFLICT DO NOTHING RETURNING token_id");
    let added = transaction.bulk(&sql, &rows).await.doing(doing)?;
    added.iter().map(|row| row.try_get_by_index(0).doing(doing)).collect()
}

fn token_rows(keys: &BTreeSet<TokenKey>) -> Rows {
    let keys = in_order(keys);
    Rows::default()
        .with("chain", keys.iter().map(|(chain, ..)| (*chain).to_owned()))
        .with("address", keys.iter().map(|(_, address, _)| address.clone()))
}

fn new_token_rows(keys: &BTreeSet<TokenKey>) -> Rows {
    let shards = in_order(keys).into_iter().map(|(.., shard)| shard.number());
    token_rows(keys).with("shard", shards)
}

/// The order of the texts, which is the order of the locks, differs from that of the keys.
fn in_order(keys: &BTreeSet<TokenKey>) -> Vec<(&'static str, String, Shard)> {
    let mut keys: Vec<_> = keys.iter().map(|key| (key.chain.name(), key.address.to_string(), Shard::of(key))).collect();
    keys.sort_unstable();
    keys
}

async fn read(transaction: &Transaction, sql: &str, rows: &Rows) -> Result<Locked, StoreError> {
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
