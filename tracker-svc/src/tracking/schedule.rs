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

    /// The tick of the next moment has ended at `now`: goes on to the first moment of the grid that is still to come.
    pub(super) fn ended(&mut self, now: Timestamp) -> Passed {
        let interval = self.interval.as_micros();
        let late = now.since(self.next).as_micros() / interval;
        let skipped = u64::try_from(late).unwrap_or(u64::MAX);
        let further = u32::try_from(skipped.saturating_add(1)).unwrap_or(u32::MAX);
        self.next = self.next.plus(self.interval.saturating_mul(further));
        let ahead = self.next.since(now);
        // A tick takes less than no time only where the clock was set back while it waited or ran.
        if ahead <= self.interval + DRIFT {
            return if skipped == 0 { Passed::OnTime } else { Passed::Skipped(skipped) };
        }
        let back = u32::try_from((ahead.as_micros() - 1) / interval).unwrap_or(u32::MAX);
        self.next = self.next.minus(self.interval.saturating_mul(back));
        Passed::SetBack(ahead.saturating_sub(self.interval))
    }
}

/// A sleeper may wake so much too early by a clock that was slowed down.
const DRIFT: Duration = Duration::from_secs(1);

/// What happened between two moments of a [`Schedule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// Nothing.
    OnTime,
    /// So many moments passed during the tick, or by a clock that was set forward.
    Skipped(u64),
    /// The clock was set back by about so much.
    SetBack(Duration),
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
        assert_eq!((schedule.ended(at(7)), schedule.next()), (Passed::OnTime, at(60)));
        assert_eq!((schedule.ended(at(119)), schedule.next()), (Passed::OnTime, at(120)));
    }

    #[test]
    fn missed_moments_are_skipped_and_counted() {
        let mut schedule = Schedule::new(at(0), Duration::from_secs(60));
        assert_eq!((schedule.ended(at(60)), schedule.next()), (Passed::Skipped(1), at(120)));
        assert_eq!((schedule.ended(at(400)), schedule.next()), (Passed::Skipped(4), at(420)));
    }

    #[test]
    fn a_clock_set_back_by_an_hour_costs_no_tick_and_keeps_the_grid() {
        let mut schedule = Schedule::new(at(7_200), Duration::from_secs(60));
        let back = Duration::from_secs(3_600 - 7);
        assert_eq!((schedule.ended(at(3_607)), schedule.next()), (Passed::SetBack(back), at(3_660)));
        assert_eq!((schedule.ended(at(3_661)), schedule.next()), (Passed::OnTime, at(3_720)));
    }

    #[test]
    fn a_clock_set_forward_by_an_hour_is_ticks_skipped() {
        let mut schedule = Schedule::new(at(0), Duration::from_secs(60));
        assert_eq!((schedule.ended(at(3_601)), schedule.next()), (Passed::Skipped(60), at(3_660)));
    }

    #[test]
    fn waking_a_little_early_is_no_step_of_the_clock() {
        let mut schedule = Schedule::new(at(60), Duration::from_secs(60));
        assert_eq!(schedule.ended(at(60).minus(Duration::from_millis(900))), Passed::OnTime);
        assert_eq!(schedule.next(), at(120));
    }
}
