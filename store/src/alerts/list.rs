//! Listing alerts in any order, page by page.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::field::Field;
use domain::order::{Order, Position};
use domain::record::AlertRecord;
use futures::StreamExt;
use futures::stream::{self, BoxStream, TryStreamExt};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait};

use super::{AlertedBetween, order};
use crate::engine::Engine;
use crate::entity::alert;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::records;

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
    engine: Arc<Engine>,
    query: ListQuery,
    chunk: u64,
}

pub(super) fn list(engine: Arc<Engine>, query: ListQuery) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
    let listing = Listing { engine, query, chunk: FIRST_CHUNK };
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
        if self.query.order.terms().iter().any(|term| matches!(term.field, Field::Extra(_))) {
            return self.next_by_looking_at_all().await;
        }
        let ListQuery { window, order, after } = &self.query;
        let mut select = records::select();
        let alerted_at = || Expr::col((alert::Entity, alert::Column::AlertedAt));
        if let Some(start) = window.start {
            select.and_where(alerted_at().gte(Moment(start)));
        }
        if let Some(end) = window.end {
            select.and_where(alerted_at().lt(Moment(end)));
        }
        order::apply(&mut select, order, after.as_ref())?;
        select.limit(self.chunk);
        let rows = self.engine.query_all(&select).await.doing("listing alerts")?;
        rows.iter().map(records::decode).collect()
    }

    /// The bot's own features have no columns to order by: every alert of the window is looked at, and the first of the
    /// chunk are kept.
    async fn next_by_looking_at_all(&self) -> Result<VecDeque<AlertRecord>, StoreError> {
        let ListQuery { window, order, after } = &self.query;
        if after.as_ref().is_some_and(|after| after.keys.len() != order.terms().len()) {
            return Err(StoreError::Position { order: order.to_string() });
        }
        let most = usize::try_from(self.chunk).unwrap_or(usize::MAX);
        let by_time = ListQuery { window: *window, order: oldest_first(), after: None };
        let mut all = list(Arc::clone(&self.engine), by_time);
        let mut kept: Vec<AlertRecord> = Vec::new();
        while let Some(record) = all.try_next().await? {
            if after.as_ref().is_none_or(|after| order.compare_positions(&order.position(&record), after).is_gt()) {
                kept.push(record);
            }
            // Sorting twice as many every so often keeps the memory bounded and the work small.
            if kept.len() >= most.saturating_mul(2) {
                kept.sort_by(|a, b| order.compare(a, b));
                kept.truncate(most);
            }
        }
        kept.sort_by(|a, b| order.compare(a, b));
        kept.truncate(most);
        Ok(kept.into())
    }
}
