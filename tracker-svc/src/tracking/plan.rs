//! Whom to look at in a tick, where there are more tokens than the sources allow to ask for.
//!
//! With room for all, everybody is looked at in every tick. Else they are chosen by need: alerted tokens before shadows, among them those
//! that were alerted a short while ago or are moving before the quiet ones, and whoever has waited longest first. So that
//! nobody starves, each tick first takes as many as it must of those who have waited longest: the least number with which
//! everybody can still be looked at within [`LONGEST_WAIT`]. That number is exact. With `r` the ticks that a token can still
//! be put off, D(h) the number of tokens with r ≤ h, and B the room in a tick, the next h ticks after this one hold B·h, so
//! this one must take max over h of D(h) − B·h. If D(h) ≤ B·(h + 1) for every h, that is no more than B, and the same holds
//! in the next tick; with everybody's wait bounded by K ticks it holds from the beginning where B·K tokens are followed.
//!
//! The least number alone would put quiet tokens off until they crowd the lively ones out. So, where the lively alerts fit in
//! every tick, they have their places, and the same is reckoned for all others with the room that is left.
//!
//! Where even the bound is too much for the room, it is stretched until a fifth of the room is left to need.

use std::cmp::Reverse;
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenKey;

/// Everybody is looked at this often at least, while the sources allow it at all. The returns of an outcome take a price
/// that is up to 5 minutes old for fresh, and a rug by liquidity is seen in three looks: rarer looks would cost labels.
pub(super) const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// What speaks for looking at a token now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) token: TokenKey,
    /// Really alerted, not a shadow.
    pub(super) alerted: bool,
    /// Alerted a short while ago, or moving.
    pub(super) lively: bool,
    /// When the tick began that last looked at it, or else when it was alerted.
    pub(super) looked_at: Timestamp,
    /// When a source last told of it, or the same as `looked_at` where none did since.
    pub(super) seen_at: Timestamp,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Places in the list of needs, in the order in which to ask.
    pub(super) planned: Vec<usize>,
    /// The rest, the most needed first.
    pub(super) left_out: Vec<usize>,
    /// The longest time since somebody was looked at, this tick aside.
    pub(super) longest_wait: Duration,
}

/// Plans the tick of `now`, which has room for `room` tokens; the next one comes `interval` later.
pub(super) fn plan(needs: &[Need], room: usize, now: Timestamp, interval: Duration) -> Plan {
    let longest_wait = needs.iter().map(|need| now.since(need.looked_at)).max().unwrap_or_default();
    let room = room.max(1);
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.sort_unstable_by_key(|place| needs.get(*place).map(by_need));
    if needs.len() <= room {
        return Plan { planned: longest_unseen_first(order, needs), left_out: Vec::new(), longest_wait };
    }
    let bound = bound(needs.len(), room, interval);
    let can_wait: Vec<usize> = needs.iter().map(|need| ticks_left(need, now, interval, bound)).collect();
    let waiting = |place: &usize| can_wait.get(*place).copied().unwrap_or_default();
    // Stable: in the order of need where they can wait equally long.
    let mut urgent = order.clone();
    urgent.sort_by_key(waiting);
    let is_first = |place: &usize| needs.get(*place).is_some_and(|need| need.alerted && need.lively);
    let first: Vec<usize> = order.iter().copied().filter(is_first).collect();
    let others: Vec<usize> = urgent.iter().copied().filter(|place| !is_first(place)).collect();
    let places = first.len() + others.len().div_ceil(bound) <= room;

    let mut take = Take { room, is_taken: vec![false; needs.len()] };
    take.some(&urgent, must(&can_wait, room, bound));
    if places {
        let left = room - first.len();
        let others_can_wait: Vec<usize> = others.iter().map(waiting).collect();
        take.some(&first, first.len());
        take.some(&others, must(&others_can_wait, left, bound));
    }
    take.some(&order, order.len());
    let (planned, left_out) = order.into_iter().partition(|place| take.is_taken.get(*place) == Some(&true));
    Plan { planned: longest_unseen_first(planned, needs), left_out, longest_wait }
}

/// The order in which to ask. A tick may take most of the interval: so each token has its moment in it, the same in every
/// tick, and is seen every interval, not once early in one tick and late in the next.
fn longest_unseen_first(mut places: Vec<usize>, needs: &[Need]) -> Vec<usize> {
    places.sort_by_key(|place| needs.get(*place).map(|need| need.seen_at));
    places
}

/// The room of a tick while it fills.
struct Take {
    room: usize,
    is_taken: Vec<bool>,
}

impl Take {
    /// Takes the first `most` of these places, as far as there is room.
    fn some(&mut self, places: &[usize], most: usize) {
        for place in places.iter().take(most) {
            if self.room > 0
                && let Some(taken) = self.is_taken.get_mut(*place).filter(|taken| !**taken)
            {
                *taken = true;
                self.room -= 1;
            }
        }
    }
}

/// The most needed first.
fn by_need(need: &Need) -> (Reverse<bool>, Reverse<bool>, Timestamp, TokenKey) {
    (Reverse(need.alerted), Reverse(need.lively), need.looked_at, need.token)
}

/// So many ticks apart everybody is looked at.
fn bound(tokens: usize, room: usize, interval: Duration) -> usize {
    let bound = (LONGEST_WAIT.as_nanos() / interval.as_nanos().max(1)).clamp(1, 1_000_000) as usize;
    if tokens <= room.saturating_mul(bound) { bound } else { (tokens + tokens / 4).div_ceil(room) }
}

/// For how many ticks after this one a token can still be put off.
fn ticks_left(need: &Need, now: Timestamp, interval: Duration, bound: usize) -> usize {
    // To the nearest: a tick may begin some moments late.
    let waited = (now.since(need.looked_at) + interval / 2).as_nanos() / interval.as_nanos().max(1);
    bound.saturating_sub(usize::try_from(waited).unwrap_or(usize::MAX))
}

/// How many of those that can be put off least this tick must take.
fn must(can_wait: &[usize], room: usize, bound: usize) -> usize {
    let mut with = vec![0_usize; bound + 1];
    for ticks in can_wait {
        if let Some(count) = with.get_mut(*ticks) {
            *count += 1;
        }
    }
    let mut due_by = 0_usize;
    let musts = with.into_iter().enumerate().map(|(ticks, count)| {
        due_by += count;
        due_by.saturating_sub(room.saturating_mul(ticks))
    });
    musts.max().unwrap_or(0).min(room)
}

#[cfg(test)]
mod tests;
