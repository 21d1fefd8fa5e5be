//! Tokens that wait to be asked of one source: those whose price is to be checked, for a jump says more than any other price,
//! then those that no source before it told of, the longest unasked first; and last those for which there was no room at the
//! first source.

use std::collections::{BTreeMap, VecDeque};

use domain::timestamp::Timestamp;

use super::jump::Jump;
use super::look::Wanted;

/// A token on its way from source to source.
#[derive(Debug)]
pub(super) struct Traveller {
    pub(super) wanted: Wanted,
    /// What a source before said of it, where that is a jump.
    pub(super) jump: Option<Box<Jump>>,
    /// Whether any source answered, be it that it does not know the token.
    pub(super) answered: bool,
    /// Whether a source that may know more had no request left for it.
    pub(super) held_back: bool,
}

impl Traveller {
    pub(super) const fn new(wanted: Wanted) -> Self {
        Self { wanted, jump: None, answered: false, held_back: false }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The longest unasked first, so that what a low limit leaves out is another token each time; then in order of arrival.
    missing: BTreeMap<(Timestamp, u64), Traveller>,
    /// In the same order.
    jumped: BTreeMap<(Timestamp, u64), Traveller>,
    left_out: VecDeque<Traveller>,
    arrivals: u64,
    /// Since when somebody waits.
    since: Option<Timestamp>,
    /// Requests under way.
    pub(super) in_flight: usize,
}

impl Queue {
    pub(super) fn push(&mut self, traveller: Traveller, asked_at: Timestamp, now: Timestamp) {
        if traveller.wanted.left_out && traveller.jump.is_none() {
            self.left_out.push_back(traveller);
            return;
        }
        self.since.get_or_insert(now);
        self.arrivals += 1;
        let waiting = if traveller.jump.is_some() { &mut self.jumped } else { &mut self.missing };
        waiting.insert((asked_at, self.arrivals), traveller);
    }

    /// How many wait, the left out aside.
    pub(super) fn len(&self) -> usize {
        self.missing.len() + self.jumped.len()
    }

    pub(super) fn has_left_out(&self) -> bool {
        !self.left_out.is_empty()
    }

    /// Whether nobody waits, the left out aside, and no request is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.len() == 0 && self.in_flight == 0
    }

    pub(super) const fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The next batch. Checks are filled up with others.
    pub(super) fn take(&mut self, size: usize, now: Timestamp) -> Vec<Traveller> {
        let mut batch = Vec::with_capacity(size.min(self.len()));
        for waiting in [&mut self.jumped, &mut self.missing] {
            while batch.len() < size
                && let Some((_, traveller)) = waiting.pop_first()
            {
                batch.push(traveller);
            }
        }
        let room = size - batch.len();
        batch.extend(self.left_out.drain(..room.min(self.left_out.len())));
        self.since = (self.len() > 0).then_some(now);
        batch
    }

    /// A batch of the left out.
    pub(super) fn take_spare(&mut self, size: usize) -> Vec<Traveller> {
        self.left_out.drain(..size.min(self.left_out.len())).collect()
    }

    /// All of the left out.
    pub(super) fn take_left_out(&mut self) -> VecDeque<Traveller> {
        std::mem::take(&mut self.left_out)
    }
}
