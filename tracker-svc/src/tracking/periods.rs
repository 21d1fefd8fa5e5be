//! How often each token is to be looked at.
//!
//! With room for all, every token has its turn in every interval. Else they are served by need: alerted tokens before shadows,
//! among them those that were alerted a short while ago or are moving before the quiet ones. First everybody is given a turn
//! within [`LONGEST_WAIT`], so that nobody starves; what the sources allow beyond that goes to one rank after the other, the
//! neediest first: a turn in every interval as far as it lasts, and to the rank at which it ends as many as are left, spread
//! evenly. Where even the bound is too much, it is stretched until a fifth of the room is left to need.
//!
//! So the turns of all together are never more than the sources allow, and whoever asks for the longest overdue first keeps
//! every period: that is the law of earliest deadline first (Liu and Layland 1973).

use std::time::Duration;

/// Everybody is looked at this often at least, while the sources allow it at all. The returns of an outcome take a price
/// that is up to 5 minutes old for fresh, and a rug by liquidity is seen in three looks: rarer looks would cost labels.
pub(super) const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// How much a token needs to be looked at, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Alerted a short while ago, or alerted and moving.
    LivelyAlert,
    /// Alerted, not a shadow.
    Alert,
    /// A shadow of a short while ago, or one that moves.
    LivelyShadow,
    /// A shadow.
    Shadow,
}

impl Rank {
    /// By whether it was really alerted, and whether that was a short while ago or it is moving.
    pub(super) const fn of(is_alerted: bool, is_lively: bool) -> Self {
        match (is_alerted, is_lively) {
            (true, true) => Self::LivelyAlert,
            (true, false) => Self::Alert,
            (false, true) => Self::LivelyShadow,
            (false, false) => Self::Shadow,
        }
    }
}

/// How many ranks there are.
pub(super) const RANKS: usize = 4;

/// The longest time from one look to the next that each rank is to have. See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Periods([Duration; RANKS]);

impl Periods {
    /// Everybody in every interval.
    pub(super) const fn all(interval: Duration) -> Self {
        Self([interval; RANKS])
    }

    /// For so many tokens of each rank, where the sources allow to ask for `room` tokens in every interval.
    pub(super) fn shared(tokens: [usize; RANKS], room: usize, interval: Duration) -> Self {
        let (all, room) = (tokens.iter().sum::<usize>() as f64, room.max(1) as f64);
        if all <= room {
            return Self::all(interval);
        }
        // Everything in intervals, and turns an interval.
        let bound = (LONGEST_WAIT.as_secs_f64() / interval.as_secs_f64()).max(1.0);
        let bound = if all / bound <= room { bound } else { 1.25 * all / room };
        let mut spare = room - all / bound;
        Self(tokens.map(|tokens| {
            let tokens = tokens as f64;
            let more = spare.min(tokens * (1.0 - 1.0 / bound)).max(0.0);
            spare -= more;
            let more_each = if tokens > 0.0 { more / tokens } else { spare.floor() };
            interval.div_f64((1.0 / bound + more_each).min(1.0))
        }))
    }

    /// That of a token of this rank.
    pub(super) const fn of(&self, rank: Rank) -> Duration {
        self.0[rank as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(60);

    fn seconds(periods: Periods) -> [u64; RANKS] {
        periods.0.map(|period| period.as_secs_f64().round() as u64)
    }

    #[test]
    fn with_room_for_all_everybody_has_a_turn_in_every_interval() {
        assert_eq!(Periods::shared([10, 20, 30, 40], 100, INTERVAL), Periods::all(INTERVAL));
        assert_eq!(Periods::shared([0; RANKS], 0, INTERVAL), Periods::all(INTERVAL));
    }

    #[test]
    fn what_is_left_beside_the_bound_goes_to_the_neediest() {
        // A fifth of 100 each interval for the bound; 16 more make 20 lively alerts' turns whole; 4 are left for 40 alerts.
        assert_eq!(seconds(Periods::shared([20, 40, 20, 20], 40, INTERVAL)), [60, 200, 300, 300]);
        assert_eq!(seconds(Periods::shared([20, 40, 20, 20], 20, INTERVAL)), [300; RANKS]);
        assert_eq!(seconds(Periods::shared([0, 50, 0, 50], 60, INTERVAL))[1..], [60, 300, 300]);
    }

    #[test]
    fn far_beyond_the_room_a_fifth_of_it_is_left_to_need() {
        // 1,000 tokens in a room of 10: 8 of them keep the bound of 125 intervals, 2 look at the two lively ones.
        assert_eq!(seconds(Periods::shared([2, 98, 450, 450], 10, INTERVAL))[0], 60);
        assert_eq!(seconds(Periods::shared([2, 98, 450, 450], 10, INTERVAL))[3], 7_500);
    }

    #[test]
    fn where_the_interval_is_longer_than_the_bound_need_decides_all_the_same() {
        let interval = Duration::from_secs(600);
        assert_eq!(seconds(Periods::shared([4, 6, 0, 0], 8, interval))[..2], [600, 900]);
    }

    proptest! {
        #[test]
        fn all_turns_together_fit_into_the_room_and_no_rank_waits_longer_than_a_less_needy_one(
            tokens in prop::array::uniform4(0..3_000_usize), room in 1..4_000_usize,
        ) {
            let periods = Periods::shared(tokens, room, INTERVAL);
            let all: usize = tokens.iter().sum();
            let per_interval = |period: Duration| INTERVAL.as_secs_f64() / period.as_secs_f64();
            let turns: f64 = tokens.iter().zip(periods.0).map(|(tokens, period)| *tokens as f64 * per_interval(period)).sum();
            prop_assert!(turns <= room as f64 * 1.000_001 || all <= room, "{turns} turns in {room}");
            prop_assert!(turns >= (all.min(room) as f64) * 0.999_999 || room > all, "nothing allowed lies idle: {turns} of {room}");
            for two in periods.0.windows(2) {
                prop_assert!(two[0] <= two[1] + Duration::from_millis(1), "{periods:?}");
            }
            if all <= 5 * room {
                prop_assert!(periods.0.iter().all(|period| *period <= LONGEST_WAIT + Duration::from_millis(1)), "{periods:?}");
            }
        }
    }
}
