//! Counts of what happened among how many, alone and in pairs.

/// `events` of `total`, with `events <= total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Proportion {
    events: u64,
    total: u64,
}

impl Proportion {
    /// The largest total: every count up to it, and every sum of a few of them, is exact as an `f64`.
    pub const LARGEST: u64 = 1 << 50;

    /// `None` where there are more events than cases, or more cases than [`Self::LARGEST`].
    #[must_use]
    pub const fn new(events: u64, total: u64) -> Option<Self> {
        if events <= total && total <= Self::LARGEST { Some(Self { events, total }) } else { None }
    }

    /// How many had the event.
    #[must_use]
    pub const fn events(self) -> u64 {
        self.events
    }

    /// How many there were.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.total
    }

    /// How many did not have the event.
    #[must_use]
    pub const fn others(self) -> u64 {
        self.total - self.events
    }

    /// The rate, 0 to 1. `None` of none.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.total > 0).then(|| self.events as f64 / self.total as f64)
    }
}

/// A two-by-two table: how often the event happened with a feature and without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct TwoByTwo {
    /// Where the feature is true.
    pub with: Proportion,
    /// Where the feature is known to be false.
    pub without: Proportion,
}

impl TwoByTwo {
    /// From the four counts as they are usually said: `events` of `total` with, `events` of `total` without.
    #[must_use]
    pub const fn new(with: (u64, u64), without: (u64, u64)) -> Option<Self> {
        match (Proportion::new(with.0, with.1), Proportion::new(without.0, without.1)) {
            (Some(with), Some(without)) => Some(Self { with, without }),
            _ => None,
        }
    }

    /// Everybody in the table.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.with.total + self.without.total
    }

    /// All events, with and without.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.with.events + self.without.events
    }

    /// The rate with less the rate without. `None` where one side is empty.
    #[must_use]
    pub fn risk_difference(&self) -> Option<f64> {
        Some(self.with.rate()? - self.without.rate()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_events_than_cases_are_no_proportion() {
        assert_eq!(Proportion::new(2, 1), None);
        assert_eq!(Proportion::new(0, u64::MAX), None);
        assert_eq!(TwoByTwo::new((1, 2), (3, 2)), None);
    }

    #[test]
    fn none_of_none_has_no_rate() {
        assert_eq!(Proportion::default().rate(), None);
        assert_eq!(Proportion::new(1, 4).and_then(Proportion::rate), Some(0.25));
        assert_eq!(TwoByTwo::default().risk_difference(), None);
    }
}
