//! The dataset as the service holds it: the latest snapshot, brought up to date when the store has moved on.
//!
//! Whoever asks while it is brought up to date waits for the same work; readers of an earlier snapshot are not disturbed. The
//! work ends when the last of those who wait for it goes away.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::filter::Filter;
use domain::outcome::policy::Policy;
use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};
use store::Store;
use store::dataset::Revision as Watermark;

use super::filter::{Kept, LookedUp};
use super::load::{Changes, DatasetError, changed_rows};
use super::lookup::look_up;
use super::metrics::DatasetMetrics;
use super::snapshot::Snapshot;

/// The latest snapshot and the way to the next one.
pub struct Dataset {
    inner: Arc<Inner>,
    /// The work that is going on, and its number.
    loading: Mutex<Option<(u64, WeakShared<Loading>)>>,
    /// How many times work was begun.
    begun: AtomicU64,
    /// The answers to conditions that the columns could not answer, of the revision that was asked last.
    looked_up: Mutex<(Watermark, LookedUp)>,
}

type Loading = BoxFuture<'static, Result<Loaded, DatasetError>>;

struct Inner {
    store: Store,
    limit_bytes: usize,
    latest: RwLock<Loaded>,
    metrics: DatasetMetrics,
}

/// A snapshot and the state of the store that it shows.
#[derive(Clone)]
struct Loaded {
    watermark: Watermark,
    snapshot: Arc<Snapshot>,
    took: Duration,
}

/// How often the store may move on while alerts are looked up.
const ATTEMPTS: usize = 8;
/// How many conditions are remembered.
const MOST_LOOKED_UP: usize = 64;

impl Dataset {
    /// Nothing is read before the first question. The alerts may take `limit_bytes` of memory.
    #[must_use]
    pub fn new(store: Store, policy: &Policy, limit_bytes: usize) -> Self {
        let snapshot = Arc::new(Snapshot::of([], policy));
        let latest = RwLock::new(Loaded { watermark: Watermark::default(), snapshot, took: Duration::ZERO });
        Self {
            inner: Arc::new(Inner { store, limit_bytes, latest, metrics: DatasetMetrics::new() }),
            loading: Mutex::default(),
            begun: AtomicU64::new(0),
            looked_up: Mutex::default(),
        }
    }

    /// The data as it is now. Readers keep what they got while others load the next revision.
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>, DatasetError> {
        self.up_to_date().await.map(|loaded| loaded.snapshot)
    }

    /// How long the latest load or refresh took.
    #[must_use]
    pub fn load_time(&self) -> Duration {
        self.inner.latest().took
    }

    /// The memory that the latest snapshot takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.inner.latest().snapshot.bytes()
    }

    async fn up_to_date(&self) -> Result<Loaded, DatasetError> {
        let begun = self.begun.load(Ordering::SeqCst);
        let present = self.inner.store.dataset().revision().await?;
        loop {
            let latest = self.inner.latest();
            if latest.watermark == present {
                return Ok(latest);
            }
            let (number, loading) = self.join();
            let loaded = loading.await?;
            // What was begun before may have missed what this caller has just written.
            if number > begun || loaded.watermark == present {
                return Ok(loaded);
            }
        }
    }

    /// The work that is going on, or new work.
    fn join(&self) -> (u64, Shared<Loading>) {
        let mut loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let present = loading.as_ref().and_then(|(number, work)| Some((*number, work.upgrade()?)));
        if let Some((number, work)) = present.filter(|(_, work)| work.peek().is_none()) {
            return (number, work);
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let work = Arc::clone(&self.inner).refreshed().boxed().shared();
        *loading = work.downgrade().map(|work| (number, work));
        (number, work)
    }

    /// The data as it is now, and the rows that `filter` keeps. Conditions on what is not kept in memory are looked up in the
    /// store, once per revision.
    pub async fn kept(&self, filter: &Filter) -> Result<(Arc<Snapshot>, Kept), DatasetError> {
        for _ in 0..ATTEMPTS {
            let Loaded { watermark, snapshot, .. } = self.up_to_date().await?;
            let known = {
                let cache = self.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
                if cache.0 == watermark { cache.1.clone() } else { LookedUp::new() }
            };
            let found = look_up(&self.inner.store, filter, watermark, &snapshot, &known).await?;
            let Some(found) = found else { continue };
            let mut looked_up = known;
            if !found.is_empty() {
                if looked_up.len() + found.len() > MOST_LOOKED_UP {
                    looked_up.clear();
                }
                looked_up.extend(found);
                *self.looked_up.lock().unwrap_or_else(PoisonError::into_inner) = (watermark, looked_up.clone());
            }
            let filter = filter.clone();
            let evaluate = move || Kept::with(&snapshot, &filter, &looked_up).map(|kept| (snapshot, kept));
            if let Some(kept) = tokio::task::spawn_blocking(evaluate).await? {
                return Ok(kept);
            }
        }
        Err(DatasetError::Moving)
    }
}

impl Inner {
    fn latest(&self) -> Loaded {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn refreshed(self: Arc<Self>) -> Result<Loaded, DatasetError> {
        let begun = Instant::now();
        let Loaded { watermark, snapshot: present, .. } = self.latest();
        let kept = (present.len(), present.bytes());
        let Changes { watermark, rows, removed } = changed_rows(&self.store, watermark, kept, self.limit_bytes).await?;
        let (changed, gone) = (rows.len(), removed.len());
        let lay_out = move || {
            let is_first = present.is_empty();
            Arc::new(if is_first { Snapshot::of_rows(rows, present.policy()) } else { present.with(rows, &removed) })
        };
        let snapshot = tokio::task::spawn_blocking(lay_out).await?;
        let snapshot = self.by_its_own_policy(snapshot).await?;
        let loaded = Loaded { watermark, snapshot, took: begun.elapsed() };
        self.report(&loaded, changed, gone);
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = loaded.clone();
        Ok(loaded)
    }

    fn report(&self, loaded: &Loaded, changed: usize, removed: usize) {
        let Loaded { snapshot, took, .. } = loaded;
        let bytes = snapshot.bytes();
        self.metrics.loaded(snapshot.len(), (bytes, self.limit_bytes), changed + removed, *took);
        tracing::info!(
            dataset.revision = %snapshot.revision().id,
            dataset.alerts = snapshot.len(),
            dataset.alerts_changed = changed,
            dataset.alerts_removed = removed,
            dataset.bytes = bytes,
            dataset.bytes_per_alert = bytes / snapshot.len().max(1),
            dataset.limit_bytes = self.limit_bytes,
            elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "dataset brought up to date"
        );
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
}

#[cfg(test)]
mod tests;
