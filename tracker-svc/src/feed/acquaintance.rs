//! What a source does not know it is not asked again for a while, so that a small allowance goes to what it may know.
//!
//! New tokens take minutes to appear anywhere, so the while is short, grows from miss to miss, and is half as long for a
//! young alert, and never more than a minute. Not to be known is not to be dead: nothing but the asking depends on it.

use std::time::Duration;

use domain::timestamp::Timestamp;

/// What is known of one source's knowledge of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acquaintance {
    /// When the source was last asked for the token; the epoch where never.
    pub asked_at: Timestamp,
    /// It is not asked before this.
    pub unknown_until: Timestamp,
    /// How many times in a row it did not know the token.
    misses: u32,
    /// Whether it told of the token when it was last asked.
    tells: bool,
}

/// After the first, the second, and every further miss.
const PAUSES: [Duration; 3] = [Duration::from_mins(1), Duration::from_mins(2), Duration::from_mins(5)];
/// A young alert never waits longer: any minute a source may begin to know it, and these minutes count most.
const LONGEST_FOR_THE_YOUNG: Duration = Duration::from_mins(1);
/// A look somewhat earlier in its minute than the last one is still the look of that minute.
const EARLY: Duration = Duration::from_secs(20);

impl Default for Acquaintance {
    fn default() -> Self {
        Self { asked_at: Timestamp::EPOCH, unknown_until: Timestamp::EPOCH, misses: 0, tells: false }
    }
}

impl Acquaintance {
    /// The source was asked and told of the token.
    pub fn told(&mut self, at: Timestamp) {
        *self = Self { asked_at: at, tells: true, ..Self::default() };
    }

    /// The source was asked and does not tell of the token. Where it did the last time, that may be a slip: sources leave an
    /// entry out now and then.
    pub fn missed(&mut self, at: Timestamp, young: bool) {
        if self.tells {
            *self = Self { asked_at: at, unknown_until: at, ..Self::default() };
            return;
        }
        let pause = PAUSES[(self.misses as usize).min(PAUSES.len() - 1)];
        let pause = if young { (pause / 2).min(LONGEST_FOR_THE_YOUNG) } else { pause };
        self.asked_at = at;
        self.misses = self.misses.saturating_add(1);
        self.unknown_until = at.plus(pause.saturating_sub(EARLY));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_790_000_000 + seconds)
    }

    fn pauses(young: bool) -> Vec<u64> {
        let mut known = Acquaintance::default();
        let miss = |_| {
            known.missed(at(0), young);
            known.unknown_until.since(at(0)).as_secs()
        };
        (0..4).map(miss).collect()
    }

    #[test]
    fn what_is_not_known_is_asked_again_after_one_two_and_five_minutes() {
        assert_eq!(pauses(false), [40, 100, 280, 280]);
    }

    #[test]
    fn a_young_alert_is_asked_for_every_minute() {
        assert_eq!(pauses(true), [10, 40, 40, 40]);
    }

    #[test]
    fn one_answer_forgets_the_misses_and_the_next_one_may_be_a_slip() {
        let mut known = Acquaintance::default();
        known.missed(at(0), false);
        known.missed(at(60), false);
        known.told(at(120));
        assert!(known.unknown_until <= at(120));
        known.missed(at(180), false);
        assert_eq!(known.unknown_until, at(180), "it is asked again whenever there is a request for it");
        known.missed(at(195), false);
        assert_eq!(known.unknown_until, at(195 + 40));
    }
}
