//! The tracking loop: looks at every alert inside its window once per interval, stores what it sees and folds it into
//! outcomes, seals what is due, and says what happens.
//!
//! It keeps nothing that matters: what to follow, the pinned pools, the folds and what is due are in the store, so that it
//! goes on after a kill where it was. No error ends it, neither of a price source nor of the store.

use std::sync::Arc;
use std::time::Duration;

use domain::token::TokenKey;
use service::clock::{Clock, Work};
use store::observations::AlertHappening;
use store::{Rules, Store};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::feed::Feeds;
use crate::feed::cascade::Delivery;
use crate::shadow_sample::ShadowSample;
use announce::Announcer;
use first_look::{FirstLook, FirstLooks};
use record::Recorder;
use seal::Sealer;
use summary::Summariser;
use tick::Poller;

mod announce;
mod first_look;
mod patience;
mod plan;
mod record;
mod schedule;
mod seal;
mod summary;
mod tick;
mod tick_metrics;

/// How alerts are followed, beside the [`Rules`].
#[derive(Clone, Debug, PartialEq)]
pub struct TrackingSettings {
    /// How often a summary of the performance is logged; never where `None`. 10 min.
    pub summary_interval: Option<Duration>,
    /// The alerts of this last while are summed up. 7 days; longer reads more rows each time.
    pub summary_window: Duration,
    /// Which of the shadow alerts that bots send are followed. All.
    pub shadow_sample: ShadowSample,
}

impl Default for TrackingSettings {
    fn default() -> Self {
        Self {
            summary_interval: Some(Duration::from_mins(10)),
            summary_window: Duration::from_hours(7 * 24),
            shadow_sample: ShadowSample::ALL,
        }
    }
}

/// Asks the loop for first looks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tracking {
    clock: Clock,
    first_looks: mpsc::Sender<FirstLook>,
    announcer: Announcer,
}

impl Tracking {
    /// Says what pushed prices or a recorded alert made happen.
    pub fn announce(&self, happenings: &[AlertHappening]) {
        self.announcer.announce(happenings);
    }

    /// Looks at a token now instead of at the next tick: call it when an alert was recorded. Never waits; when very many
    /// ask at once, some are looked at at the next tick after all.
    pub fn follow(&self, token: TokenKey) {
        let first_look = FirstLook { token, work: self.clock.work() };
        if self.first_looks.try_send(first_look).is_err() {
            tracing::debug!(token.address = %token.address, "no first look; the next tick looks at the token");
        }
    }
}

/// The loop, ready to run. On a simulated clock it holds time still until it runs.
#[derive(Debug)]
pub struct TrackingLoop {
    parts: Parts,
    settings: TrackingSettings,
    first_looks: mpsc::Receiver<FirstLook>,
    work: Work,
}

/// What every part of the loop needs.
#[derive(Clone)]
struct Parts {
    store: Store,
    clock: Clock,
    feeds: Arc<Feeds>,
    rules: Arc<Rules>,
    announcer: Announcer,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("clock", &self.clock).field("feeds", &self.feeds).finish_non_exhaustive()
    }
}

/// First looks that wait at most; more are left to the next tick.
const FIRST_LOOKS: usize = 4_096;
/// Answers that wait to be stored at most; then the polling waits for the store.
const DELIVERIES: usize = 256;

impl TrackingLoop {
    /// A loop over what `store` follows, and the handle that asks it for first looks.
    #[must_use]
    pub fn new(store: Store, clock: Clock, feeds: Feeds, rules: Rules, settings: TrackingSettings) -> (Tracking, Self) {
        let (sender, first_looks) = mpsc::channel(FIRST_LOOKS);
        let work = clock.work();
        let (feeds, rules) = (Arc::new(feeds), Arc::new(rules));
        let announcer = Announcer::default();
        let tracking = Tracking { clock: clock.clone(), first_looks: sender, announcer: announcer.clone() };
        let parts = Parts { store, clock, feeds, rules, announcer };
        (tracking, Self { parts, settings, first_looks, work })
    }

    /// Runs until `stop`: then ends what is under way at the sources, stores what was already answered, and returns.
    pub async fn run(self, stop: CancellationToken) {
        let Self { parts, settings, first_looks, work } = self;
        let clock = parts.clock.clone();
        let (deliver, deliveries) = mpsc::channel::<Delivery>(DELIVERIES);
        let mut tasks = JoinSet::new();
        let poller = Poller::new(parts.clone(), deliver.clone());
        tasks.spawn(poller.run(clock.work(), stop.clone()));
        tasks.spawn(FirstLooks::new(parts.clone(), deliver).run(first_looks, stop.clone()));
        tasks.spawn(Sealer::new(parts.clone()).run(clock.work(), stop.clone()));
        if let Some(interval) = settings.summary_interval {
            let summariser = Summariser::new(parts.clone(), interval, settings.summary_window);
            tasks.spawn(summariser.run(clock.work(), stop.clone()));
        }
        tasks.spawn(Recorder::new(parts).run(deliveries, stop));
        drop(work);
        tracing::info!("the tracking loop runs");
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the tracking loop ended unexpectedly");
            }
        }
        tracing::info!("the tracking loop has ended");
    }
}
