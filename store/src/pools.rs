//! The pool that a token's price is taken from: pinned, so that a move between pools is seen as one.

use std::collections::HashMap;
use std::sync::Arc;

use domain::timestamp::Timestamp;
use domain::token::TokenKey;

use crate::error::StoreError;
use crate::store::Store;

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
        let _ = tokens;
        todo!()
    }

    /// Pins pools outside a batch. Tokens that were never alerted are passed over.
    pub async fn pin(&self, pools: Vec<(TokenKey, PinnedPool)>) -> Result<(), StoreError> {
        let _ = pools;
        todo!()
    }
}
