//! The ledger of recommendations: what was said, when, and on which data.

use domain::timestamp::Timestamp;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::entity::recommendation::{Column, Entity, Model};
use crate::error::{Doing, StoreError};
use crate::store::Store;
use crate::write::{Work, write};

/// See [`Store::recommendations`].
#[derive(Clone, Copy)]
pub struct Recommendations<'a> {
    pub(crate) store: &'a Store,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Identifies it.
    pub id: Uuid,
    /// When it was said.
    pub recommended_at: Timestamp,
    /// `high`, `medium` or `low`.
    pub priority: String,
    /// `certified`, `suggestive` or `question`.
    pub confidence: String,
    /// What it is about, in words.
    pub issue: String,
    /// The whole recommendation, as the analysis writes it down.
    pub content: serde_json::Value,
}

/// Where a list of the ledger goes on: behind this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerPosition {
    /// When it was said.
    pub recommended_at: Timestamp,
    /// Its id.
    pub id: Uuid,
}

impl Recommendations<'_> {
    /// Adds lines. One that is there already, by its id, stays as it is.
    pub async fn add(&self, entries: Vec<LedgerEntry>) -> Result<(), StoreError> {
        write(&self.store.engine, Add { entries: &entries }).await
    }

    /// Lines from the newest to the oldest, at most `limit`, behind `after`. Lines of one moment are in the order of their ids.
    pub async fn list(&self, after: Option<LedgerPosition>, limit: u64) -> Result<Vec<LedgerEntry>, StoreError> {
        let mut select = Entity::find();
        if let Some(LedgerPosition { recommended_at, id }) = after {
            let at = Moment(recommended_at);
            let behind = Column::RecommendedAt.eq(at).and(Column::RecommendationId.gt(id));
            select = select.filter(Column::RecommendedAt.lt(at).or(behind));
        }
        let found = select
            .order_by_desc(Column::RecommendedAt)
            .order_by_asc(Column::RecommendationId)
            .limit(limit)
            .all(&*self.store.engine)
            .await
            .doing("reading recommendations")?;
        Ok(found.into_iter().map(entry).collect())
    }
}

struct Add<'a> {
    entries: &'a [LedgerEntry],
}

impl Work for Add<'_> {
    type Done = ();
    const DOING: &'static str = "writing down recommendations";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let entries = self.entries;
        let rows = Rows::default()
            .with("recommendation_id", entries.iter().map(|entry| entry.id))
            .with("recommended_at", entries.iter().map(|entry| Moment(entry.recommended_at)))
            .with("priority", entries.iter().map(|entry| entry.priority.clone()))
            .with("confidence", entries.iter().map(|entry| entry.confidence.clone()))
            .with("issue", entries.iter().map(|entry| entry.issue.clone()))
            .with("content", entries.iter().map(|entry| entry.content.clone()));
        let sql = rows.insert_into("recommendations", "ON CONFLICT DO NOTHING");
        transaction.bulk(&sql, &rows).await.map(|_| ()).doing(Self::DOING)
    }
}

fn entry(model: Model) -> LedgerEntry {
    LedgerEntry {
        id: model.recommendation_id,
        recommended_at: model.recommended_at.0,
        priority: model.priority,
        confidence: model.confidence,
        issue: model.issue,
        content: model.content,
    }
}
