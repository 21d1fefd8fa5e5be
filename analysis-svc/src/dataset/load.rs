//! Reading rows from the store, within a bound of memory.

use std::collections::HashSet;

use domain::alert::AlertId;
use futures::TryStreamExt;
use store::dataset::{Batch, Load, Revision as Watermark};
use store::{Store, StoreError};

use super::digest::token_number;
use super::table::TableBuilder;

/// How many alerts are laid out at once.
const CHUNK: usize = 4_096;

/// Why the dataset could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The store could not be read.
    #[error("loading the dataset: {0}")]
    Store(#[from] StoreError),
    /// It does not fit.
    #[error(
        "the dataset does not fit: after {alerts} alerts it takes more than {limit_bytes} bytes of memory; give the \
         service more (dataset_memory_mb), or keep fewer alerts in the database"
    )]
    TooLarge {
        /// How many alerts had been read.
        alerts: usize,
        /// The bound.
        limit_bytes: usize,
    },
    /// Alerts change faster than they can be looked through.
    #[error("looking alerts up that the filter asks for: they change faster than they are read; ask again")]
    Moving,
    /// Laying it out was interrupted.
    #[error("laying out the dataset was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// What changed between two states of the store.
pub struct Changes {
    /// The state that this leads to.
    pub watermark: Watermark,
    /// Alerts that are new, or whose outcomes changed.
    pub rows: TableBuilder,
    /// Alerts that were deleted; some may be among the rows, recorded again.
    pub removed: HashSet<AlertId>,
}

/// What changed since `after`. `kept_bytes` is what the rows kept
/// from before take.
pub async fn changed_rows(
    store: &Store,
    after: Watermark,
    (kept_rows, kept_bytes): (usize, usize),
    limit_bytes: usize,
) -> Result<Changes, DatasetError> {
    let mut rows = TableBuilder::new();
    let Load { revision, removed, records } = store.dataset().load(after).await?;
    let mut chunks = records.try_chunks(CHUNK);
    while let Some(records) = chunks.try_next().await.map_err(|error| error.1)? {
        let mut batch = Batch::empty();
        for record in &records {
            batch.push(token_number(&record.alert.token.key), record);
        }
        rows.push(&batch);
        if kept_bytes + rows.bytes() > limit_bytes {
            return Err(DatasetError::TooLarge { alerts: kept_rows + rows.len(), limit_bytes });
        }
    }
    Ok(Changes { watermark: revision, rows, removed: removed.into_iter().collect() })
}
