//! Simulated time as pure logic: who holds it, who waits for which moment, and the jump from one moment to the next.
//!
//! Several processes may share one time. One of them *leads*: its timeline moves when nobody in any of them holds time,
//! to the earliest moment that anybody waits for. The others *follow*: theirs moves when the leader says so. What they say
//! to each other travels in order, but takes a while:
//!
//! - The leader **tells** a follower the present, which counts as a hold on its behalf until it claims to be idle.
//! - A follower claims to be **idle** when its last guard is gone, with the moment that its first sleeper waits for. The
//!   claim says how many tellings were heard; with another telling on its way it is void, and a new one will come.
//! - A follower that is called upon while idle says that it is **busy** and waits to be told the present.
//!
//! Nothing is lost when a call from one process into another is held by the caller until it is answered.

use std::collections::BTreeMap;

use domain::timestamp::Timestamp;

pub(super) use follow::{Follower, Saying};
pub(super) use lead::{Participant, Participants};

mod follow;
mod lead;

/// Waits for a moment.
pub(super) trait Sleeper {
    /// Whether it no longer waits.
    fn is_gone(&self) -> bool;
}

/// One process's view of the time. What its methods return is awake now, and each already counts as a holder.
#[derive(Debug)]
pub(super) struct Timeline<S> {
    now: Timestamp,
    /// How many guards hold time still; a leader also counts each follower that is not idle.
    holders: usize,
    /// Who waits, by moment and then by order of arrival.
    sleepers: BTreeMap<(Timestamp, u64), S>,
    arrivals: u64,
    role: Role,
}

#[derive(Debug)]
enum Role {
    Leads(Participants),
    Follows(Follower),
}

impl<S: Sleeper> Timeline<S> {
    /// A timeline of its own, which others may follow.
    pub(super) fn leading(now: Timestamp) -> Self {
        Self::new(now, Role::Leads(Participants::default()))
    }

    /// A timeline that follows another, and was told `now` by it.
    pub(super) fn following(now: Timestamp, follower: Follower) -> Self {
        Self::new(now, Role::Follows(follower))
    }

    const fn new(now: Timestamp, role: Role) -> Self {
        Self { now, holders: 0, sleepers: BTreeMap::new(), arrivals: 0, role }
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) const fn leads(&self) -> bool {
        matches!(self.role, Role::Leads(_))
    }

    /// Whether [`Timeline::now`] may be behind: it follows, and nobody here holds time.
    pub(super) const fn may_be_behind(&self) -> bool {
        matches!(&self.role, Role::Follows(follower) if self.holders == 0 && follower.is_led())
    }

    /// Whether whoever took hold must wait to be told the present.
    pub(super) const fn is_asking(&self) -> bool {
        matches!(&self.role, Role::Follows(follower) if follower.is_asking())
    }

    pub(super) fn hold(&mut self) {
        self.holders += 1;
        if self.holders == 1
            && let Role::Follows(follower) = &mut self.role
        {
            follower.ask();
        }
    }

    pub(super) fn release(&mut self) -> Vec<S> {
        self.holders = self.holders.saturating_sub(1);
        self.settle()
    }

    /// Enters a sleeper; `None` when the moment has come already.
    pub(super) fn enter(&mut self, at: Timestamp, sleeper: S) -> Option<Vec<S>> {
        if at <= self.now {
            return None;
        }
        self.arrivals += 1;
        self.sleepers.insert((at, self.arrivals), sleeper);
        Some(self.settle())
    }

    /// Lets time go on where nobody holds it: a leader goes to the next moment, a follower says that it is idle.
    fn settle(&mut self) -> Vec<S> {
        if self.holders > 0 {
            return Vec::new();
        }
        let first = self.first_sleeper();
        match &mut self.role {
            Role::Follows(follower) => {
                follower.claim_idle(first);
                Vec::new()
            }
            Role::Leads(participants) => {
                let Some(next) = first.into_iter().chain(participants.first_wait()).min() else { return Vec::new() };
                self.now = self.now.max(next);
                self.holders = participants.tell_due(self.now);
                self.awaken()
            }
        }
    }

    /// The earliest moment that somebody here still waits for.
    fn first_sleeper(&mut self) -> Option<Timestamp> {
        while let Some(first) = self.sleepers.first_entry() {
            if !first.get().is_gone() {
                return Some(first.key().0);
            }
            first.remove();
        }
        None
    }

    /// Takes out all whose moment has come.
    fn awaken(&mut self) -> Vec<S> {
        let mut awakened = Vec::new();
        while let Some(first) = self.sleepers.first_entry().filter(|first| first.key().0 <= self.now) {
            let sleeper = first.remove();
            if !sleeper.is_gone() {
                awakened.push(sleeper);
            }
        }
        self.holders += awakened.len();
        awakened
    }
}

/// What a leader hears of its followers.
impl<S: Sleeper> Timeline<S> {
    #[cfg(test)]
    pub(super) fn followers(&self) -> usize {
        match &self.role {
            Role::Leads(participants) => participants.count(),
            Role::Follows(_) => 0,
        }
    }

    /// A follower comes in, and holds time until it says that it is idle.
    pub(super) fn join(&mut self, id: u64, participant: Participant) {
        if let Role::Leads(participants) = &mut self.role {
            participants.join(id, participant, self.now);
            self.holders += 1;
        }
    }

    pub(super) fn hears(&mut self, id: u64, saying: Saying) -> Vec<S> {
        let Role::Leads(participants) = &mut self.role else { return Vec::new() };
        self.holders = self.holders.saturating_add_signed(participants.hears(id, saying, self.now));
        self.settle()
    }

    /// A follower is gone, and holds time no longer.
    pub(super) fn leaves(&mut self, id: u64) -> Vec<S> {
        let Role::Leads(participants) = &mut self.role else { return Vec::new() };
        self.holders = self.holders.saturating_add_signed(participants.leaves(id));
        self.settle()
    }

    /// Time goes on without the followers in this process, which stands still.
    pub(super) fn suspend(&mut self, process: u32) -> Vec<S> {
        let Role::Leads(participants) = &mut self.role else { return Vec::new() };
        self.holders = self.holders.saturating_add_signed(participants.suspend(process));
        self.settle()
    }

    /// The followers in this process are back: they are told the present and hold time again.
    pub(super) fn resume(&mut self, process: u32) {
        if let Role::Leads(participants) = &mut self.role {
            self.holders = self.holders.saturating_add_signed(participants.resume(process, self.now));
        }
    }
}

/// What a follower hears of its leader.
impl<S: Sleeper> Timeline<S> {
    pub(super) fn told(&mut self, now: Timestamp) -> Vec<S> {
        let Role::Follows(follower) = &mut self.role else { return Vec::new() };
        follower.told();
        self.now = self.now.max(now);
        let awakened = self.awaken();
        // Nobody is awake where all have meanwhile given up waiting.
        self.settle();
        awakened
    }

    /// The leader is gone: time stands still for ever.
    pub(super) const fn lost(&mut self) {
        if let Role::Follows(follower) = &mut self.role {
            follower.lost();
        }
    }
}

#[cfg(test)]
mod laws;
