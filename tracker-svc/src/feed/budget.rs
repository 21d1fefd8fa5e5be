//! A source's allowance: a token bucket on the service's clock, which learns from every 429.
//!
//! Where several trackers share one database, each takes the share of the allowance that it takes of the tokens, rate and
//! burst alike, so that together they ask no more than one would. One request's worth is left to each however small its
//! share is, or its tokens would never be looked at.
//!
//! Kept as the virtual schedule of GCRA (ITU-T I.371): instead of counting tokens it remembers when the next one is due,
//! so that a reservation is one comparison and nothing ticks.

use std::time::Duration;

use domain::timestamp::Timestamp;

use super::Limits;
use super::http::Pause;

/// See the module. Pure: the time comes in as an argument.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    /// Which part of the limits is this tracker's. [`SMALLEST_SHARE`] to 1.
    share: f64,
    /// When the next request would be due if they came evenly.
    due: Timestamp,
    /// No request before this.
    paused_until: Timestamp,
    /// How many times slower than allowed it asks, for the source has said no. 1 to [`SLOWEST`].
    slowdown: f64,
    /// When it was last made slower or faster.
    changed_at: Timestamp,
    /// 429s since the last answer.
    refusals: u32,
}

/// However few of the tokens are this tracker's, it asks for them at this part of the rate.
const SMALLEST_SHARE: f64 = 1.0 / 1_024.0;
/// A source that keeps saying no is asked this many times less often than it allows.
const SLOWEST: f64 = 8.0;
/// After so long without a 429 it is asked a bit more often again.
const FORGIVE_AFTER: Duration = Duration::from_secs(120);
/// However late a source asks to be asked again, it is asked after this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The reservation would come after the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no request is left before {deadline}; the next one is free at {free_at}")]
pub struct NoneLeft {
    /// Until when one was wanted.
    pub deadline: Timestamp,
    /// When there will be one.
    pub free_at: Timestamp,
}

