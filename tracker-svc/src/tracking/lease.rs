//! Which tokens this tracker polls: those of the shards that it holds, as long as its leases last by its own clock.
//!
//! [`keeper`] keeps the leases; [`lookout`] sees what other trackers leave to this one. Everybody else asks [`Leases`].

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use service::clock::{Clock, Work};
use store::leases::{Fence, SHARDS, Shard};
use tokio::sync::{Notify, watch};

pub(super) mod keeper;
pub(super) mod lookout;
pub(super) mod polled;

/// What this tracker holds. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Leases {
    clock: Clock,
    state: watch::Sender<State>,
    wake: Arc<Notify>,
}

#[derive(Clone, Debug)]
struct State {
    /// Everything that it may still write.
    fence: Fence,
    /// Shards that it looks at no more, and gives up as soon as all looks at them have ended.
    leaving: BTreeSet<Shard>,
    /// By the steady time.
    valid_until: Timestamp,
    /// How many trackers there are.
    trackers: usize,
    /// Held by every look that began since shards last left.
    looks: Arc<()>,
}

/// The right to look at the tokens of some shards, once.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// The shards.
    pub(super) fence: Fence,
    /// Nobody else gets one of them before this is dropped, or the lease has run out.
    _look: Arc<()>,
}

impl Leases {
    /// Nothing is held yet.
    pub(super) fn new(clock: Clock, nothing: Fence) -> Self {
        let state = State {
            fence: nothing,
            leaving: BTreeSet::new(),
            valid_until: Timestamp::EPOCH,
            trackers: 0,
            looks: Arc::default(),
        };
        Self { clock, state: watch::Sender::new(state), wake: Arc::default() }
    }

    /// What may be looked at now; `None` where that is nothing.
    pub(super) fn turn(&self) -> Option<Turn> {
        let state = self.state.borrow();
        let fence = state.fence.clone().without(&state.leaving);
        let valid = self.clock.steady() < state.valid_until && !fence.is_empty();
        valid.then(|| Turn { fence, _look: Arc::clone(&state.looks) })
    }

    /// Whether the leases were renewed within their length.
    pub(super) fn are_kept(&self) -> bool {
        self.clock.steady() < self.state.borrow().valid_until
    }

    /// Whether this token may be looked at now.
    pub(super) fn covers(&self, token: &TokenKey) -> bool {
        let (shard, state) = (Shard::of(token), self.state.borrow());
        state.fence.holds(shard) && !state.leaving.contains(&shard) && self.clock.steady() < state.valid_until
    }

    /// What may be written. The store knows better, should a lease be lost.
    pub(super) fn fence(&self) -> Fence {
        self.state.borrow().fence.clone()
    }

    /// The store says that these are another's.
    pub(super) fn lost(&self, shards: &BTreeSet<Shard>) {
        self.state.send_modify(|state| state.fence = state.fence.clone().without(shards));
        self.wake.notify_one();
    }

    /// Waits until the leases have run out without being renewed.
    pub(super) async fn lapse(&self) -> Work {
        let mut changes = self.state.subscribe();
        loop {
            let until = changes.borrow_and_update().valid_until;
            let left = until.since(self.clock.steady());
            let work = tokio::select! {
                work = self.clock.sleep(left) => work,
                _ = changes.changed() => continue,
            };
            if self.clock.steady() >= self.state.borrow().valid_until {
                return work;
            }
        }
    }

    /// Waits until this tracker is not alone: it shares the tokens with another, or waits for what another left.
    async fn company(&self) {
        let company = |state: &State| state.trackers != 1 || state.fence.len() < SHARDS;
        // The sender is here, so that the channel never closes.
        let _ = self.state.subscribe().wait_for(company).await;
    }
}
