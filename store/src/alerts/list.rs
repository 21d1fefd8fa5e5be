//! Listing alerts in any order, page by page.

use std::collections::{HashSet, VecDeque};

use domain::field::Field;
use domain::order::{Order, Position};
use domain::record::AlertRecord;
use futures::StreamExt;
use futures::stream::{self, BoxStream, TryStreamExt};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};

use super::{AlertedBetween, open, order};
use crate::entity::moment::Moment;
use crate::entity::{alert, outcome};
use crate::error::{Doing, StoreError};
use crate::records;
use crate::store::Store;

/// Chunks grow from one page to what is worth a round trip, so that a short page costs little and a long list few
/// statements.
const FIRST_CHUNK: u64 = 256;
const LARGEST_CHUNK: u64 = 8_192;

/// Which alerts to list, and from where on.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// On `alerted_at`.
    pub window: AlertedBetween,
    /// In which order.
    pub order: Order,
    /// After this place in that order (see [`Order::position`]); from the beginning where `None`.
    pub after: Option<Position>,
}

/// The order of the index that lists go along: the cheapest.
pub(super) fn oldest_first() -> Order {
    Order::parse("alerted_at").unwrap_or_default()
}

struct Listing {
    store: Store,
    query: ListQuery,
    chunk: u64,
}

pub(super) fn list(store: Store, query: ListQuery) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
    let listing = Listing { store, query, chunk: FIRST_CHUNK };
    stream::try_unfold(Some(listing), |listing| async {
        let Some(mut listing) = listing else { return Ok::<_, StoreError>(None) };
        let records = listing.next().await?;
        let more = (records.len() as u64 == listing.chunk).then(|| {
            listing.query.after = records.back().map(|last| listing.query.order.position(last));
            listing.chunk = Ord::min(listing.chunk * 4, LARGEST_CHUNK);
            listing
        });
        Ok(Some((stream::iter(records).map(Ok), more)))
    })
    .try_flatten()
    .boxed()
}

impl Listing {
    async fn next(&self) -> Result<VecDeque<AlertRecord>, StoreError> {
        let terms = self.query.order.terms();
        if terms.iter().any(|term| matches!(term.field, Field::Extra(_))) {
            return self.next_by_looking_at_all().await;
        }
        if terms.iter().any(|term| matches!(term.field, Field::Outcome(_))) {
            return self.next_by_outcome().await;
        }
        self.rows(self.select()?).await
    }

    /// The next chunk as SQL orders it.
    fn select(&self) -> Result<SelectStatement, StoreError> {
        let ListQuery { window, order, after } = &self.query;
        let mut select = records::select();
        within(&mut select, *window);
        order::apply(&mut select, order, after.as_ref())?;
        select.limit(self.chunk);
        Ok(select)
    }

    async fn rows(&self, select: SelectStatement) -> Result<VecDeque<AlertRecord>, StoreError> {
        let Store { engine, policies, .. } = &self.store;
        let rows = engine.query_all(&select).await.doing("listing alerts")?;
        records::decode(&rows, engine, policies).await
    }

    /// What open outcomes say stands in no column: the first of them are found by looking at all, and merged with the
    /// first of the sealed ones.
    async fn next_by_outcome(&self) -> Result<VecDeque<AlertRecord>, StoreError> {
        let mut select = self.select()?;
        select.and_where(Expr::col((outcome::Entity, outcome::Column::SealedAt)).is_not_null());
        let open = self.first_of(open::open(self.store.clone(), self.query.window)).await?;
        // One that was open a moment ago may be among the sealed ones now.
        let mut merged = self.rows(select).await?;
        let sealed: HashSet<_> = merged.iter().map(|record| record.alert.id).collect();
        merged.extend(open.into_iter().filter(|record| !sealed.contains(&record.alert.id)));
        let mut merged = Vec::from(merged);
        self.keep_first(&mut merged);
        Ok(merged.into())
    }

    /// The bot's own features have no columns to order by: every alert of the window is looked at.
    async fn next_by_looking_at_all(&self) -> Result<VecDeque<AlertRecord>, StoreError> {
        let ListQuery { window, order, after } = &self.query;
        if after.as_ref().is_some_and(|after| after.keys.len() != order.terms().len()) {
            return Err(StoreError::Position { order: order.to_string() });
        }
        let by_time = ListQuery { window: *window, order: oldest_first(), after: None };
        Ok(self.first_of(list(self.store.clone(), by_time)).await?.into())
    }

    /// The chunk's first of `all`, behind the place to go on from.
    async fn first_of(
        &self,
        mut all: BoxStream<'static, Result<AlertRecord, StoreError>>,
    ) -> Result<Vec<AlertRecord>, StoreError> {
        let ListQuery { order, after, .. } = &self.query;
        let most = usize::try_from(self.chunk).unwrap_or(usize::MAX);
        let mut kept: Vec<AlertRecord> = Vec::new();
        while let Some(record) = all.try_next().await? {
            if after.as_ref().is_none_or(|after| order.compare_positions(&order.position(&record), after).is_gt()) {
                kept.push(record);
            }
            // Sorting twice as many every so often keeps the memory bounded and the work small.
            if kept.len() >= most.saturating_mul(2) {
                self.keep_first(&mut kept);
            }
        }
        self.keep_first(&mut kept);
        Ok(kept)
    }

    fn keep_first(&self, records: &mut Vec<AlertRecord>) {
        records.sort_by(|a, b| self.query.order.compare(a, b));
        records.truncate(usize::try_from(self.chunk).unwrap_or(usize::MAX));
    }
}

/// Leaves out what was not alerted in the window.
pub(super) fn within(select: &mut SelectStatement, window: AlertedBetween) {
    let alerted_at = || Expr::col((alert::Entity, alert::Column::AlertedAt));
    if let Some(start) = window.start {
        select.and_where(alerted_at().gte(Moment(start)));
    }
    if let Some(end) = window.end {
        select.and_where(alerted_at().lt(Moment(end)));
    }
}
