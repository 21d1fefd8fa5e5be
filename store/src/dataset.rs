//! What the analysis loads, and how it learns that there is something new.

mod batch;
mod bulk;
mod copied;

use domain::alert::AlertId;
use domain::record::AlertRecord;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ConnectionTrait, Order, Statement};
use uuid::Uuid;

pub use batch::{Batch, Cells, Words, settled};
pub use bulk::Changes;
pub use copied::copy_statement;

use crate::engine::{Engine, Transaction};
use crate::entity::outcome;
use crate::error::{Doing, StoreError};
use crate::records;
use crate::store::Store;

const CHUNK: u64 = 4_096;

/// See [`Store::dataset`].
#[derive(Clone, Copy)]
pub struct Dataset<'a> {
    pub(crate) store: &'a Store,
}

/// A state of the dataset: every recorded alert, and every sealed outcome. It changes whenever an alert is recorded or
/// deleted, and whenever an outcome is sealed, or folded anew after that. What open outcomes say so far is not part of it.
///
/// The same revision is the same data; the same data may be two revisions, while transactions that began earlier are
/// still running. [`Revision::default`] is that of an empty dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Revision {
    /// The last change below which no transaction can still commit: all up to it is known.
    settled: i64,
    /// The changes above that were seen already, hashed.
    unsettled: u64,
}

impl Revision {
    /// Whether no transaction that began before the latest change can still commit.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.unsettled == 0
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.settled)?;
        if self.is_settled() { Ok(()) } else { write!(f, "-{:016x}", self.unsettled) }
    }
}

/// A load of the dataset.
pub struct Load {
    /// The state that is loaded.
    pub revision: Revision,
    /// Alerts of an earlier load that are deleted. One that is among the records too was recorded again.
    pub removed: Vec<AlertId>,
    /// The alerts, each as it was at that moment, in no particular order. One that was in an earlier load replaces it, by
    /// its id. Taken from one snapshot of the database, which ends when the stream is dropped.
    pub records: BoxStream<'static, Result<AlertRecord, StoreError>>,
}

impl Dataset<'_> {
    /// The present state. One look at an index.
    pub async fn revision(&self) -> Result<Revision, StoreError> {
        let doing = "reading the revision of the dataset";
        revision(&self.store.engine.snapshot().await.doing(doing)?, &self.store.engine).await
    }

    /// The alerts that changed since `after`; all of them for `Revision::default()`.
    pub async fn load(&self, after: Revision) -> Result<Load, StoreError> {
        let snapshot = self.store.engine.snapshot().await.doing("loading the dataset")?;
        let revision = revision(&snapshot, &self.store.engine).await?;
        let removed = if after == Revision::default() { Vec::new() } else { removed(&snapshot, after).await? };
        let reading = Reading { store: self.store.clone(), snapshot, behind: (after.settled, None) };
        Ok(Load { revision, removed, records: reading.stream() })
    }
}

async fn removed(snapshot: &Transaction, after: Revision) -> Result<Vec<AlertId>, StoreError> {
    let doing = "reading which alerts were deleted";
    let sql = "SELECT alert_id FROM removed_alerts WHERE dataset_change > $1";
    let statement = Statement::from_sql_and_values(snapshot.get_database_backend(), sql, [after.settled.into()]);
    let found = snapshot.query_all_raw(statement).await.doing(doing)?;
    found.iter().map(|row| row.try_get_by_index(0).map(AlertId).doing(doing)).collect()
}

async fn revision(snapshot: &Transaction, engine: &Engine) -> Result<Revision, StoreError> {
    let doing = "reading the revision of the dataset";
    let settled_below = engine.settled_below();
    let sql = ["outcomes", "removed_alerts"].map(|table| {
        format!(
            "SELECT dataset_change, NULL AS alert_id FROM (
                 SELECT MAX(dataset_change) AS dataset_change FROM {table}
                 WHERE dataset_change < {settled_below}) AS settled
             UNION ALL
             SELECT dataset_change, alert_id FROM {table} WHERE dataset_change >= {settled_below}"
        )
    });
    let sql = sql.join(" UNION ALL ");
    let statement = Statement::from_string(engine.get_database_backend(), sql);
    let mut revision = Revision::default();
    for row in snapshot.query_all_raw(statement).await.doing(doing)? {
        let change: Option<i64> = row.try_get_by_index(0).doing(doing)?;
        let alert_id: Option<Uuid> = row.try_get_by_index(1).doing(doing)?;
        match (change, alert_id) {
            (Some(change), None) => revision.settled = Ord::max(revision.settled, change),
            (Some(change), Some(alert_id)) => revision.unsettled ^= mixed(change, alert_id),
            (None, _) => {}
        }
    }
    Ok(revision)
}

/// A number that stands for this change of this alert; the order in which several are seen makes no difference.
fn mixed(change: i64, alert_id: Uuid) -> u64 {
    let (high, low) = alert_id.as_u64_pair();
    // The finaliser of SplitMix64.
    let mut mixed = high.rotate_left(17) ^ low ^ change.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

struct Reading {
    store: Store,
    snapshot: Transaction,
    /// Where to go on: behind this change of this alert.
    behind: (i64, Option<Uuid>),
}

impl Reading {
    fn stream(self) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
        self.chunks().map_ok(|chunk| stream::iter(chunk).map(|(_, record)| Ok(record))).try_flatten().boxed()
    }

    /// Alerts with the numbers of their tokens.
    fn chunks(self) -> impl Stream<Item = Result<Vec<(i64, AlertRecord)>, StoreError>> + Send + 'static {
        stream::try_unfold(Some(self), |reading| async {
            let Some(mut reading) = reading else { return Ok::<_, StoreError>(None) };
            let (chunk, last) = reading.chunk().await?;
            let more = last.filter(|_| chunk.len() as u64 == CHUNK).map(|(change, alert_id)| {
                reading.behind = (change, Some(alert_id));
                reading
            });
            Ok(Some((chunk, more)))
        })
    }

    async fn chunk(&self) -> Result<(Vec<(i64, AlertRecord)>, Option<(i64, Uuid)>), StoreError> {
        let doing = "loading the dataset";
        let change = || Expr::col((outcome::Entity, outcome::Column::DatasetChange));
        let id = || Expr::col((outcome::Entity, outcome::Column::AlertId));
        let mut select = records::select();
        match self.behind {
            (settled, None) => select.and_where(change().gt(settled)),
            (settled, Some(last)) => {
                select.and_where(change().gte(settled)).and_where(change().gt(settled).or(id().gt(last)))
            }
        };
        select
            .order_by((outcome::Entity, outcome::Column::DatasetChange), Order::Asc)
            .order_by((outcome::Entity, outcome::Column::AlertId), Order::Asc)
            .limit(CHUNK);
        let rows = self.snapshot.query_all(&select).await.doing(doing)?;
        let last = rows.last().map(|row| {
            let change: i64 = row.try_get("o_", "dataset_change").doing(doing)?;
            Ok::<_, StoreError>((change, row.try_get("o_", "alert_id").doing(doing)?))
        });
        let Store { engine, policies, .. } = &self.store;
        let tokens = rows.iter().map(|row| row.try_get("a_", "token_id").doing(doing));
        let tokens: Vec<i64> = tokens.collect::<Result<_, _>>()?;
        let records: Vec<AlertRecord> = records::decode(&rows, engine, policies).await?;
        Ok((tokens.into_iter().zip(records).collect(), last.transpose()?))
    }
}
