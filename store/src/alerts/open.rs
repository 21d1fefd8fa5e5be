//! Alerts whose outcomes are open.

use domain::record::AlertRecord;
use domain::timestamp::Timestamp;
use futures::StreamExt;
use futures::stream::{self, BoxStream, TryStreamExt};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ConnectionTrait, Order};
use uuid::Uuid;

use super::AlertedBetween;
use super::list::within;
use crate::entity::moment::Moment;
use crate::entity::outcome;
use crate::error::{Doing, StoreError};
use crate::records;
use crate::store::Store;

const CHUNK: u64 = 2_048;

struct Reading {
    store: Store,
    window: AlertedBetween,
    /// Where to go on: behind the one that is due then.
    behind: Option<(Timestamp, Uuid)>,
}

/// Those of a window, in the order in which they are due: that of the index on open outcomes.
pub(super) fn open(store: Store, window: AlertedBetween) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
    stream::try_unfold(Some(Reading { store, window, behind: None }), |reading| async {
        let Some(mut reading) = reading else { return Ok::<_, StoreError>(None) };
        let (chunk, last) = reading.chunk().await?;
        let more = last.filter(|_| chunk.len() as u64 == CHUNK).map(|last| {
            reading.behind = Some(last);
            reading
        });
        Ok(Some((stream::iter(chunk).map(Ok), more)))
    })
    .try_flatten()
    .boxed()
}

impl Reading {
    async fn chunk(&self) -> Result<(Vec<AlertRecord>, Option<(Timestamp, Uuid)>), StoreError> {
        let doing = "reading alerts with open outcomes";
        let column = |column| Expr::col((outcome::Entity, column));
        let mut select = records::select();
        within(&mut select, self.window);
        select.and_where(column(outcome::Column::SealedAt).is_null());
        if let Some((due, id)) = self.behind {
            select.and_where(column(outcome::Column::SealDueAt).gte(Moment(due))).and_where(
                column(outcome::Column::SealDueAt).gt(Moment(due)).or(column(outcome::Column::AlertId).gt(id)),
            );
        }
        select
            .order_by((outcome::Entity, outcome::Column::SealDueAt), Order::Asc)
            .order_by((outcome::Entity, outcome::Column::AlertId), Order::Asc)
            .limit(CHUNK);
        let Store { engine, policies, .. } = &self.store;
        let rows = engine.query_all(&select).await.doing(doing)?;
        let last = rows.last().map(|row| {
            let due: Moment = row.try_get("o_", "seal_due_at").doing(doing)?;
            Ok::<_, StoreError>((due.0, row.try_get("o_", "alert_id").doing(doing)?))
        });
        Ok((records::decode(&rows, engine, policies).await?, last.transpose()?))
    }
}
