//! Alerts: recording them, reading one, listing many.

mod delete;
mod list;
mod open;
mod order;
mod peak;
mod record;
pub(crate) mod row;
mod together;
mod window;

use domain::alert::AlertId;
use domain::record::AlertRecord;
use domain::timestamp::Timestamp;
use futures::stream::BoxStream;
use sea_orm::ConnectionTrait;

pub use list::ListQuery;
pub use record::{NewAlert, Recording};
pub(crate) use together::Together;
pub use window::AlertWindow;

use crate::error::{Doing, StoreError};
use crate::records;
use crate::rules::Rules;
use crate::store::Store;
use crate::write::write;

/// See [`Store::alerts`].
#[derive(Clone, Copy)]
pub struct Alerts<'a> {
    pub(crate) store: &'a Store,
}

/// `[start, end)` on `alerted_at`; an open end is unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertedBetween {
    /// The first moment inside.
    pub start: Option<Timestamp>,
    /// The first moment after it.
    pub end: Option<Timestamp>,
}

impl Alerts<'_> {
    /// Records one alert: token, alert, identity and the first state of its outcome, in one transaction. Prices of its
    /// token that are stored already and lie in its window are folded in.
    ///
    /// Callers that do so at the same time share a transaction; each is answered once its own rows are durable.
    ///
    /// Safe to repeat. The same id with the same hash is [`Recording::Duplicate`]; if it now vouches for a recorded
    /// peak (`trust_recorded_peak`), the peak is taken over and the outcome folded anew, all else stays as recorded.
    pub async fn record(&self, alert: NewAlert, rules: &Rules) -> Result<Recording, StoreError> {
        self.store.policies.learn(&rules.policy);
        self.store.together.record(&self.store.engine, alert, rules.clone()).await
    }

    /// The same for many, in one transaction. Answers stand in the order of the alerts; one that cannot be stored is
    /// answered and does not keep the others out.
    pub async fn record_many(&self, alerts: Vec<NewAlert>, rules: &Rules) -> Result<Vec<Recording>, StoreError> {
        self.record_all(&alerts, rules).await
    }

    /// The same for a caller who may have to try again.
    pub async fn record_all(&self, alerts: &[NewAlert], rules: &Rules) -> Result<Vec<Recording>, StoreError> {
        self.store.policies.learn(&rules.policy);
        write(&self.store.engine, record::Record { alerts, rules }).await
    }

    /// Forgets an alert, its outcome and its events; the prices and the other alerts of its token stay, and its id is free
    /// again. False where there is no such alert.
    pub async fn delete(&self, id: AlertId, now: Timestamp) -> Result<bool, StoreError> {
        write(&self.store.engine, delete::Delete { id, now }).await
    }

    /// One alert with its outcome.
    pub async fn get(&self, id: AlertId) -> Result<Option<AlertRecord>, StoreError> {
        let Store { engine, policies, .. } = self.store;
        let rows = engine.query_all(&records::select_one(id)).await.doing("reading an alert")?;
        Ok(records::decode::<Vec<_>>(&rows, engine, policies).await?.pop())
    }

    /// Many alerts with their outcomes, in no particular order; those that are not there are missing.
    pub async fn get_many(&self, ids: Vec<AlertId>) -> Result<Vec<AlertRecord>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let engine = &*self.store.engine;
        let rows = engine.query_all(&records::select_many(&ids)).await.doing("reading alerts")?;
        records::decode(&rows, &self.store.engine, &self.store.policies).await
    }

    /// The window that an alert is followed over: which prices are its own.
    pub async fn window(&self, id: AlertId) -> Result<Option<AlertWindow>, StoreError> {
        window::window(&self.store.engine, id).await
    }

    /// Alerts in the given order, from a position on. They are fetched in growing chunks as they are taken: filter them,
    /// and drop the stream when there are enough. A page ends at the [`domain::order::Position`] of its last alert.
    #[must_use]
    pub fn list(&self, query: ListQuery) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
        list::list(self.store.clone(), query)
    }

    /// All alerts of a window, in the order of `alerted_at`, then `alert_id`.
    #[must_use]
    pub fn stream(&self, window: AlertedBetween) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
        self.list(ListQuery { window, order: list::oldest_first(), after: None })
    }
}
