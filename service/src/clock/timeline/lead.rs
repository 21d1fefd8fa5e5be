//! What a leader remembers of its followers.

use std::collections::BTreeMap;
use std::fmt;

use domain::timestamp::Timestamp;

use super::Saying;

/// All followers, by the number of their connection. What changes how many of them hold time says by how many.
#[derive(Debug, Default)]
pub(in crate::clock) struct Participants(BTreeMap<u64, Participant>);

/// One follower.
pub(in crate::clock) struct Participant {
    /// The number of its process.
    process: u32,
    tell: Box<dyn FnMut(Timestamp) + Send>,
    /// How many times it was told the present.
    told: u64,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It holds time.
    Busy,
    /// It waits for this moment, or for nothing but a call.
    Idle(Option<Timestamp>),
    /// It stands still itself.
    Suspended,
}

impl Participant {
    /// A follower in this process, which is told the present by `tell`.
    pub(in crate::clock) fn new(process: u32, tell: impl FnMut(Timestamp) + Send + 'static) -> Self {
        Self { process, tell: Box::new(tell), told: 0, standing: Standing::Busy }
    }

    fn tell(&mut self, now: Timestamp) {
        self.told += 1;
        (self.tell)(now);
    }

    /// Says by how much this changes the number of those who hold time.
    fn stand(&mut self, standing: Standing) -> isize {
        let before = std::mem::replace(&mut self.standing, standing);
        isize::from(standing == Standing::Busy) - isize::from(before == Standing::Busy)
    }
}

impl Participants {
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn join(&mut self, id: u64, mut participant: Participant, now: Timestamp) {
        participant.tell(now);
        self.0.insert(id, participant);
    }

    pub(super) fn leaves(&mut self, id: u64) -> isize {
        self.0.remove(&id).map_or(0, |participant| -isize::from(participant.standing == Standing::Busy))
    }

    pub(super) fn hears(&mut self, id: u64, saying: Saying, now: Timestamp) -> isize {
        let Some(participant) = self.0.get_mut(&id) else { return 0 };
        match saying {
            // Said before it was suspended; it will be told the present when it is back.
            _ if participant.standing == Standing::Suspended => 0,
            Saying::Busy => {
                let change = participant.stand(Standing::Busy);
                participant.tell(now);
                change
            }
            // Another telling is on its way: it may wake somebody there.
            Saying::Idle { heard, .. } if heard != participant.told => 0,
            Saying::Idle { until, .. } => participant.stand(Standing::Idle(until)),
        }
    }

    /// The first moment that one of them waits for.
    pub(super) fn first_wait(&self) -> Option<Timestamp> {
        self.0.values().filter_map(Participant::waits_for).min()
    }

    /// Tells all whose moment has come, and how many these are: they hold time now.
    pub(super) fn tell_due(&mut self, now: Timestamp) -> usize {
        let due = self.0.values_mut().filter(|participant| participant.waits_for().is_some_and(|until| until <= now));
        due.map(|participant| {
            participant.standing = Standing::Busy;
            participant.tell(now);
        })
        .count()
    }

    pub(super) fn suspend(&mut self, process: u32) -> isize {
        self.of(process).map(|participant| participant.stand(Standing::Suspended)).sum()
    }

    pub(super) fn resume(&mut self, process: u32, now: Timestamp) -> isize {
        let suspended = self.of(process).filter(|participant| participant.standing == Standing::Suspended);
        suspended
            .map(|participant| {
                participant.tell(now);
                participant.stand(Standing::Busy)
            })
            .sum()
    }

    fn of(&mut self, process: u32) -> impl Iterator<Item = &mut Participant> {
        self.0.values_mut().filter(move |participant| participant.process == process)
    }
}

impl Participant {
    const fn waits_for(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Idle(until) => until,
            Standing::Busy | Standing::Suspended => None,
        }
    }
}

impl fmt::Debug for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Participant")
            .field("process", &self.process)
            .field("told", &self.told)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}
