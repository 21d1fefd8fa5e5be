//! Observations: what price sources said, stored once, and folded into every outcome that they touch.

mod history;
mod intake;
mod read;
mod record;

use std::borrow::Borrow;
use std::sync::Arc;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::outcome::Happening;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::stream::BoxStream;

use crate::error::{Doing, StoreError};
use crate::leases::Fence;
use crate::pools::PinnedPool;
use crate::rules::Rules;
use crate::store::Store;
use crate::write::write;
pub use history::{HistoryPlace, PricePiece};
use intake::Sorted;
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
    /// Before 2020, or more than a day after `now`.
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
        let batch = batch.borrow();
        let Sorted { receptions, candidates, repeats } = intake::sort(&batch.observations, now);
        let moments = candidates.iter().map(|index| batch.observations[*index].1.observed_at);
        self.store.engine.make_partitions(moments).await.doing("making partitions for prices")?;
        let fence = self.fence;
        write(&self.store.engine, Record { batch, receptions, candidates, repeats, now, rules, fence }).await
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
