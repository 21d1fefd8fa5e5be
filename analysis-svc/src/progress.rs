//! Work that lasts: it tells how far it is, and learns when nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Shared by the work and whoever waits for it. Cheap to clone, and to advance from any number of threads.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    is_stopped: AtomicBool,
    progress: watch::Sender<Progress>,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being done; empty before anything is.
    pub stage: &'static str,
    /// How much of it is done, in units of the stage.
    pub done: u64,
    /// How much there is to do; `None` where that is not known.
    pub total: Option<u64>,
}

/// Nobody waits for the work any more: it ends without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped, because the caller went away")]
pub struct Stopped;

/// While this lives, somebody waits for the work.
#[derive(Debug)]
pub struct Waiting(Watch);

impl Default for Watch {
    fn default() -> Self {
        Self(Arc::new(Shared { is_stopped: AtomicBool::new(false), progress: watch::Sender::new(Progress::default()) }))
    }
}

impl Watch {
    /// Begins a stage of the work.
    pub fn stage(&self, stage: &'static str, total: Option<u64>) -> Result<(), Stopped> {
        self.0.progress.send_replace(Progress { stage, done: 0, total });
        self.check()
    }

    /// Counts what was done of the stage. Not for every row: a few thousand times a second at the most.
    pub fn advance(&self, by: u64) -> Result<(), Stopped> {
        self.0.progress.send_modify(|progress| progress.done = progress.done.saturating_add(by));
        self.check()
    }

    /// Whether the work is still wanted. One atomic load.
    pub fn check(&self) -> Result<(), Stopped> {
        if self.0.is_stopped.load(Ordering::Relaxed) { Err(Stopped) } else { Ok(()) }
    }

    /// Says that the work is wanted for as long as what this returns lives.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        Waiting(self.clone())
    }

    /// How far the work is, now and from now on.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Progress> {
        self.0.progress.subscribe()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.is_stopped.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_learns_that_nobody_waits_for_it_any_more() {
        let watch = Watch::default();
        let waiting = watch.waiting();
        assert_eq!(watch.stage("counting", Some(10)), Ok(()));
        assert_eq!(watch.advance(3), Ok(()));
        drop(waiting);
        assert_eq!((watch.advance(1), watch.check()), (Err(Stopped), Err(Stopped)));
    }

    #[test]
    fn who_waits_sees_how_far_it_is() {
        let watch = Watch::default();
        let seen = watch.follow();
        let worker = watch.clone();
        assert!(worker.stage("counting", Some(10)).is_ok() && worker.advance(3).is_ok() && worker.advance(4).is_ok());
        assert_eq!(*seen.borrow(), Progress { stage: "counting", done: 7, total: Some(10) });
    }
}
