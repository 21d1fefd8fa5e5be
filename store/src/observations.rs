//! Observations: what price sources said, stored once, and folded into every outcome that they touch.

mod history;
mod intake;
mod last;
mod read;
mod record;

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::outcome::Happening;
use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::stream::BoxStream;

use crate::error::{Doing, StoreError};
use crate::leases::Fence;
use crate::pools::PinnedPool;
use crate::retention::weeks;
use crate::rules::Rules;
use crate::store::Store;
use crate::write::write;
pub use history::{HistoryPlace, PricePiece};
use record::Record;
pub(crate) use record::named;

/// See [`Store::observations`].
#[derive(Clone, Copy)]
pub struct Observations<'a> {
    pub(crate) store: &'a Store,
    pub(crate) fence: Option<&'a Fence>,
}

/// What goes in with one transaction.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// In any order, of any tokens.
    pub observations: Vec<(TokenKey, Observation)>,
    /// Pools to pin, in the same transaction.
    pub pools: Vec<(TokenKey, PinnedPool)>,
}

/// What became of one observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It is stored and folded.
    Accepted,
    /// The same was there already.
    Duplicate,
    /// Its key (token, source, millisecond) is there with other values. Nothing was changed.
    Conflict,
    /// No alert was ever recorded for this token.
    UnknownToken,
    /// Before 2020, more than a day after `now`, or of a week that takes no prices any more (see [`crate::retention`]).
    OutsideRetention,
    /// Its source, exchange or pool contains NUL, or its source is not 1 to 64 bytes long.
    Invalid,
}

/// What happened to one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertHappening {
    /// The alert.
    pub alert_id: AlertId,
    /// Its token.
    pub token: TokenKey,
    /// What happened.
    pub happening: Happening,
}

/// What became of a [`Batch`].
#[derive(Clone, Debug, Default)]
pub struct BatchReport {
    /// One answer per observation, in the order of the batch.
    pub receptions: Vec<Reception>,
    /// What the new observations made happen, alert by alert, each in the order of time.
    pub happenings: Vec<AlertHappening>,
}

impl<'a> Observations<'a> {
    /// The same, as a tracker that holds leases: it writes for tokens of those shards alone, and
    /// [`Observations::record`] is [`StoreError::LeaseLost`], and writes nothing, where one of them is no longer held.
    #[must_use]
    pub const fn under(self, fence: &'a Fence) -> Self {
        Self { fence: Some(fence), ..self }
    }

    /// Stores a batch and brings every outcome up to date with it, in one transaction: those of open windows, and, for
    /// late observations, sealed ones too. In whatever order observations arrive, outcomes are what the order of
    /// (`observed_at`, `source`) gives.
    ///
    /// Safe to repeat: what was stored before is [`Reception::Duplicate`].
    pub async fn record(
        &self,
        batch: impl Borrow<Batch>,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<BatchReport, StoreError> {
        self.store.policies.learn(&rules.policy);
        let batch = to_the_millisecond(batch.borrow());
        let mut sorted = intake::sort(&batch.observations, now);
        let old = intake::old_weeks(&batch.observations, &sorted.candidates, now);
        if !old.is_empty() {
            sorted.refuse(&batch.observations, &weeks::closed(&*self.store.engine, &old).await?);
        }
        let moments = sorted.candidates.iter().map(|index| batch.observations[*index].1.observed_at);
        self.store.engine.make_partitions(moments).await.doing("making partitions for prices")?;
        let work = Record {
            batch: &batch,
            sorted,
            old,
            now,
            rules,
            numbers: &self.store.numbers,
            fence: self.fence,
            careful: AtomicBool::new(false),
        };
        write(&self.store.engine, work).await
    }

    /// The stored observations of a token in `[from, to)`, in the order of (`observed_at`, `source`). Empty for a token
    /// that was never alerted.
    #[must_use]
    pub fn prices(
        &self,
        token: TokenKey,
        from: Timestamp,
        to: Timestamp,
    ) -> BoxStream<'static, Result<Observation, StoreError>> {
        read::prices(Arc::clone(&self.store.engine), token, from, to)
    }

    /// The median of each token's last three prices since `since`, in USD per token, and when the last of them was told. Tokens
    /// without any since then are missing.
    pub async fn last_prices(
        &self,
        tokens: &[TokenKey],
        since: Timestamp,
    ) -> Result<HashMap<TokenKey, (PriceUsd, Timestamp)>, StoreError> {
        last::last_prices(&self.store.engine, tokens, since).await
    }

    /// The price history of a token from a place on and before `to`, in the order of time: observations where they are kept,
    /// bars of five minutes where they are not.
    #[must_use]
    pub fn history(
        &self,
        token: TokenKey,
        from: HistoryPlace,
        to: Timestamp,
    ) -> BoxStream<'static, Result<PricePiece, StoreError>> {
        history::history(Arc::clone(&self.store.engine), token, from, to)
    }
}

/// Moments are kept to the millisecond; mostly they come so.
fn to_the_millisecond(batch: &Batch) -> Cow<'_, Batch> {
    let finer = |(_, seen): &(TokenKey, Observation)| seen.observed_at.floor_to_millis() != seen.observed_at;
    if !batch.observations.iter().any(finer) {
        return Cow::Borrowed(batch);
    }
    let mut batch = batch.clone();
    for (_, seen) in &mut batch.observations {
        seen.observed_at = seen.observed_at.floor_to_millis();
    }
    Cow::Owned(batch)
}
