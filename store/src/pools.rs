//! The pool that a token's price is taken from: pinned, so that a move between pools is seen as one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::entity::{pool, token};
use crate::error::{Doing, StoreError};
use crate::locking::{self, Locked};
use crate::store::Store;
use crate::stored::token_key;
use crate::write::Work;

/// How many tokens one statement asks for.
const MOST_AT_ONCE: usize = 1_000;

/// See [`Store::pools`]. Pins are written with a [`crate::observations::Batch`].
#[derive(Clone, Copy)]
pub struct Pools<'a> {
    pub(crate) store: &'a Store,
}

/// The chosen pool of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedPool {
    /// The pool's address.
    pub address: Arc<str>,
    /// Its exchange, where known.
    pub dex_name: Option<Arc<str>>,
    /// Since when.
    pub pinned_at: Timestamp,
}

impl Pools<'_> {
    /// The pools of some tokens; those that have none are missing.
    pub async fn get(&self, tokens: &[TokenKey]) -> Result<HashMap<TokenKey, PinnedPool>, StoreError> {
        let mut pools = HashMap::new();
        for some in tokens.chunks(MOST_AT_ONCE) {
            let addresses = some.iter().map(|token| token.address.to_string());
            let found = pool::Entity::find()
                .find_also_related(token::Entity)
                .filter(token::Column::Address.is_in(addresses))
                .all(&*self.store.engine)
                .await
                .doing("reading pinned pools")?;
            for (model, token) in found {
                let Some(token) = token else { continue };
                pools.insert(token_key(&token.chain, &token.address)?, pinned(model));
            }
        }
        pools.retain(|token, _| tokens.contains(token));
        Ok(pools)
    }

    /// Pins pools outside a batch. Tokens that were never alerted are passed over.
    pub async fn pin(&self, pools: Vec<(TokenKey, PinnedPool)>) -> Result<(), StoreError> {
        crate::write::write(&self.store.engine, Pin { pools: &pools }).await
    }
}

struct Pin<'a> {
    pools: &'a [(TokenKey, PinnedPool)],
}

impl Work for Pin<'_> {
    type Done = ();
    const DOING: &'static str = "pinning pools";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let locked = locking::lock(transaction, self.pools.iter().map(|(token, _)| *token)).await?;
        write(transaction, self.pools, &locked).await
    }
}

/// Pins pools of locked tokens; of two for one token the last. A pool whose text cannot be stored is passed over.
pub(crate) async fn write(
    transaction: &Transaction,
    pools: &[(TokenKey, PinnedPool)],
    locked: &Locked,
) -> Result<(), StoreError> {
    let storable = |pool: &PinnedPool| {
        !pool.address.contains('\0') && !pool.dex_name.as_deref().is_some_and(|name| name.contains('\0'))
    };
    let last: BTreeMap<i64, &PinnedPool> = pools
        .iter()
        .filter(|(_, pool)| storable(pool))
        .filter_map(|(token, pool)| Some((*locked.tokens.get(token)?, pool)))
        .collect();
    let rows = Rows::default()
        .with("token_id", last.keys().copied())
        .with("pool", last.values().map(|pool| pool.address.to_string()))
        .with("dex_name", last.values().map(|pool| pool.dex_name.as_deref().map(str::to_owned)))
        .with("pinned_at", last.values().map(|pool| Moment(pool.pinned_at)));
    let sql = rows.insert_into(
        "pools",
        "ON CONFLICT (token_id) DO UPDATE
         SET pool = excluded.pool, dex_name = excluded.dex_name, pinned_at = excluded.pinned_at",
    );
    transaction.bulk(&sql, &rows).await.map(|_| ()).doing("pinning pools")
}

pub(crate) fn pinned(model: pool::Model) -> PinnedPool {
    PinnedPool { address: model.pool.into(), dex_name: model.dex_name.map(Into::into), pinned_at: model.pinned_at.0 }
}
