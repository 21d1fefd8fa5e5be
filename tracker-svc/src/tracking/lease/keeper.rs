//! Keeps the leases of this tracker: renews them every third of their length, takes what is free up to this tracker's
//! share, and gives up what is more than that.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use service::clock::Work;
use store::leases::{Claim, Kept, SHARDS, Shard};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::State;
use crate::tracking::Parts;
use crate::tracking::patience::survive;

/// See the module.
pub(in crate::tracking) struct Keeper {
    parts: Parts,
    /// Told when shards come to this tracker; what is sent holds the clock until they are looked at.
    gained: mpsc::UnboundedSender<Work>,
    /// Looks that may still be at shards that are leaving.
    ending: Vec<Arc<()>>,
    /// Whether all is as it should be: nothing to take, to give up or to try again.
    settled: bool,
    /// Whether earlier runs of this instance may hold something still.
    succeeds: bool,
    /// Whether what comes from now on is told; the first tick looks at everything anyway.
    tells: bool,
}

impl Keeper {
    pub(in crate::tracking) const fn new(parts: Parts, gained: mpsc::UnboundedSender<Work>) -> Self {
        Self { parts, gained, ending: Vec::new(), settled: false, succeeds: true, tells: false }
    }

    /// Takes what is free now.
    pub(in crate::tracking) async fn begin(&mut self) {
        survive("taking leases", self.round()).await;
        self.tells = true;
    }

    /// Keeps the leases until `stop`, then gives all of them back.
    pub(in crate::tracking) async fn run(mut self, mut work: Work, stop: CancellationToken) {
        let wake = Arc::clone(&self.parts.leases.wake);
        loop {
            // Sooner where there is something to wait for.
            let pause = self.parts.lease / if self.settled { 3 } else { 10 };
            tokio::select! {
                () = work.pause(pause) => {}
                () = wake.notified() => {}
                () = stop.cancelled() => break,
            }
            survive("keeping leases", self.round()).await;
        }
        match self.parts.store.leases().release(self.parts.holder).await {
            Ok(()) => tracing::debug!("the leases are given back"),
            Err(error) => tracing::warn!(%error, "the leases are not given back; others wait until they expire"),
        }
    }

    /// Once; and once more where something can be given up at once.
    async fn round(&mut self) {
        if self.succeeds {
            self.succeed().await;
        }
        self.keep().await;
        if !self.ending.is_empty() && self.looks_have_ended() {
            self.keep().await;
        }
    }

    fn looks_have_ended(&self) -> bool {
        self.ending.iter().all(|looks| Arc::strong_count(looks) == 1)
    }

    /// Takes the place of the run before this one, which is dead.
    async fn succeed(&mut self) {
        match self.parts.store.leases().succeed(self.parts.claim()).await {
            Ok(freed) => {
                self.succeeds = false;
                if freed > 0 {
                    tracing::info!(freed, "an earlier run of this tracker was killed: this one goes on in its place");
                }
            }
            Err(error) => tracing::warn!(%error, "the leases of an earlier run are not freed; trying again soon"),
        }
    }

    async fn keep(&mut self) {
        let leases = &self.parts.leases;
        let give_up: Vec<Shard> = match self.looks_have_ended() {
            true => leases.state.borrow().leaving.iter().copied().collect(),
            false => Vec::new(),
        };
        // Before the database is asked: so they never last longer here than there.
        let valid_until = self.parts.clock.steady().plus(self.parts.lease);
        let claim: Claim = self.parts.claim();
        let kept = match self.parts.store.leases().keep(claim, &give_up).await {
            Ok(kept) => kept,
            Err(error) => {
                let left_ms = leases.state.borrow().valid_until.since(self.parts.clock.steady()).as_millis();
                tracing::warn!(%error, left_ms, "the leases are not renewed; trying again soon");
                self.settled = false;
                return;
            }
        };
        if self.looks_have_ended() {
            self.ending.clear();
        }
        let (before, leaves) = self.take_over(&kept, valid_until);
        let leaving = leases.state.borrow().leaving.len();
        self.ending.extend(leaves);
        self.settled = kept.fence.len() == kept.share;
        self.tell(&kept, &before, leaving);
        if !kept.fence.is_empty() {
            self.parts.feeds.set_share(kept.fence.len() as f64 / SHARDS as f64);
        }
        let known: BTreeSet<(Shard, i64)> = before.fence.epochs().collect();
        if self.tells && kept.fence.epochs().any(|held| !known.contains(&held)) {
            let _ = self.gained.send(self.parts.clock.work());
        }
    }

    /// Makes `kept` what this tracker holds. Returns what it was before and, where further shards leave, the looks that may
    /// be at them.
    fn take_over(&self, kept: &Kept, valid_until: domain::timestamp::Timestamp) -> (State, Option<Arc<()>>) {
        let leases = &self.parts.leases;
        let before = leases.state.borrow().clone();
        // Those that were leaving go first.
        let mut surplus: Vec<Shard> = kept.fence.epochs().map(|(shard, _)| shard).collect();
        surplus.sort_by_key(|shard| (!before.leaving.contains(shard), *shard));
        surplus.truncate(kept.fence.len().saturating_sub(kept.share));
        let leaving: BTreeSet<Shard> = surplus.into_iter().collect();
        let leaves = !leaving.is_subset(&before.leaving);
        leases.state.send_modify(|state| {
            state.fence = kept.fence.clone();
            state.leaving = leaving;
            state.valid_until = valid_until;
            state.trackers = kept.trackers;
            if leaves {
                state.looks = Arc::default();
            }
        });
        let looks = Arc::clone(&before.looks);
        (State { looks: Arc::default(), ..before }, leaves.then_some(looks))
    }

    fn tell(&self, kept: &Kept, before: &State, leaving: usize) {
        let (held, share, trackers) = (kept.fence.len(), kept.share, kept.trackers);
        if (held, trackers, leaving) != (before.fence.len(), before.trackers, before.leaving.len()) {
            tracing::info!(
                held,
                share,
                leaving,
                trackers,
                "this tracker holds {held} of {SHARDS} shards of the tokens"
            );
        }
    }
}

/// How often at most the lookout looks, however short the leases are.
pub(in crate::tracking) fn notice_interval(lease: Duration, at_most: Duration) -> Duration {
    at_most.min(lease / 10).max(Duration::from_millis(50))
}
