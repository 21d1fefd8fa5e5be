//! The dataset as the service holds it: the latest snapshot, brought up to date when the store has moved on.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use domain::filter::Filter;
use domain::outcome::policy::Policy;
use futures::TryStreamExt;
use store::Store;
use store::dataset::{Load, Revision as Watermark, settled};
use tokio::sync::Mutex;

use super::filter::{Kept, LookedUp, Truth, not_kept};
use super::load::{Changes, DatasetError, changed_rows};
use super::snapshot::Snapshot;

/// The latest snapshot and the way to the next one.
pub struct Dataset {
    store: Store,
    limit_bytes: usize,
    latest: RwLock<Loaded>,
    /// Held by whoever loads, so that many requests at once load once.
    loading: Mutex<()>,
    /// The answers to conditions that the columns could not answer, of the revision that was asked last.
    looked_up: std::sync::Mutex<(Watermark, LookedUp)>,
}

/// How often the store may move on while alerts are looked up.
const ATTEMPTS: usize = 8;
/// How many conditions are remembered.
const MOST_LOOKED_UP: usize = 64;

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
        Self { store, limit_bytes, latest, loading: Mutex::new(()), looked_up: std::sync::Mutex::default() }
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
        let kept = (before.snapshot.len(), before.snapshot.bytes());
        let Changes { watermark, rows, removed } =
            changed_rows(&self.store, before.watermark, kept, self.limit_bytes).await?;
        let (alerts_changed, alerts_removed) = (rows.len(), removed.len());
        let lay_out = move || {
            let present = before.snapshot;
            let next = if present.is_empty() {
                Snapshot::of_rows(rows, present.policy())
            } else {
                present.with(rows, &removed)
            };
            Arc::new(next)
        };
        let snapshot = tokio::task::spawn_blocking(lay_out).await?;
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

    /// The data as it is now, and the rows that `filter` keeps. Conditions on what is not kept in memory are looked up in the
    /// store, once per revision.
    pub async fn kept(&self, filter: &Filter) -> Result<(Arc<Snapshot>, Kept), DatasetError> {
        for _ in 0..ATTEMPTS {
            self.snapshot().await?;
            let Loaded { watermark, snapshot } = self.latest();
            let looked_up = self.look_up(filter, watermark, &snapshot).await?;
            let Some(looked_up) = looked_up else { continue };
            let filter = filter.clone();
            let evaluate = move || {
                let kept = Kept::with(&snapshot, &filter, &looked_up);
                kept.map(|kept| (snapshot, kept))
            };
            if let Some(kept) = tokio::task::spawn_blocking(evaluate).await? {
                return Ok(kept);
            }
        }
        Err(DatasetError::Moving)
    }

    /// The conditions that the columns cannot answer. `None` where the store has moved on since the snapshot.
    async fn look_up(
        &self,
        filter: &Filter,
        watermark: Watermark,
        snapshot: &Snapshot,
    ) -> Result<Option<LookedUp>, DatasetError> {
        let mut asked = Vec::new();
        not_kept(snapshot, filter.expression(), &mut asked);
        if asked.is_empty() {
            return Ok(Some(LookedUp::new()));
        }
        let mut found = {
            let cache = self.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
            if cache.0 == watermark { cache.1.clone() } else { LookedUp::new() }
        };
        asked.retain(|condition| !found.contains_key(&condition.to_string()));
        if !asked.is_empty() {
            let Load { revision, mut records, .. } = self.store.dataset().load(Watermark::default()).await?;
            if revision != watermark {
                return Ok(None);
            }
            let mut truths = vec![Truth::unknown(snapshot.len()); asked.len()];
            while let Some(record) = records.try_next().await? {
                let Some(row) = snapshot.row_of(&record) else { return Ok(None) };
                let settled = settled(&record);
                let record = settled.as_ref().unwrap_or(&record);
                for (truth, condition) in truths.iter_mut().zip(&asked) {
                    truth.put(row, condition.truth(record));
                }
            }
            let texts = asked.iter().map(ToString::to_string);
            if found.len() + asked.len() > MOST_LOOKED_UP {
                found.clear();
            }
            found.extend(texts.zip(truths.into_iter().map(Arc::new)));
            *self.looked_up.lock().unwrap_or_else(PoisonError::into_inner) = (watermark, found.clone());
        }
        Ok(Some(found))
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
