//! How sure an interval is, and the interval.

use super::normal;

/// The level of a two-sided interval, held as its error α (the chance to miss), so that 1 − 10⁻⁶ loses no digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    error: f64,
}

impl Confidence {
    /// 95 %, the level of every interval that only describes.
    pub const NINETY_FIVE: Self = Self { error: 0.05 };

    /// The level 1 − α. `None` unless 0 < α < 1.
    #[must_use]
    pub fn with_error(alpha: f64) -> Option<Self> {
        (alpha > 0.0 && alpha < 1.0).then_some(Self { error: alpha })
    }

    /// α: the chance that such an interval misses.
    #[must_use]
    pub const fn error(self) -> f64 {
        self.error
    }

    /// z with P(|Z| > z) = α for a standard normal Z.
    #[must_use]
    pub fn z(self) -> f64 {
        normal::two_sided_quantile(self.error)
    }
}

/// A closed interval, `low <= high`, both finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies inside, bounds included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether the whole interval lies strictly above `value`.
    #[must_use]
    pub fn is_above(&self, value: f64) -> bool {
        self.low > value
    }

    /// Whether the whole interval lies strictly below `value`.
    #[must_use]
    pub fn is_below(&self, value: f64) -> bool {
        self.high < value
    }

    /// Whether the interval leaves `value` out.
    #[must_use]
    pub fn excludes(&self, value: f64) -> bool {
        self.is_above(value) || self.is_below(value)
    }

    /// Whether the interval lies strictly inside ±`bound`.
    #[must_use]
    pub fn is_within(&self, bound: f64) -> bool {
        -bound < self.low && self.high < bound
    }

    /// How wide it is.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// An estimate with its interval, which contains it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Its interval, at the level that was asked for.
    pub interval: Interval,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_outside_0_to_1_is_refused() {
        for alpha in [0.0, 1.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Confidence::with_error(alpha), None, "{alpha}");
        }
        assert_eq!(Confidence::with_error(0.05), Some(Confidence::NINETY_FIVE));
    }

    #[test]
    fn an_interval_that_touches_a_value_does_not_leave_it_out() {
        let touching = Interval { low: 0.0, high: 0.1 };
        assert!(touching.contains(0.0) && !touching.excludes(0.0));
        assert!(Interval { low: 0.01, high: 0.1 }.excludes(0.0));
        assert!(!touching.is_within(0.1) && touching.is_within(0.11));
    }
}
