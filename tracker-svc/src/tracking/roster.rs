//! The tokens that this tracker follows, and when each is to be looked at next: the longest overdue first, none much sooner
//! than its period.
//!
//! Each token has its own moment, so that looks are spread over the interval as the sources' limits spread them. Where all
//! tokens fit into what may be asked at once, they are looked at together: fewer requests then ask further sources for what
//! the first one misses. All moments are of the steady time: whoever sets the clock moves none of them.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use store::outcomes::FollowedToken;
use store::pools::PinnedPool;

use super::periods::{Periods, RANKS, Rank};
use crate::feed::look::{LookReport, Wanted};

/// For so long after an alert its token may be new to the sources.
const YOUNG: Duration = Duration::from_mins(30);

/// Sources leave an entry out now and then, even twice: so many times a token of which nothing is told is asked for again soon.
const SOON_AGAIN: u8 = 3;

/// See the module.
#[derive(Debug)]
pub(super) struct Roster {
    interval: Duration,
    tokens: HashMap<TokenKey, Entry>,
    periods: Periods,
}

#[derive(Debug)]
struct Entry {
    pool: Option<PinnedPool>,
    newest_alerted_at: Timestamp,
    /// When the last of its windows ends, by the clock.
    until: Timestamp,
    rank: Rank,
    /// When the last look at it began that asked a source for it, or else when it was observed or alerted.
    looked_at: Timestamp,
    /// When it last had its turn, be it that no source could be asked.
    tried_at: Timestamp,
    /// When it was last left to whoever had a request to spare.
    left_at: Timestamp,
    /// When the look began that it is part of; `None` where that has ended.
    in_look_since: Option<Timestamp>,
    told: Told,
}

/// What the last look at a token was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Told {
    /// A price; or there was none yet.
    #[default]
    Price,
    /// Nothing, so many times in a row.
    Nothing(u8),
    /// Nothing, for a source that may know it had no request left.
    HeldBack,
}

/// Both times of one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// By the clock.
    pub(super) now: Timestamp,
    /// By the steady time.
    pub(super) steady: Timestamp,
}

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Tokens that can be asked for in every interval.
    pub(super) every_interval: usize,
    /// Tokens that can be asked for in the slice that begins.
    pub(super) now: usize,
    /// Tokens in one request.
    pub(super) request: usize,
}

/// How many tokens are followed, and how their last looks went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) followed: usize,
    /// Those that have a turn in every interval.
    pub(super) planned: usize,
    pub(super) missing: usize,
    pub(super) held_back: usize,
    /// Since the one was looked at that waits longest.
    pub(super) longest_wait: Duration,
}

