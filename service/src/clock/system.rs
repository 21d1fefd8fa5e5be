//! The machine's clock, which somebody may set at any moment.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::timestamp::Timestamp;

/// Sleeps are cut into steps, so that a machine that was suspended, or whose clock was set forward, is late by a step at
/// most.
const STEP: Duration = Duration::from_secs(30);
/// The clock may be slowed down a little, or differ by rounding; behind by more than this it was set back.
const DRIFT: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct System {
    hands: Option<ClockHands>,
}

/// Sets a clock made by [`super::Clock::adjustable`], for all of its clones.
#[derive(Clone, Debug, Default)]
pub struct ClockHands(Arc<AtomicI64>);

impl ClockHands {
    /// Sets the clock back.
    pub fn back(&self, by: Duration) {
        self.0.fetch_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Sets the clock forward.
    pub fn forward(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl System {
    pub(super) const fn new() -> Self {
        Self { hands: None }
    }

    pub(super) const fn with(hands: ClockHands) -> Self {
        Self { hands: Some(hands) }
    }

    pub(super) fn now(&self) -> Timestamp {
        let moved = self.hands.as_ref().map_or(0, |hands| hands.0.load(Ordering::SeqCst));
        Timestamp::from_micros(machine_now().micros().saturating_add(moved))
    }

    /// Until `at`; where the clock is set back meanwhile, for as long as it was until then.
    pub(super) async fn sleep_until(&self, at: Timestamp) {
        let (began, asleep) = (self.now(), Instant::now());
        loop {
            let at_least = began.plus(asleep.elapsed()).minus(DRIFT);
            let left = at.since(self.now().max(at_least));
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(STEP)).await;
        }
    }
}

/// The time that this process has run, put behind the moment at which it first asked.
pub(super) fn steady() -> Timestamp {
    static BEGINNING: LazyLock<(Timestamp, Instant)> = LazyLock::new(|| (machine_now(), Instant::now()));
    let (at, since) = *BEGINNING;
    at.plus(since.elapsed())
}

fn machine_now() -> Timestamp {
    // A clock before 1970 reads as 1970: everything then waits, and every date is refused as being in the future.
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::EPOCH.plus(since_epoch)
}
