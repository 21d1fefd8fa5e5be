//! An event on its way to watchers.

use std::sync::Arc;

use domain::record::AlertRecord;
use store::events::Event;
use store::{Store, StoreError};
use tokio::sync::OnceCell;

/// An event, and the record of its alert, which is read once for all watchers whose filters ask for it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) event: Event,
    /// As it was when the first watcher asked; `None` inside where the alert is deleted.
    record: OnceCell<Option<Arc<AlertRecord>>>,
}

impl Told {
    pub(super) fn new(event: Event) -> Self {
        Self { event, record: OnceCell::new() }
    }

    /// Whether the record was read.
    pub(super) fn has_record(&self) -> bool {
        self.record.initialized()
    }

    /// Takes over a record that was read along with others.
    pub(super) fn set_record(&self, record: Option<Arc<AlertRecord>>) {
        // Another may have read it meanwhile, which is as good.
        let _ = self.record.set(record);
    }

    /// The alert and what has become of it so far.
    pub(super) async fn record(&self, store: &Store) -> Result<Option<Arc<AlertRecord>>, StoreError> {
        let read = async || Ok(store.alerts().get(self.event.alert_id).await?.map(Arc::new));
        self.record.get_or_try_init(read).await.cloned()
    }
}
