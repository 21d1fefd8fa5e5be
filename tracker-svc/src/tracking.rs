//! The tracking loop: looks at every alert inside its window once per interval, stores what it sees and folds it into
//! outcomes, seals what is due, and says what happens.
//!
//! It keeps nothing that matters: what to follow, the pinned pools, the folds and what is due are in the store, so that it
//! goes on after a kill where it was. No error ends it, neither of a price source nor of the store.

use std::sync::Arc;
use std::time::Duration;

use domain::quantity::PriceUsd;
use domain::token::TokenKey;
use service::clock::{Clock, Work};
use store::leases::{Claim, Fence, Holder, LeaseTime};
use store::observations::AlertHappening;
use store::{Rules, Store};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::feed::Feeds;
use crate::housekeeping::HousekeepingSettings;
use crate::shadow_sample::ShadowSample;
use announce::Announcer;
use first_look::{FirstLook, FirstLooks};
use lease::Leases;
use lease::keeper::{Keeper, notice_interval};
use lease::lookout::Lookout;
use seal::Sealer;
use summary::Summariser;
use tick::Poller;

mod announce;
mod first_look;
mod lease;
mod patience;
mod periods;
mod record;
mod record_metrics;
mod roster;
mod schedule;
mod seal;
mod shortfall;
mod summary;
mod tick;
mod tick_metrics;
mod writers;

/// How alerts are followed, beside the [`Rules`].
#[derive(Clone, Debug, PartialEq)]
pub struct TrackingSettings {
    /// How often a summary of the performance is logged; never where `None`. 10 min.
    pub summary_interval: Option<Duration>,
    /// The alerts of this last while are summed up. 7 days; longer reads more rows each time.
    pub summary_window: Duration,
    /// Which of the shadow alerts that bots send are followed. All.
    pub shadow_sample: ShadowSample,
    /// How long another tracker waits before it takes over what this one follows, should this one fall silent. 30 s, at
    /// most [`store::leases::LONGEST_LEASE`]. Shorter: a slow database makes trackers lose their tokens to each other.
    /// Longer: the tokens of one that died are not looked at for longer.
    pub lease: Duration,
    /// This tracker's name among those that share the database: where an earlier run of the same name was killed, its
    /// tokens are this one's at once. Without one, they are anybody's when its leases expire.
    pub instance: Option<String>,
    /// How often it looks whether other trackers recorded an alert that is this one's to look at, or left their tokens; at
    /// least ten times in a lease, and not at all while it is alone. 2 s.
    pub notice_interval: Duration,
    /// How long prices and events are kept.
    pub housekeeping: HousekeepingSettings,
}

impl Default for TrackingSettings {
    fn default() -> Self {
        Self {
            summary_interval: Some(Duration::from_mins(10)),
            summary_window: Duration::from_hours(7 * 24),
            shadow_sample: ShadowSample::ALL,
            lease: Duration::from_secs(30),
            instance: None,
            notice_interval: Duration::from_secs(2),
            housekeeping: HousekeepingSettings::default(),
        }
    }
}

/// Asks the loop for first looks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tracking {
    clock: Clock,
    first_looks: mpsc::Sender<FirstLook>,
    announcer: Announcer,
    leases: Leases,
}

impl Tracking {
    /// Says what pushed prices or a recorded alert made happen.
    pub fn announce(&self, happenings: &[AlertHappening]) {
        self.announcer.announce(happenings);
    }

    /// Whether the loop keeps its leases alive, if only those of no token. For health: a loop that stands still does not.
    #[must_use]
    pub fn holds_leases(&self) -> bool {
        self.leases.are_kept()
    }

