//! The simulated time of one process: its timeline, shared by all who hold it and wait on it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use domain::timestamp::Timestamp;
use tokio::sync::oneshot;

use super::timeline::{Follower, Participant, Saying, Sleeper, Timeline};
use super::{Clock, Kind, Work};

/// Cheap to clone; clones share one time.
#[derive(Clone, Debug)]
pub(super) struct Simulation(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    timeline: Mutex<Timeline<Wake>>,
    /// A follower was told the present.
    told: Condvar,
}

/// Wakes a task, and gives it the guard that is held for it.
#[derive(Debug)]
struct Wake(oneshot::Sender<Work>);

impl Sleeper for Wake {
    fn is_gone(&self) -> bool {
        self.0.is_closed()
    }
}

impl Simulation {
    /// A time of its own.
    pub(super) fn leading(start: Timestamp) -> Self {
        Self::of(Timeline::leading(start))
    }

    /// A time that is led by another process.
    pub(super) fn following(now: Timestamp, follower: Follower) -> Self {
        Self::of(Timeline::following(now, follower))
    }

    fn of(timeline: Timeline<Wake>) -> Self {
        Self(Arc::new(Shared { timeline: Mutex::new(timeline), told: Condvar::new() }))
    }

    /// Whether it is led by nobody.
    pub(super) fn leads(&self) -> bool {
        self.timeline().leads()
    }

    /// How many follow it.
    #[cfg(test)]
    pub(super) fn followers(&self) -> usize {
        self.timeline().followers()
    }

    pub(super) fn now(&self) -> Timestamp {
        let timeline = self.timeline();
        if !timeline.may_be_behind() {
            return timeline.now();
        }
        drop(timeline);
        self.hold();
        let now = self.timeline().now();
        self.release();
        now
    }

    /// Takes hold. A follower that was idle waits until its leader, in another process, has told it the present.
    pub(super) fn hold(&self) {
        let mut timeline = self.timeline();
        timeline.hold();
        while timeline.is_asking() {
            timeline = self.0.told.wait(timeline).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn release(&self) {
        let awakened = self.timeline().release();
        self.wake(awakened);
    }

    /// Enters a sleeper; `None` when the moment has come already.
    pub(super) fn sleeper(&self, at: Timestamp) -> Option<oneshot::Receiver<Work>> {
        let (sender, receiver) = oneshot::channel();
        let awakened = self.timeline().enter(at, Wake(sender))?;
        self.wake(awakened);
        Some(receiver)
    }

    pub(super) fn join(&self, id: u64, participant: Participant) {
        self.timeline().join(id, participant);
    }

    pub(super) fn hears(&self, id: u64, saying: Saying) {
        let awakened = self.timeline().hears(id, saying);
        self.wake(awakened);
    }

    pub(super) fn leaves(&self, id: u64) {
        let awakened = self.timeline().leaves(id);
        self.wake(awakened);
    }

    pub(super) fn suspend(&self, process: u32) {
        let awakened = self.timeline().suspend(process);
        self.wake(awakened);
    }

    pub(super) fn resume(&self, process: u32) {
        self.timeline().resume(process);
    }

    pub(super) fn told(&self, now: Timestamp) {
        let awakened = self.timeline().told(now);
        self.0.told.notify_all();
        self.wake(awakened);
    }

    pub(super) fn lost(&self) {
        self.timeline().lost();
        self.0.told.notify_all();
    }

    /// For the thread that listens to the leader: it must not keep alive what nobody else uses.
    pub(super) fn downgrade(&self) -> WeakSimulation {
        WeakSimulation(Arc::downgrade(&self.0))
    }

    /// Outside the lock: a sleeper that went away meanwhile gives its guard back at once, which takes the lock again.
    fn wake(&self, awakened: Vec<Wake>) {
        for sleeper in awakened {
            let work = Work { clock: Clock(Kind::Simulated(self.clone())), holds: true };
            drop(sleeper.0.send(work));
        }
    }

    fn timeline(&self) -> MutexGuard<'_, Timeline<Wake>> {
        // The timeline is a few plain values, changed together: a panic elsewhere cannot leave it half changed.
        self.0.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A simulation that may be gone.
pub(super) struct WeakSimulation(Weak<Shared>);

impl WeakSimulation {
    pub(super) fn upgrade(&self) -> Option<Simulation> {
        self.0.upgrade().map(Simulation)
    }
}
