//! A candidate: one key turned tighter, or two.

use super::centred::Centred;
use super::score::Yardstick;
use super::{LEAST, MOST_DROPPED};

/// A key turned to one of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Which ladder.
    pub ladder: usize,
    /// Which of its values.
    pub value: usize,
}

/// A candidate and what it does to the alerts that were searched.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// One key, or two.
    pub turns: Vec<Turn>,
    /// What it keeps.
    pub kept: Centred,
    /// What it drops.
    pub dropped: Centred,
    /// What it has above random thinning, see [`Yardstick::score`]; `None` where it does not serve the objective.
    pub score: Option<f64>,
}

impl Found {
    /// Of `all` alerts it keeps `kept`. One that drops or keeps too few, or drops too many, has no score.
    #[must_use]
    pub fn new(turns: Vec<Turn>, all: &Centred, kept: Centred, yardstick: &Yardstick) -> Self {
        let mut found = Self { turns, kept, dropped: *all - kept, score: None };
        if found.is_large_enough() {
            found.score = yardstick.score(all, &kept);
        }
        found
    }

    /// Whether it drops enough, and not too many, and keeps enough to be looked at.
    #[must_use]
    pub fn is_large_enough(&self) -> bool {
        let all = f64::from(self.kept.alerts) + f64::from(self.dropped.alerts);
        self.dropped.alerts >= LEAST
            && self.kept.alerts >= LEAST
            && f64::from(self.dropped.alerts) <= all * MOST_DROPPED
    }
}
