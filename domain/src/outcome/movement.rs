//! A move of more than 20 % in one hour, either way, is told once, and again after it has been below 10 %.

use crate::outcome::percent::{after_gain, after_loss, change_pct};
use crate::outcome::trailing_hour::TrailingHour;
use crate::outcome::{Happening, policy};
use crate::timestamp::Timestamp;

/// The prices of the last hour, and what was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Movement {
    /// The first price of each minute, rounded: this is half of what an open outcome keeps, and decides nothing but what
    /// is told.
    pub hour: TrailingHour<f32>,
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
            self.hour.keep_first(rounded(price));
            return;
        };
        let before = f64::from(before);
        self.hour.keep_first(rounded(price));
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

/// A price as it is kept. Beyond the range of the shorter type it becomes the nearest price in it.
#[inline]
pub(super) fn rounded(price: f64) -> f32 {
    (price as f32).clamp(f32::MIN_POSITIVE, f32::MAX)
}
