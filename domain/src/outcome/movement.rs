//! A move of more than 20 % in one hour, either way, is told once, and again after it has been below 10 %.

use crate::outcome::percent::{after_gain, after_loss, change_pct};
use crate::outcome::trailing_hour::TrailingHour;
use crate::outcome::{Happening, policy};
use crate::timestamp::Timestamp;

/// The prices of the last hour, and what was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Movement {
    /// The first price of each minute.
    pub hour: TrailingHour,
    /// The direction that was told and has not been rearmed: a move the other way is news all the same.
    pub told: Told,
}

/// Which way the price went when it was last told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Told {
    #[default]
    Nothing,
    Up,
    Down,
}

impl Movement {
    /// The price is measured against the oldest of the last sixty minutes: an hour ago, or the first one of a younger path.
    #[inline]
    pub fn look(
        &mut self,
        policy: &policy::Happenings,
        minute: u32,
        at: Timestamp,
        price: f64,
        happenings: &mut Vec<Happening>,
    ) {
        self.hour.advance(minute);
        let Some(before) = self.hour.oldest() else {
            // Nobody looked for an hour: how it moved within one is unknown, and the next move is news.
            self.told = Told::Nothing;
            self.hour.keep_first(price);
            return;
        };
        self.hour.keep_first(price);
        let moved = if price > before * after_gain(policy.move_pct) {
            Told::Up
        } else if price < before * after_loss(policy.move_pct) {
            Told::Down
        } else {
            if self.told != Told::Nothing
                && price < before * after_gain(policy.move_rearms_below_pct)
                && price > before * after_loss(policy.move_rearms_below_pct)
            {
                self.told = Told::Nothing;
            }
            return;
        };
        if moved != self.told {
            self.told = moved;
            happenings.push(Happening::PriceMoved { change_pct: change_pct(before, price), at });
        }
    }
}
