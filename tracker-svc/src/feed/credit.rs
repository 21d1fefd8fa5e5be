//! Whether a source may be taken at its word.
//!
//! No market moves threefold on most tokens from one minute to the next, so a source most of whose prices jump at once reads
//! something else than the market. It loses its credit, whole and at once: it is asked for no token any more, and bears
//! nobody out; the others are asked in its place. With each look it is asked on trial for a few tokens that the others have told
//! of since; when most of these prices are theirs, it is believed again.
//!
//! It is measured by what was believed of each token before, not by what another source says now: or a source that lies
//! would outvote one that sees a real fall, and take its place.

use std::time::Duration;

use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;

/// See the module. Pure: the time comes in as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Credit {
    compared: u32,
    jumped: u32,
    counted_since: Timestamp,
    lost_at: Timestamp,
    lost_until: Timestamp,
}

/// Fewer prices say nothing of their source.
const ENOUGH: u32 = 10;
/// Prices that come in small numbers are counted together for so long; and credit is lost for so long, unless a trial ends it
/// or shows that it must last.
const COUNTED_FOR: Duration = Duration::from_mins(5);
/// Two prices of the same minute, of different sources, are closer than this.
const CLOSE: f64 = 1.5;

impl Default for Credit {
    fn default() -> Self {
        let long_ago = Timestamp::EPOCH;
        Self { compared: 0, jumped: 0, counted_since: long_ago, lost_at: long_ago, lost_until: long_ago }
    }
}

/// Whether two prices of about the same time are of the same market.
#[must_use]
pub fn close(a: PriceUsd, b: PriceUsd) -> bool {
    a.get() < b.get() * CLOSE && b.get() < a.get() * CLOSE
}

impl Credit {
    /// One answer had so many prices that could be compared with the last ones, of which so many are jumps. Returns whether
    /// its credit is lost by that.
    pub fn compared(&mut self, compared: u32, jumped: u32, now: Timestamp) -> bool {
        // A large answer stands for itself: nothing good from before makes up for it.
        if compared >= ENOUGH || now.since(self.counted_since) >= COUNTED_FOR {
            (self.compared, self.jumped, self.counted_since) = (0, 0, now);
        }
        self.compared += compared;
        self.jumped += jumped;
        if compared == 0 || self.compared < ENOUGH || 2 * self.jumped <= self.compared {
            return false;
        }
        let had = self.has(now);
        if had {
            self.lost_at = now;
        }
        self.lost_until = now.plus(COUNTED_FOR);
        had
    }

    /// Another source bears out one of its jumps. Returns whether that gives it its credit back.
    pub fn borne_out(&mut self, now: Timestamp) -> bool {
        self.jumped = self.jumped.saturating_sub(1);
        let wrongly_lost = !self.has(now) && 2 * self.jumped <= self.compared;
        if wrongly_lost {
            self.lost_until = now;
        }
        wrongly_lost
    }

    /// On trial so many of its prices were compared with what others told, and so many are the same. Returns whether that
    /// gives it its credit back.
    pub fn tried(&mut self, compared: u32, same: u32, now: Timestamp) -> bool {
        if compared == 0 || self.has(now) {
            return false;
        }
        if 2 * same <= compared {
            self.lost_until = now.plus(COUNTED_FOR);
            return false;
        }
        *self = Self::default();
        true
    }

    /// Whether the source is taken at its word.
    #[must_use]
    pub fn has(&self, now: Timestamp) -> bool {
        now >= self.lost_until
    }

    /// Since when it is not.
    #[must_use]
    pub fn lost_since(&self, now: Timestamp) -> Option<Timestamp> {
        (!self.has(now)).then_some(self.lost_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn later(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_source_most_of_whose_prices_jump_at_once_loses_its_credit_with_that_answer() {
        let mut credit = Credit::default();
        for minute in 0..100 {
            assert!(!credit.compared(30, 1, later(60 * minute)));
        }
        assert!(credit.compared(30, 16, later(6_000)));
        assert!(!credit.compared(30, 30, later(6_000)), "it is lost only once");
        assert_eq!(credit.lost_since(later(6_001)), Some(later(6_000)));
    }

    #[test]
    fn a_few_real_jumps_cost_no_credit() {
        let mut credit = Credit::default();
        for second in 0..1_000 {
            assert!(!credit.compared(30, 15, later(second)));
            assert!(!credit.compared(2, 0, later(second)));
        }
        let mut lone = Credit::default();
        assert!((0..9).all(|_| !lone.compared(1, 1, NOW)), "nine prices say nothing");
        assert!(lone.compared(1, 1, NOW));
    }

    #[test]
    fn a_source_is_believed_again_when_on_trial_it_says_what_the_others_say() {
        let mut credit = Credit::default();
        credit.compared(30, 30, NOW);
        assert!(!credit.tried(30, 3, later(60)), "still wrong");
        assert!(!credit.has(later(350)), "and for as long as that lasts");
        assert!(credit.tried(30, 28, later(350)));
        assert!(credit.has(later(350)));
    }

    #[test]
    fn without_any_trial_it_is_believed_again_after_a_while() {
        let mut credit = Credit::default();
        credit.compared(30, 30, NOW);
        assert!(!credit.tried(0, 0, later(200)));
        assert!(!credit.has(later(299)) && credit.has(later(300)));
    }

    #[test]
    fn a_source_whose_jumps_are_borne_out_was_right_after_all() {
        let mut credit = Credit::default();
        credit.compared(30, 30, NOW);
        let back: Vec<bool> = (0..15).map(|_| credit.borne_out(NOW)).collect();
        assert!(back[14] && !back[13] && credit.has(NOW));
    }
}
