//! The numbers of tokens that were locked before, so that a batch of prices need not look them up by their addresses.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
        let locked = lock_known(transaction, &tokens).await?;
        if locked.tokens.len() == tokens.len() {
            return Ok(locked);
        }
        // Somebody has deleted some, or put another database in this one's place.
        self.known().clear();
        let tokens = self.find(transaction, &keys).await?;
        lock_known(transaction, &tokens).await
    }

    /// The tokens with these keys, by number; those never alerted are missing.
    async fn find(
        &self,
        transaction: &Transaction,
        keys: &BTreeSet<TokenKey>,
    ) -> Result<BTreeMap<i64, (TokenKey, Arc<str>)>, StoreError> {
        let (mut tokens, mut unknown) = (BTreeMap::new(), BTreeSet::new());
        {
            let known = self.known();
            for key in keys {
                match known.get(key) {
                    Some((number, address)) => drop(tokens.insert(*number, (*key, Arc::clone(address)))),
                    None => drop(unknown.insert(*key)),
                }
            }
        }
        if unknown.is_empty() {
            return Ok(tokens);
        }
        let rows = token_rows(&unknown);
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
        for (key, number) in found.tokens {
            let address: Arc<str> = key.address.to_string().into();
            known.insert(key, (number, Arc::clone(&address)));
            tokens.insert(number, (key, address));
        }
        Ok(tokens)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TokenKey, (i64, Arc<str>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn lock_known(
    transaction: &Transaction,
    tokens: &BTreeMap<i64, (TokenKey, Arc<str>)>,
) -> Result<Locked, StoreError> {
    let doing = "locking tokens";
    let rows = Rows::default().with("token_id", tokens.keys().copied());
    let sql = format!(
        "{} SELECT tokens.token_id, tokens.address, {} AS change
         FROM given JOIN tokens ON tokens.token_id = given.token_id
         ORDER BY tokens.token_id {}",
        rows.given(),
        transaction.change(),
        transaction.lock_tokens(),
    );
    let mut locked = Locked { tokens: HashMap::with_capacity(tokens.len()), change: 0 };
    for row in transaction.bulk(&sql, &rows).await.doing(doing)? {
        let number: i64 = row.try_get_by_index(0).doing(doing)?;
        let address: String = row.try_get_by_index(1).doing(doing)?;
        locked.change = row.try_get_by_index(2).doing(doing)?;
        if let Some((key, _)) = tokens.get(&number).filter(|(_, known)| **known == *address) {
            locked.tokens.insert(*key, number);
        }
    }
    Ok(locked)
}
