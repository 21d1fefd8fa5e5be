//! How a pattern held on later data, which had no say in finding it.

use crate::statistics::confidence::Confidence;
use crate::statistics::proportion::Proportion;
use crate::statistics::wilson;

/// The plain reading of the later part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The later interval lies wholly above the rate of all later alerts.
    Held,
    /// The later rate is above that of all later alerts, but its interval is not: too few to tell.
    Unclear,
    /// The later rate is no better than that of all later alerts.
    Failed,
    /// Nothing is known of any later alert that meets the pattern.
    Untested,
}

impl Held {
    /// Of the later alerts that meet the pattern, beside all later alerts. Wilson's interval at 95 %.
    #[must_use]
    pub fn of(later: Proportion, all_later: Proportion) -> Self {
        let Some(((interval, rate), of_all)) =
            wilson::interval(later, Confidence::NINETY_FIVE).zip(later.rate()).zip(all_later.rate())
        else {
            return Self::Untested;
        };
        match () {
            () if interval.is_above(of_all) => Self::Held,
            () if rate > of_all => Self::Unclear,
            () => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_where_the_later_interval_lies_wholly_above_everybody() {
        let rate = |events, total| Proportion::new(events, total).expect("counts");
        let all = rate(20, 100);
        assert_eq!(Held::of(rate(12, 20), all), Held::Held);
        assert_eq!(Held::of(rate(6, 20), all), Held::Unclear);
        assert_eq!(Held::of(rate(4, 20), all), Held::Failed);
        assert_eq!(Held::of(rate(0, 0), all), Held::Untested);
    }
}