impl Roster {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, tokens: HashMap::new(), periods: Periods::all(interval) }
    }

    /// Looks take turns of this length.
    pub(super) fn slice(&self) -> Duration {
        self.interval / 12
    }

    /// Takes over what the store says is followed at `at`.
    pub(super) fn refresh(&mut self, followed: Vec<FollowedToken>, rank: impl Fn(&FollowedToken) -> Rank, at: Moment) {
        let mut before = std::mem::take(&mut self.tokens);
        self.tokens.reserve(followed.len());
        for followed in followed {
            let rank = rank(&followed);
            let known = before.remove(&followed.token);
            let FollowedToken { token, newest_alerted_at, until, pool, last_observed_at, .. } = followed;
            let entry = match known {
                Some(known) => Entry { pool, newest_alerted_at, until, rank, ..known },
                None => {
                    // What lies in the future was seen before the clock was set back: nobody knows when.
                    let seen_at = last_observed_at.unwrap_or(newest_alerted_at);
                    let age = if seen_at <= at.now { at.now.since(seen_at) } else { self.interval };
                    let (looked_at, never, in_look_since) = (at.steady.minus(age), Timestamp::EPOCH, None);
                    let (tried_at, left_at, told) = (never, never, Told::default());
                    Entry { pool, newest_alerted_at, until, rank, looked_at, tried_at, left_at, in_look_since, told }
                }
            };
            self.tokens.insert(token, entry);
        }
    }

    /// Whom to look at now, in this order, of those that are `mine`. As far as there is room, everybody who was last looked at
    /// an interval ago, the longest overdue first, filled up to whole requests with what is due next. Then the rest of them,
    /// once an interval: other sources may have a request to spare, and where they have not, that is told. All are part of a look
    /// until it [`ended`](Self::ended).
    pub(super) fn take(&mut self, mine: impl Fn(&TokenKey) -> bool, room: Room, at: Moment) -> Vec<Wanted> {
        self.share(room.every_interval);
        let horizon = at.steady.plus(self.slice() / 2);
        let (mut waiting, mut soon, mut is_anybody_due) = (Vec::new(), Vec::new(), false);
        for (token, entry) in &self.tokens {
            if entry.in_look_since.is_some() || entry.until <= at.now || !mine(token) {
                continue;
            }
            let in_turn = (self.due_at(entry), entry.rank, *token);
            is_anybody_due |= in_turn.0 <= horizon;
            if self.is_not_tried_before(entry).max(self.counts_from(entry).plus(self.interval)) <= horizon {
                waiting.push(in_turn);
            } else if self.counts_from(entry).plus(self.interval / 2) <= at.steady {
                soon.push(in_turn);
            }
        }
        waiting.sort_unstable();
        let over = waiting.split_off(room.now.min(waiting.len()));
        let is_crowded = self.tokens.len() > room.now;
        let whole = if is_crowded { waiting.len().next_multiple_of(room.request.max(1)) } else { room.now };
        if is_anybody_due && whole > waiting.len() {
            soon.sort_unstable();
            soon.truncate(whole.min(room.now) - waiting.len());
            waiting.append(&mut soon);
        }
        let left_out =
            over.into_iter().filter(|(due_at, _, token)| *due_at > horizon && self.may_be_left(token, horizon));
        let left_out: Vec<TokenKey> = left_out.map(|(.., token)| token).collect();
        let planned = waiting.into_iter().map(|(.., token)| (token, false));
        let left_out = left_out.into_iter().map(|token| (token, true));
        planned.chain(left_out).filter_map(|(token, left_out)| self.begin(token, left_out, at)).collect()
    }

    /// Others are asked to spare a request for a token once an interval.
    fn may_be_left(&self, token: &TokenKey, horizon: Timestamp) -> bool {
        self.tokens.get(token).is_some_and(|entry| entry.left_at.plus(self.interval) <= horizon)
    }

    fn begin(&mut self, token: TokenKey, left_out: bool, at: Moment) -> Option<Wanted> {
        let entry = self.tokens.get_mut(&token)?;
        entry.in_look_since = Some(at.steady);
        *(if left_out { &mut entry.left_at } else { &mut entry.tried_at }) = at.steady;
        Some(Wanted { token, pool: entry.pool.clone(), young: at.now.since(entry.newest_alerted_at) < YOUNG, left_out })
    }

    /// The look at these tokens has ended, without a report where it broke off. Whom no source could be asked for is still
    /// due.
    pub(super) fn ended(&mut self, tokens: &[TokenKey], report: Option<&LookReport>) {
        let set = |tokens: &[TokenKey]| tokens.iter().copied().collect::<HashSet<TokenKey>>();
        let named = report.map(|report| (set(&report.unasked), set(&report.missing), set(&report.held_back)));
        for token in tokens {
            let Some(entry) = self.tokens.get_mut(token) else { continue };
            let begun = entry.in_look_since.take();
            let Some((unasked, missing, held_back)) = &named else { continue };
            let told = match (missing.contains(token), held_back.contains(token), entry.told) {
                (_, true, _) => Told::HeldBack,
                (true, false, Told::Nothing(times)) => {
                    Told::Nothing(times.saturating_add(u8::from(!unasked.contains(token))))
                }
                (true, false, _) => Told::Nothing(u8::from(!unasked.contains(token))),
                (false, false, _) => Told::Price,
            };
            if let Some(begun) = begun.filter(|_| !unasked.contains(token)) {
                entry.looked_at = begun;
            }
            entry.told = told;
        }
    }

    /// When somebody is due next; `None` while nobody can be.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.tokens.values().filter(|entry| entry.in_look_since.is_none()).map(|entry| self.due_at(entry)).min()
    }

    /// How it stands.
    pub(super) fn count(&self, steady: Timestamp) -> Count {
        let mut count = Count { followed: self.tokens.len(), ..Count::default() };
        for entry in self.tokens.values() {
            count.planned += usize::from(self.periods.of(entry.rank) <= self.interval);
            count.missing += usize::from(entry.told != Told::Price);
            count.held_back += usize::from(entry.told == Told::HeldBack);
            count.longest_wait = count.longest_wait.max(steady.since(entry.looked_at));
        }
        count
    }

    fn share(&mut self, room: usize) {
        let mut ranks = [0; RANKS];
        for entry in self.tokens.values() {
            ranks[entry.rank as usize] += 1;
        }
        self.periods = Periods::shared(ranks, room, self.interval);
    }

    fn due_at(&self, entry: &Entry) -> Timestamp {
        self.counts_from(entry).plus(self.periods.of(entry.rank)).max(self.is_not_tried_before(entry))
    }

    /// From when on its wait counts. So that no minute is lost by an entry that was left out, it is asked for again soon.
    fn counts_from(&self, entry: &Entry) -> Timestamp {
        let is_soon = matches!(entry.told, Told::Nothing(1..=SOON_AGAIN));
        entry.looked_at.minus(if is_soon { self.interval * 3 / 4 } else { Duration::ZERO })
    }

    /// Whoever could not be asked for is not tried again at once.
    fn is_not_tried_before(&self, entry: &Entry) -> Timestamp {
        entry.tried_at.plus(self.interval / 4)
    }
}

#[cfg(test)]
mod tests;
