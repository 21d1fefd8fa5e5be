//! The numbers of tokens that were locked before, so that a batch of prices need not look them up by their addresses.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::token::TokenKey;

use super::{Locked, read, token_rows};
use crate::engine::{Rows, Transaction};
use crate::error::{Doing, StoreError};

/// More than are ever followed at once; beyond it they are looked up anew.
const MOST: usize = 500_000;

/// Numbers of tokens, each with the address that stands in its row.
#[derive(Default)]
pub(crate) struct Numbers {
    known: Mutex<HashMap<TokenKey, (i64, Arc<str>)>>,
}

impl Numbers {
    /// Locks the tokens with these keys, as [`super::lock`] does.
    pub(crate) async fn lock(
        &self,
        transaction: &Transaction,
        keys: impl IntoIterator<Item = TokenKey>,
    ) -> Result<Locked, StoreError> {
        let keys: BTreeSet<TokenKey> = keys.into_iter().collect();
        let tokens = self.find(transaction, &keys).await?;
        if let Some(change) = lock_known(transaction, &tokens).await? {
            let tokens = tokens.into_iter().map(|token| (token.key, token.number)).collect();
            return Ok(Locked { tokens, change });
        }
        // Somebody has deleted some, or put another database in this one's place.
        self.known().clear();
        super::lock(transaction, keys).await
    }

    /// The tokens with these keys, in the order of their numbers; those never alerted are missing.
    async fn find(&self, transaction: &Transaction, keys: &BTreeSet<TokenKey>) -> Result<Vec<Known>, StoreError> {
        let (mut tokens, mut unknown) = (Vec::with_capacity(keys.len()), BTreeSet::new());
        {
            let known = self.known();
            for key in keys {
                match known.get(key) {
                    Some((number, address)) => {
                        tokens.push(Known { number: *number, key: *key, address: Arc::clone(address) });
                    }
                    None => drop(unknown.insert(*key)),
                }
            }
        }
        if !unknown.is_empty() {
            tokens.extend(self.look_up(transaction, &unknown).await?);
        }
        tokens.sort_unstable_by_key(|token| token.number);
        Ok(tokens)
    }

    /// The same for tokens that were not locked before.
    async fn look_up(&self, transaction: &Transaction, keys: &BTreeSet<TokenKey>) -> Result<Vec<Known>, StoreError> {
        let rows = token_rows(keys);
        let sql = format!(
            "{} SELECT tokens.token_id, tokens.chain, tokens.address, {} AS change
             FROM given JOIN tokens ON tokens.chain = given.chain AND tokens.address = given.address",
            rows.given(),
            transaction.change(),
        );
        let found = read(transaction, &sql, &rows).await?;
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        let learn = |(key, number): (TokenKey, i64)| {
            let address: Arc<str> = key.address.to_string().into();
            known.insert(key, (number, Arc::clone(&address)));
            Known { number, key, address }
        };
        Ok(found.tokens.into_iter().map(learn).collect())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TokenKey, (i64, Arc<str>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token that was locked before.
struct Known {
    number: i64,
    key: TokenKey,
    address: Arc<str>,
}

/// Locks tokens, unless one of them is not what it was; then what is locked of them stays so. Returns the number of the
/// transaction.
async fn lock_known(transaction: &Transaction, tokens: &[Known]) -> Result<Option<i64>, StoreError> {
    if tokens.is_empty() {
        return Ok(Some(0));
    }
    let doing = "locking tokens";
    let rows = Rows::default()
        .with("token_id", tokens.iter().map(|token| token.number))
        .with("address", tokens.iter().map(|token| &*token.address));
    let sql = format!(
        "{}, locked AS (
             SELECT tokens.token_id FROM given
             JOIN tokens ON tokens.token_id = given.token_id AND tokens.address = given.address
             ORDER BY tokens.token_id {})
         SELECT COUNT(*), {} FROM locked",
        rows.given(),
        transaction.lock_tokens(),
        transaction.change(),
    );
    let found = transaction.bulk(&sql, &rows).await.doing(doing)?;
    let Some(row) = found.first() else { return Ok(None) };
    let (count, change): (i64, i64) = (row.try_get_by_index(0).doing(doing)?, row.try_get_by_index(1).doing(doing)?);
    Ok((usize::try_from(count) == Ok(tokens.len())).then_some(change))
}
