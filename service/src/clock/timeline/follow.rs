//! What a follower remembers of its leader.

use std::fmt;

use domain::timestamp::Timestamp;

/// What a follower says to its leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clock) enum Saying {
    /// Somebody here has taken hold of time: what is the present?
    Busy,
    /// Nobody here holds time.
    Idle {
        /// How many tellings were heard before.
        heard: u64,
        /// The first moment that somebody here waits for.
        until: Option<Timestamp>,
    },
}

/// See the module.
pub(in crate::clock) struct Follower {
    say: Box<dyn FnMut(Saying) + Send>,
    heard: u64,
    /// What it said last, where that was to be idle.
    claimed: Option<Saying>,
    link: Link,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Quiet,
    /// It wants to be told the present.
    Asking,
    Lost,
}

impl Follower {
    /// A follower that was told the present once, and says nothing until somebody took hold of time and let go.
    pub(in crate::clock) fn new(say: impl FnMut(Saying) + Send + 'static) -> Self {
        Self { say: Box::new(say), heard: 1, claimed: None, link: Link::Quiet }
    }

    pub(super) const fn is_led(&self) -> bool {
        !matches!(self.link, Link::Lost)
    }

    pub(super) const fn is_asking(&self) -> bool {
        matches!(self.link, Link::Asking)
    }

    pub(super) fn ask(&mut self) {
        if self.is_led() {
            self.link = Link::Asking;
            self.claimed = None;
            (self.say)(Saying::Busy);
        }
    }

    pub(super) fn claim_idle(&mut self, until: Option<Timestamp>) {
        let claim = Saying::Idle { heard: self.heard, until };
        if self.is_led() && self.claimed.replace(claim) != Some(claim) {
            (self.say)(claim);
        }
    }

    pub(super) const fn told(&mut self) {
        self.heard += 1;
        if self.is_asking() {
            self.link = Link::Quiet;
        }
    }

    pub(super) const fn lost(&mut self) {
        self.link = Link::Lost;
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("heard", &self.heard).field("claimed", &self.claimed).finish_non_exhaustive()
    }
}
