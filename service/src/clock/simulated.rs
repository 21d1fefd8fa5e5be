//! The simulated time: who holds it, who waits for which moment, and the jump from one moment to the next.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::timestamp::Timestamp;
use tokio::sync::oneshot;

use super::{Clock, Kind, Work};

#[derive(Clone, Debug)]
pub(super) struct Simulation(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: Timestamp,
    /// How many guards hold time still.
    holders: usize,
    /// Who waits, by moment and then by order of arrival.
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<Work>>,
    arrivals: u64,
}

impl Simulation {
    pub(super) fn new(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(State { now: start, holders: 0, sleepers: BTreeMap::new(), arrivals: 0 })))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.state().now
    }

    pub(super) fn hold(&self) {
        self.state().holders += 1;
    }

    pub(super) fn release(&self) {
        let awakened = {
            let mut state = self.state();
            state.holders = state.holders.saturating_sub(1);
            state.jump()
        };
        self.wake(awakened);
    }

    /// Enters a sleeper; `None` when the moment has come already.
    pub(super) fn sleeper(&self, at: Timestamp) -> Option<oneshot::Receiver<Work>> {
        let (sender, receiver) = oneshot::channel();
        let awakened = {
            let mut state = self.state();
            if at <= state.now {
                return None;
            }
            let arrival = state.arrivals;
            state.arrivals += 1;
            state.sleepers.insert((at, arrival), sender);
            state.jump()
        };
        self.wake(awakened);
        Some(receiver)
    }

    /// Outside the lock: a sleeper that went away meanwhile gives its guard back at once, which takes the lock again.
    fn wake(&self, awakened: Vec<oneshot::Sender<Work>>) {
        for sleeper in awakened {
            let work = Work { clock: Clock(Kind::Simulated(self.clone())), holds: true };
            drop(sleeper.send(work));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is a few plain values, changed together: a panic elsewhere cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// When nobody holds time: goes to the earliest moment that somebody still waits for, and takes out all who wait for
    /// that moment, each counted as a holder.
    fn jump(&mut self) -> Vec<oneshot::Sender<Work>> {
        let mut awakened = Vec::new();
        if self.holders > 0 {
            return awakened;
        }
        while let Some(first) = self.sleepers.first_entry() {
            let at = first.key().0;
            if !awakened.is_empty() && at > self.now {
                break;
            }
            let sleeper = first.remove();
            if sleeper.is_closed() {
                continue;
            }
            self.now = self.now.max(at);
            awakened.push(sleeper);
        }
        self.holders = awakened.len();
        awakened
    }
}
