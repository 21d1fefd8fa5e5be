//! When to tick: at even intervals; a moment that passes during a tick is skipped, never caught up with.

use std::time::Duration;

use domain::timestamp::Timestamp;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    interval: Duration,
    next: Timestamp,
}

impl Schedule {
    /// The first moment is `first`.
    pub(super) fn new(first: Timestamp, interval: Duration) -> Self {
        Self { interval: interval.max(Duration::from_millis(1)), next: first }
    }

    /// The next moment.
    pub(super) const fn next(&self) -> Timestamp {
        self.next
    }

    /// The tick of the next moment has ended at `now`: goes on to the first moment that is still to come, and returns how
    /// many were skipped.
    pub(super) fn ended(&mut self, now: Timestamp) -> u64 {
        let late = now.since(self.next).as_micros() / self.interval.as_micros();
        let skipped = u64::try_from(late).unwrap_or(u64::MAX);
        let further = u32::try_from(skipped.saturating_add(1)).unwrap_or(u32::MAX);
        self.next = self.next.plus(self.interval.saturating_mul(further));
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1_790_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn ticks_stay_on_their_grid_however_long_each_takes() {
        let mut schedule = Schedule::new(at(0), Duration::from_secs(60));
        assert_eq!((schedule.ended(at(7)), schedule.next()), (0, at(60)));
        assert_eq!((schedule.ended(at(119)), schedule.next()), (0, at(120)));
    }

    #[test]
    fn missed_moments_are_skipped_and_counted() {
        let mut schedule = Schedule::new(at(0), Duration::from_secs(60));
        assert_eq!((schedule.ended(at(60)), schedule.next()), (1, at(120)));
        assert_eq!((schedule.ended(at(400)), schedule.next()), (4, at(420)));
    }
}