    /// Looks at a token now instead of at the next tick: call it when an alert was recorded. Never waits; when very many
    /// ask at once, some are looked at at the next tick after all. A token that is another tracker's is left to that one,
    /// which sees the alert soon. A first price that is far from the bot's own needs a second source.
    pub fn follow(&self, token: TokenKey, quoted_price_usd: Option<PriceUsd>) {
        if !self.leases.covers(&token) {
            return;
        }
        let first_look = FirstLook { token, quoted_price_usd, work: self.clock.work(), span: Span::current() };
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
    asks_first_looks: mpsc::WeakSender<FirstLook>,
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
    leases: Leases,
    holder: Holder,
    lease: Duration,
}

impl Parts {
    /// How this tracker asks for leases now.
    fn claim(&self) -> Claim {
        let time = if self.clock.is_simulated() { LeaseTime::At(self.clock.now()) } else { LeaseTime::Database };
        Claim { holder: self.holder, lease: self.lease, time }
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("clock", &self.clock).field("feeds", &self.feeds).finish_non_exhaustive()
    }
}

/// First looks that wait at most; more are left to the next tick.
const FIRST_LOOKS: usize = 4_096;
/// Answers that wait to be stored at most; then the polling waits for the store.
const POLLED: usize = 256;

impl TrackingLoop {
    /// A loop over what `store` follows, and the handle that asks it for first looks.
    #[must_use]
    pub fn new(store: Store, clock: Clock, feeds: Feeds, rules: Rules, settings: TrackingSettings) -> (Tracking, Self) {
        let (sender, first_looks) = mpsc::channel(FIRST_LOOKS);
        let work = clock.work();
        let (feeds, rules) = (Arc::new(feeds), Arc::new(rules));
        let announcer = Announcer::default();
        let holder = settings.instance.as_deref().map_or_else(Holder::fresh, Holder::run_of);
        let lease = settings.lease;
        let leases = Leases::new(clock.clone(), Fence::nothing(holder, lease));
        let asks_first_looks = sender.downgrade();
        let tracking = Tracking {
            clock: clock.clone(),
            first_looks: sender,
            announcer: announcer.clone(),
            leases: leases.clone(),
        };
        let parts = Parts { store, clock, feeds, rules, announcer, leases, holder, lease };
        (tracking, Self { parts, settings, first_looks, asks_first_looks, work })
    }

    /// Who this tracker is to the leases, from which its housekeeping claims its own.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        self.parts.holder
    }

    /// Runs until `stop`: then ends what is under way at the sources, stores what was already answered, gives its leases
    /// back, and returns.
    pub async fn run(self, stop: CancellationToken) {
        let Self { parts, settings, first_looks, asks_first_looks, work } = self;
        let clock = parts.clock.clone();
        let (gains, gained) = mpsc::unbounded_channel();
        let mut keeper = Keeper::new(parts.clone(), gains);
        // What is free is this tracker's before the first tick. A database that hangs is not waited for at the stop.
        tokio::select! {
            () = keeper.begin() => {}
            () = stop.cancelled() => {}
        }
        let (record, polled) = mpsc::channel(POLLED);
        let mut tasks = JoinSet::new();
        let poller = Poller::new(parts.clone(), record.clone());
        tasks.spawn(poller.run(gained, clock.work(), stop.clone()));
        tasks.spawn(FirstLooks::new(parts.clone(), record).run(first_looks, stop.clone()));
        let notice = notice_interval(settings.lease, settings.notice_interval);
        tasks.spawn(Lookout::new(parts.clone(), notice, asks_first_looks).run(clock.work(), stop.clone()));
        tasks.spawn(Sealer::new(parts.clone()).run(clock.work(), stop.clone()));
        if let Some(interval) = settings.summary_interval {
            let summariser = Summariser::new(parts.clone(), interval, settings.summary_window);
            tasks.spawn(summariser.run(clock.work(), stop.clone()));
        }
        tasks.spawn(writers::write_all(parts, polled, stop));
        // Until nothing is left to write under them.
        let release = CancellationToken::new();
        let keeping = tokio::spawn(keeper.run(clock.work(), release.clone()));
        // Should this future be dropped, that task must not renew the leases for ever.
        let _release = release.clone().drop_guard();
        drop(work);
        tracing::info!("the tracking loop runs");
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the tracking loop ended unexpectedly");
            }
        }
        release.cancel();
        if let Err(error) = keeping.await {
            tracing::error!(%error, "the keeping of the leases ended unexpectedly");
        }
        tracing::info!("the tracking loop has ended");
    }
}
