//! Outcomes: which tokens to follow, what to seal, and whether what is stored is what a fresh fold gives.

mod follow;
mod raised;
mod refold;
mod relabel;
pub(crate) mod row;
mod seal;
mod seal_metrics;
mod young;

use std::sync::Arc;

use domain::alert::AlertId;
use domain::outcome::Outcome;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::stream::BoxStream;

pub use raised::Raised;
pub use relabel::{RelabelProgress, RelabelQuery};
pub use young::Young;

use crate::error::StoreError;
use crate::leases::Fence;
use crate::observations::AlertHappening;
use crate::pools::PinnedPool;
use crate::rules::Rules;
use crate::store::Store;
use crate::write::write;

/// See [`Store::outcomes`].
#[derive(Clone, Copy)]
pub struct Outcomes<'a> {
    pub(crate) store: &'a Store,
    pub(crate) fence: Option<&'a Fence>,
}

/// A token with at least one alert whose window is open.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowedToken {
    /// The token.
    pub token: TokenKey,
    /// Its ticker symbol as the newest alert gives it, empty when unknown.
    pub symbol: Arc<str>,
    /// When its newest alert with an open window was raised.
    pub newest_alerted_at: Timestamp,
    /// Whether any of them was really alerted (else all are shadows).
    pub alerted: bool,
    /// When the last of its open windows ends.
    pub until: Timestamp,
    /// The pool that its price is taken from, once one was chosen.
    pub pool: Option<PinnedPool>,
    /// When it was last observed within its windows; `None` when never.
    pub last_observed_at: Option<Timestamp>,
}

/// A fold of what is stored, beside the stored state.
#[derive(Clone, Debug, PartialEq)]
pub struct Refold {
    /// What a fresh fold of the stored observations gives.
    pub fresh: Outcome,
    /// The state of that fold.
    pub fresh_state: Vec<u8>,
    /// The stored outcome.
    pub stored: Outcome,
    /// The stored state.
    pub stored_state: Vec<u8>,
}

impl<'a> Outcomes<'a> {
    /// The same, as a tracker that holds leases: [`Outcomes::follow_list`], [`Outcomes::raised_since`] and
    /// [`Outcomes::seal_due`] are then about tokens of those shards alone, and the last is [`StoreError::LeaseLost`], and
    /// seals nothing, where one of them is no longer held.
    #[must_use]
    pub const fn under(self, fence: &'a Fence) -> Self {
        Self { fence: Some(fence), ..self }
    }

    /// All tokens with a window open at `now`, in no particular order. Imported alerts whose window is past are not
    /// among them. This is all that the polling needs to go on where it was.
    pub async fn follow_list(&self, now: Timestamp) -> Result<Vec<FollowedToken>, StoreError> {
        follow::follow_list(&self.store.engine, now, self.fence).await
    }

    /// The alerts raised at `since` or later that nobody has observed since: what should get its first look. Imports are
    /// not among them.
    pub async fn raised_since(&self, since: Timestamp) -> Result<Vec<Raised>, StoreError> {
        raised::raised_since(&self.store.engine, since, self.fence).await
    }

    /// The alerts whose outcome is still open, each with what became of it so far, in no particular order.
    pub async fn young(&self) -> Result<Vec<Young>, StoreError> {
        young::young(&self.store.engine, &self.store.policies).await
    }

    /// When the next outcome is due to be sealed; `None` when none is open.
    pub async fn next_seal_due(&self) -> Result<Option<Timestamp>, StoreError> {
        seal::next_due(&self.store.engine).await
    }

    /// Seals the outcomes that are due at `now`, the longest due first, at most `limit`. Returns what happened; call
    /// again while it returns `limit` alerts with [`domain::outcome::Happening::TrackingComplete`].
    pub async fn seal_due(
        &self,
        now: Timestamp,
        limit: usize,
        rules: &Rules,
    ) -> Result<Vec<AlertHappening>, StoreError> {
        seal_metrics::begin();
        self.store.policies.learn(&rules.policy);
        let due = seal::due(&self.store.engine, now, limit, self.fence).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        write(&self.store.engine, seal::Seal { due: &due, now, rules, fence: self.fence }).await
    }

    /// Folds what is stored for one alert, without writing: the two halves are equal bit for bit unless something is
    /// wrong. `None` when there is no such alert, or when its observations are no longer kept.
    pub async fn refold(&self, id: AlertId, rules: &Rules) -> Result<Option<Refold>, StoreError> {
        self.store.policies.learn(&rules.policy);
        refold::refold(&self.store.engine, &self.store.policies, id, rules).await
    }

    /// Replays the policy in force over what is stored, as far as the stream is taken: each step is durable when it is told.
    /// Exactly where the observations are kept: the outcome is then, bit for bit, what it would have been had that policy
    /// been in force all the time. Broken off, it goes on where it was when it is begun again. `now` is the present, for
    /// outcomes that are due to be sealed under that policy and were not before, or the other way round.
    pub fn relabel(
        &self,
        query: RelabelQuery,
        rules: &Rules,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> BoxStream<'static, Result<RelabelProgress, StoreError>> {
        self.store.policies.learn(&rules.policy);
        relabel::relabel(self.store.clone(), query, rules, now)
    }
}
