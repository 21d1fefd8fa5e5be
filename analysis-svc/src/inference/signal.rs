//! The plain reading beside a verdict: does the feature go with more pumps, with fewer rugs? Only an interval that leaves out 0
//! is read at all.

use crate::statistics::confidence::Interval;

/// What a feature goes with, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// More pumps or fewer rugs, and neither the other way.
    Positive,
    /// Fewer pumps or more rugs, and neither the other way.
    Negative,
    /// More pumps and more rugs, or fewer of both.
    Mixed,
    /// Neither interval leaves out 0.
    None,
}

impl Signal {
    /// Reads the intervals of the differences (with less without) of the pump rate and of the rug rate; an undefined one says
    /// nothing.
    #[must_use]
    pub fn read(pump_difference: Option<Interval>, rug_difference: Option<Interval>) -> Self {
        let above = |interval: Option<Interval>| interval.is_some_and(|interval| interval.is_above(0.0));
        let below = |interval: Option<Interval>| interval.is_some_and(|interval| interval.is_below(0.0));
        let good = above(pump_difference) || below(rug_difference);
        let bad = below(pump_difference) || above(rug_difference);
        match (good, bad) {
            (true, true) => Self::Mixed,
            (true, false) => Self::Positive,
            (false, true) => Self::Negative,
            (false, false) => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MORE: Option<Interval> = Some(Interval { low: 0.02, high: 0.2 });
    const FEWER: Option<Interval> = Some(Interval { low: -0.2, high: -0.02 });
    const UNCLEAR: Option<Interval> = Some(Interval { low: -0.1, high: 0.2 });

    #[test]
    fn only_an_interval_that_leaves_out_zero_is_read() {
        assert_eq!(Signal::read(UNCLEAR, UNCLEAR), Signal::None);
        assert_eq!(Signal::read(None, None), Signal::None);
        assert_eq!(Signal::read(Some(Interval { low: 0.0, high: 0.3 }), None), Signal::None);
    }

    #[test]
    fn more_pumps_and_fewer_rugs_are_good_and_the_opposite_bad() {
        assert_eq!(Signal::read(MORE, UNCLEAR), Signal::Positive);
        assert_eq!(Signal::read(MORE, FEWER), Signal::Positive);
        assert_eq!(Signal::read(None, FEWER), Signal::Positive);
        assert_eq!(Signal::read(FEWER, MORE), Signal::Negative);
        assert_eq!(Signal::read(UNCLEAR, MORE), Signal::Negative);
    }

    #[test]
    fn more_of_both_or_fewer_of_both_is_mixed() {
        assert_eq!(Signal::read(MORE, MORE), Signal::Mixed);
        assert_eq!(Signal::read(FEWER, FEWER), Signal::Mixed);
    }
}
