//! Old events go.

use domain::timestamp::Timestamp;
use store::{Store, StoreError};

/// Removes the events that were recorded before a moment.
pub(super) async fn prune(store: &Store, before: Timestamp) -> Result<(), StoreError> {
    let removed = store.events().prune(before).await?;
    if removed > 0 {
        tracing::info!(removed, recorded_before = %before, "old events were removed");
    }
    Ok(())
}
