//! What a tracker saw before it stood still must not be written after it has lost its leases.

use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::Store;

use super::AT_ONCE;
use crate::bot::SOURCE;
use crate::market::PlannedAlert;

/// Longer than anything is under way.
const BEFORE: Duration = Duration::from_mins(3);

/// Counts what is stored.
pub struct Witness {
    store: Store,
    tokens: Vec<TokenKey>,
}

impl Witness {
    pub fn new(store: Store, alerts: &[PlannedAlert]) -> Self {
        let mut tokens: Vec<_> = alerts.iter().map(|alert| alert.token).collect();
        tokens.sort_unstable();
        tokens.dedup();
        Self { store, tokens }
    }

    /// How many observations of the last minutes up to `at` are stored, pushed ones left out.
    pub async fn looks_until(&self, at: Timestamp) -> anyhow::Result<usize> {
        let (from, to) = (at.minus(BEFORE), at.plus(Duration::from_millis(1)));
        let counts = stream::iter(self.tokens.clone()).map(|token| {
            let prices = self.store.observations().prices(token, from, to);
            async move {
                let prices: Vec<_> = prices.try_collect().await?;
                anyhow::Ok(prices.iter().filter(|price| &*price.source != SOURCE).count())
            }
        });
        counts.buffer_unordered(AT_ONCE).try_fold(0, |sum, count| async move { Ok(sum + count) }).await
    }
}
