//! Reading rows from the store, within a bound of memory.

use std::collections::HashSet;
use std::sync::Arc;

use domain::alert::AlertId;
use futures::TryStreamExt;
use store::dataset::Revision as Watermark;
use store::{Store, StoreError};

use super::table::TableBuilder;

/// Why the dataset could not be brought up to date.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DatasetError {
    /// The store could not be read.
    #[error("loading the dataset: {0}")]
    Store(#[from] StoreError),
    /// It does not fit.
    #[error(
        "the dataset does not fit into memory: its first {alerts} alerts take {} MiB of the {} MiB that it may take; allow \
         it more (dataset_memory_mb), or keep fewer alerts, or fewer extra.* features with many different texts, in the \
         database",
        bytes >> 20,
        limit_bytes >> 20
    )]
    TooLarge {
        /// How many alerts had been read.
        alerts: usize,
        /// What those take.
        bytes: usize,
        /// The bound.
        limit_bytes: usize,
    },
    /// Alerts change faster than they can be looked through.
    #[error("looking alerts up that the filter asks for: they change faster than they are read; ask again")]
    Moving,
    /// Laying it out was interrupted.
    #[error("laying out the dataset was interrupted: {0}")]
    Interrupted(Arc<tokio::task::JoinError>),
}

impl From<tokio::task::JoinError> for DatasetError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Interrupted(Arc::new(error))
    }
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
    let store::dataset::Changes { revision, removed, mut batches } = store.dataset().changes(after).await?;
    while let Some(batch) = batches.try_next().await? {
        // Away from the threads that serve connections; the next batch is read meanwhile.
        rows = tokio::task::spawn_blocking(move || {
            rows.push(&batch);
            rows
        })
        .await?;
        let bytes = kept_bytes + rows.bytes();
        if bytes > limit_bytes {
            return Err(DatasetError::TooLarge { alerts: kept_rows + rows.len(), bytes, limit_bytes });
        }
    }
    Ok(Changes { watermark: revision, rows, removed: removed.into_iter().collect() })
}
