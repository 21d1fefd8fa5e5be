//! A circuit breaker: a source that keeps failing is left alone for a while, then tried with one request.

use std::time::Duration;

use domain::timestamp::Timestamp;

/// See the module. Pure: the time comes in as an argument.
#[derive(Debug)]
pub struct Breaker {
    state: State,
    /// How long it opens next.
    opens_for: Duration,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Requests pass; so many failed in a row.
    Closed { failures: u32 },
    /// No request passes until then.
    Open { until: Timestamp },
    /// One request is under way that decides; should it be lost, the next may try at `until`.
    Probing { until: Timestamp },
}

/// So many failures in a row open it.
const FAILURES: u32 = 5;
/// The first time for this long, twice as long each further time.
const SHORTEST: Duration = Duration::from_secs(30);
/// And never longer.
const LONGEST: Duration = Duration::from_secs(300);

/// It is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it failed too often and is left alone until {until}")]
pub struct Opened {
    /// When it is tried again.
    pub until: Timestamp,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed { failures: 0 }, opens_for: SHORTEST }
    }
}

impl Breaker {
    /// Asks to send a request.
    ///
    /// # Errors
    /// [`Opened`] where the source is left alone.
    pub fn pass(&mut self, now: Timestamp) -> Result<(), Opened> {
        match self.state {
            State::Closed { .. } => Ok(()),
            State::Open { until } | State::Probing { until } if now < until => Err(Opened { until }),
            State::Open { .. } | State::Probing { .. } => {
                self.state = State::Probing { until: now.plus(SHORTEST) };
                Ok(())
            }
        }
    }

    /// The source answered: returns whether that closed it.
    pub fn answered(&mut self) -> bool {
        let was_open = !matches!(self.state, State::Closed { .. });
        *self = Self::default();
        was_open
    }

    /// The source failed: returns until when it is left alone, where that begins now.
    pub fn failed(&mut self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Closed { failures } if failures + 1 < FAILURES => {
                self.state = State::Closed { failures: failures + 1 };
                None
            }
            // A straggler from before it opened.
            State::Open { until } if now < until => None,
            State::Closed { .. } | State::Open { .. } | State::Probing { .. } => Some(self.open(now, self.opens_for)),
        }
    }

    /// The source said that asking again is useless (a wrong key): it is left alone for the longest time.
    pub fn refused(&mut self, now: Timestamp) -> Timestamp {
        self.open(now, LONGEST)
    }

    fn open(&mut self, now: Timestamp, length: Duration) -> Timestamp {
        let until = now.plus(length);
        self.state = State::Open { until };
        self.opens_for = (length * 2).min(LONGEST);
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_790_000_000 + seconds)
    }

    fn failed_often() -> Breaker {
        let mut breaker = Breaker::default();
        let opened: Vec<_> = (0..5).map(|_| breaker.failed(at(0))).collect();
        assert_eq!(opened, [None, None, None, None, Some(at(30))]);
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_one_answer_between_them_does_not() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.failed(at(0));
        }
        breaker.answered();
        assert_eq!(breaker.failed(at(0)), None);
        assert_eq!(breaker.pass(at(0)), Ok(()));
        assert_eq!(failed_often().pass(at(29)), Err(Opened { until: at(30) }));
    }

    #[test]
    fn one_request_tries_it_and_its_answer_closes_it() {
        let mut breaker = failed_often();
        assert_eq!(breaker.pass(at(30)), Ok(()));
        assert!(breaker.pass(at(30)).is_err(), "only one");
        assert!(breaker.answered());
        assert_eq!(breaker.pass(at(30)), Ok(()));
    }

    #[test]
    fn a_failed_trial_opens_it_for_twice_as_long_but_never_for_ever() {
        let mut breaker = failed_often();
        let mut now = at(30);
        for expected in [60, 120, 240, 300, 300] {
            assert_eq!(breaker.pass(now), Ok(()));
            let until = breaker.failed(now).unwrap();
            assert_eq!(until, now.plus(Duration::from_secs(expected)));
            now = until;
        }
    }

    #[test]
    fn a_trial_that_never_came_back_does_not_close_the_door() {
        let mut breaker = failed_often();
        assert_eq!(breaker.pass(at(30)), Ok(()));
        assert_eq!(breaker.pass(at(60)), Ok(()));
    }

    #[test]
    fn a_wrong_key_leaves_it_alone_for_the_longest_time() {
        assert_eq!(Breaker::default().refused(at(0)), at(300));
    }
}
