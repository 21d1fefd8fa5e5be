//! The dataset as the service holds it: the latest snapshot, brought up to date when the store has moved on.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use domain::outcome::policy::Policy;
use store::Store;
use store::dataset::Revision as Watermark;
use tokio::sync::Mutex;

use super::load::{Changes, DatasetError, changed_rows};
use super::row::Row;
use super::snapshot::Snapshot;

/// The latest snapshot and the way to the next one.
pub struct Dataset {
    store: Store,
    limit_bytes: usize,
    latest: RwLock<Loaded>,
    /// Held by whoever loads, so that many requests at once load once.
    loading: Mutex<()>,
}

#[derive(Clone)]
struct Loaded {
    watermark: Watermark,
    snapshot: Arc<Snapshot>,
}

impl Dataset {
    /// Nothing is read before the first question. The rows may take `limit_bytes` of memory.
    #[must_use]
    pub fn new(store: Store, policy: &Policy, limit_bytes: usize) -> Self {
        let snapshot = Arc::new(Snapshot::of([], policy));
        let latest = RwLock::new(Loaded { watermark: Watermark::default(), snapshot });
        Self { store, limit_bytes, latest, loading: Mutex::new(()) }
    }

    /// The data as it is now. Readers keep what they got while others load the next revision.
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>, DatasetError> {
        let present = self.store.dataset().revision().await?;
        if let Some(snapshot) = self.of(present) {
            return Ok(snapshot);
        }
        let _loading = self.loading.lock().await;
        if let Some(snapshot) = self.of(present) {
            return Ok(snapshot);
        }
        let begun = Instant::now();
        let before = self.latest();
        let kept = (before.snapshot.len(), before.snapshot.rows().iter().map(|row| Row::bytes(row)).sum());
        let Changes { watermark, rows, removed } =
            changed_rows(&self.store, before.watermark, kept, self.limit_bytes).await?;
        let (alerts_changed, alerts_removed) = (rows.len(), removed.len());
        let snapshot = tokio::task::spawn_blocking(move || Arc::new(before.snapshot.with(rows, &removed))).await?;
        let snapshot = self.by_its_own_policy(snapshot).await?;
        tracing::info!(
            dataset.revision = %snapshot.revision().id,
            dataset.alerts = snapshot.len(),
            dataset.alerts_changed = alerts_changed,
            dataset.alerts_removed = alerts_removed,
            elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "dataset brought up to date"
        );
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) =
            Loaded { watermark, snapshot: Arc::clone(&snapshot) };
        Ok(snapshot)
    }

    /// Outcomes are read by the policy that made them, the latest one where there are several. What a version stands for
    /// never changes, so that one revision is always read by one policy.
    async fn by_its_own_policy(&self, snapshot: Arc<Snapshot>) -> Result<Arc<Snapshot>, DatasetError> {
        let version = snapshot.revision().policy_version;
        if snapshot.is_empty() || version == snapshot.policy().version {
            return Ok(snapshot);
        }
        match self.store.policies().get(version).await? {
            Some(policy) => Ok(tokio::task::spawn_blocking(move || Arc::new(snapshot.under(&policy))).await?),
            None => Ok(snapshot),
        }
    }

    fn latest(&self) -> Loaded {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn of(&self, watermark: Watermark) -> Option<Arc<Snapshot>> {
        Some(self.latest()).filter(|loaded| loaded.watermark == watermark).map(|loaded| loaded.snapshot)
    }
}
