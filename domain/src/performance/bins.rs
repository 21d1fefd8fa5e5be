//! Quantile bins: a number's range, cut so that about equally many fall into each part.

use std::fmt;

/// A range of numbers: `[low, high)`, and `[low, high]` for the last one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The lowest number in it.
    pub low: f64,
    /// The lowest number of the next bin; of the last bin its own highest.
    pub high: f64,
    /// It is the last one, and its highest number belongs to it.
    pub is_last: bool,
}

impl Bin {
    /// Whether `number` falls into it.
    #[must_use]
    pub fn contains(&self, number: f64) -> bool {
        number >= self.low && (number < self.high || (self.is_last && number <= self.high))
    }
}

/// `[8, 10)`
impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let close = if self.is_last { ']' } else { ')' };
        write!(f, "[{}, {}{close}", self.low, self.high)
    }
}

/// Cuts `sorted` (ascending, finite) into at most `bins` parts. Equal numbers are never separated, so that where many are
/// equal there are fewer and uneven parts. Empty for no numbers.
#[must_use]
pub fn quantile_bins(_sorted: &[f64], _bins: usize) -> Vec<Bin> {
    todo!()
}