impl Budget {
    /// A full bucket.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        let long_ago = Timestamp::EPOCH;
        Self {
            limits,
            share: 1.0,
            due: long_ago,
            paused_until: long_ago,
            slowdown: 1.0,
            changed_at: long_ago,
            refusals: 0,
        }
    }

    /// Takes a part of the limits from now on, 0 to 1. A part that grows begins without a burst: whoever had it before may
    /// just have used it.
    pub fn set_share(&mut self, share: f64, now: Timestamp) {
        let share = if share.is_finite() { share.clamp(SMALLEST_SHARE, 1.0) } else { SMALLEST_SHARE };
        let (grows, burst_before) = (share > self.share, self.burst());
        let owed = self.owed(now);
        self.share = share;
        let burst = f64::from(self.burst());
        let owed = if grows { owed.max(burst - 1.0) } else { owed * burst / f64::from(burst_before) };
        self.owe(owed, now);
    }

    /// Asks slower or faster from now on. What was asked before still counts in full.
    fn set_slowdown(&mut self, slowdown: f64, now: Timestamp) {
        let owed = self.owed(now);
        self.slowdown = slowdown;
        self.changed_at = now;
        self.owe(owed, now);
    }

    /// How many requests have gone ahead of their even schedule: the burst less what is in the bucket.
    fn owed(&self, now: Timestamp) -> f64 {
        self.due.since(now).as_secs_f64() / self.interval().as_secs_f64()
    }

    fn owe(&mut self, requests: f64, now: Timestamp) {
        // Never earlier than before: turns that are given out already lie before it.
        self.due = self.due.max(now.plus(self.interval().mul_f64(requests)));
    }

    /// How many requests it may send in so long, its burst aside, as the source's mood is now.
    #[must_use]
    pub fn requests_within(&self, time: Duration) -> f64 {
        self.requests_per_minute() * time.as_secs_f64() / 60.0
    }

    fn requests_per_minute(&self) -> f64 {
        self.limits.requests_per_minute * self.share / self.slowdown
    }

    fn interval(&self) -> Duration {
        Duration::from_secs_f64(60.0 / self.requests_per_minute())
    }

    /// How many requests it may send at once after a pause.
    #[must_use]
    pub fn burst(&self) -> u32 {
        ((f64::from(self.limits.burst) * self.share) as u32).max(1)
    }

    fn free_at(&self, now: Timestamp, burst: u32) -> Timestamp {
        let ahead = self.interval() * burst.saturating_sub(1);
        self.due.minus(ahead).max(self.paused_until).max(now)
    }

    /// Takes the next free request and says when it may be sent.
    ///
    /// # Errors
    /// [`NoneLeft`] where that is after `deadline`; then nothing is taken.
    pub fn reserve(&mut self, now: Timestamp, deadline: Timestamp) -> Result<Timestamp, NoneLeft> {
        let free_at = self.free_at(now, self.burst());
        if free_at > deadline {
            return Err(NoneLeft { deadline, free_at });
        }
        self.due = self.due.max(free_at).plus(self.interval());
        Ok(free_at)
    }

    /// How many requests could be reserved now that may be sent within so long.
    #[must_use]
    pub fn free_within(&self, now: Timestamp, time: Duration) -> usize {
        let (first, until) = (self.free_at(now, self.burst()), now.plus(time));
        if first > until {
            return 0;
        }
        let ahead = self.interval() * (self.burst() - 1);
        // Timestamps are whole microseconds, and so are the steps from one turn to the next.
        let further = until.plus(ahead).since(self.due.max(first)).as_micros() / self.interval().as_micros().max(1);
        usize::try_from(further).unwrap_or(usize::MAX).saturating_add(1)
    }

    /// Whether at least half of the burst is left.
    #[must_use]
    pub fn may_spare(&self, now: Timestamp) -> bool {
        // Rounded down to nothing it is one: where no burst is left to keep, what is free now is spare.
        self.free_at(now, self.burst() / 2) <= now
    }

    /// Takes a request where at least half of the burst is left, for questions that are good to have but not needed.
    pub fn spare(&mut self, now: Timestamp) -> bool {
        self.may_spare(now) && self.reserve(now, now).is_ok()
    }

    /// Whether a 429 has meanwhile put off what was reserved for `now`.
    #[must_use]
    pub fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until > now
    }

    /// The source answered.
    pub fn answered(&mut self, now: Timestamp) {
        self.refusals = 0;
        if self.slowdown > 1.0 && now.since(self.changed_at) >= FORGIVE_AFTER {
            self.set_slowdown((self.slowdown * 0.75).max(1.0), now);
        }
    }

    /// The source said 429; returns until when it is left alone.
    pub fn refused(&mut self, now: Timestamp, pause: Pause) -> Timestamp {
        // Requests that were under way together are refused together: that is one lesson.
        if now >= self.paused_until {
            self.set_slowdown((self.slowdown * 1.5).min(SLOWEST), now);
            self.refusals = self.refusals.saturating_add(1);
        }
        let said = match (pause.until_unix_seconds, pause.after) {
            (Some(until), after) => now.plus(after.unwrap_or_default()).max(Timestamp::from_seconds(until)),
            (None, Some(after)) => now.plus(after),
            // It says nothing: twice as long each time.
            (None, None) => {
                now.plus(self.limits.least_pause * 2_u32.saturating_pow(self.refusals.saturating_sub(1).min(6)))
            }
        };
        let until = said.min(now.plus(LONGEST_PAUSE)).max(now.plus(self.limits.least_pause));
        self.paused_until = self.paused_until.max(until);
        self.paused_until
    }
}

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
    const LATER: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn at(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    fn budget(requests_per_minute: f64, burst: u32, least_pause: u64) -> Budget {
        Budget::new(Limits { requests_per_minute, burst, least_pause: Duration::from_secs(least_pause) })
    }

    #[test]
    fn no_minute_has_more_requests_than_rate_and_burst() {
        let mut budget = budget(260.0, 40, 5);
        let sent: Vec<Timestamp> = (0..2_000).map(|_| budget.reserve(START, LATER).unwrap()).collect();
        assert_eq!(sent[39], START, "the burst goes at once");
        assert!(sent[40] > START);
        for (index, from) in sent.iter().enumerate() {
            let within = sent[index..].iter().take_while(|s| s.since(*from) < Duration::from_secs(60)).count();
            assert!(within <= 300, "{within} in a minute");
        }
        assert!(sent.windows(2).all(|w| w[0] <= w[1]));
    }

    #[test]
    fn what_would_come_too_late_is_refused_and_costs_nothing() {
        let mut budget = budget(6.0, 1, 65);
        assert_eq!(budget.reserve(START, at(5)), Ok(START));
        assert_eq!(budget.reserve(START, at(5)), Err(NoneLeft { deadline: at(5), free_at: at(10) }));
        assert_eq!(budget.reserve(START, at(15)), Ok(at(10)));
    }

    #[test]
    fn a_429_without_a_word_waits_longer_each_time() {
        let mut budget = budget(260.0, 40, 5);
        assert_eq!(budget.refused(START, Pause::default()), at(5));
        assert_eq!(budget.refused(START, Pause::default()), at(5), "the same lesson");
        assert_eq!(budget.refused(at(5), Pause::default()), at(15));
        budget.answered(at(15));
        assert_eq!(budget.refused(at(20), Pause::default()), at(25));
    }

    #[test]
    fn a_429_is_heeded_as_it_says_but_within_reason() {
        let until = |unix: i64| Pause { after: None, until_unix_seconds: Some(unix) };
        assert_eq!(budget(60.0, 4, 2).refused(START, until(1_790_000_030)), at(30));
        assert_eq!(budget(60.0, 4, 2).refused(START, until(4_000_000_000)), at(300), "not for ever");
        assert_eq!(budget(60.0, 4, 2).refused(START, until(1_000_000_000)), at(2), "not at once");
        let zero = Pause { after: Some(Duration::ZERO), until_unix_seconds: None };
        assert_eq!(budget(6.0, 2, 65).refused(START, zero), at(65), "a minute is meant");
        assert!(budget(6.0, 2, 65).reserve(START, START).is_ok());
    }

    #[test]
    fn it_asks_less_often_after_a_429_and_forgives_in_time() {
        let mut budget = budget(60.0, 1, 2);
        budget.refused(START, Pause::default());
        assert!(budget.is_paused(at(1)));
        let first = budget.reserve(at(2), LATER).unwrap();
        let second = budget.reserve(at(2), LATER).unwrap();
        assert_eq!(second.since(first), Duration::from_millis(1_500));
        for minutes in 1..20 {
            budget.answered(at(minutes * 120));
        }
        assert_eq!(budget.interval(), Duration::from_secs(1));
    }

    #[test]
    fn a_share_takes_its_part_of_rate_and_burst_and_leaves_one_request_at_least() {
        let mut half = budget(60.0, 10, 2);
        half.set_share(0.5, START);
        let sent: Vec<Timestamp> = (0..6).map(|_| half.reserve(START, LATER).unwrap()).collect();
        assert_eq!(sent[4], START, "five at once");
        assert_eq!(sent[5], at(2), "then one every two seconds");
        for nothing in [0.0, -1.0, f64::NAN] {
            let mut least = budget(6.0, 2, 65);
            least.set_share(nothing, START);
            assert!(least.reserve(START, START).is_ok());
            assert!(least.reserve(START, at(60)).is_err());
        }
    }

    #[test]
    fn a_share_that_grows_begins_without_a_burst() {
        let mut budget = budget(60.0, 10, 2);
        budget.set_share(0.25, START);
        budget.set_share(1.0, START);
        let sent: Vec<Timestamp> = (0..3).map(|_| budget.reserve(START, LATER).unwrap()).collect();
        assert_eq!(sent, [START, at(1), at(2)]);
    }

    #[test]
    fn spare_requests_leave_half_of_the_burst() {
        let mut budget = budget(60.0, 10, 2);
        let spared = (0..10).filter(|_| budget.spare(START)).count();
        assert_eq!(spared, 5);
        assert!(budget.reserve(START, START).is_ok());
    }
}
