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
pub fn quantile_bins(sorted: &[f64], bins: usize) -> Vec<Bin> {
    let (Some(&lowest), Some(&highest)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let mut lows = vec![lowest];
    let mut low = lowest;
    let mut follows_a_run = false;
    for cut in 1..bins {
        let edge = sorted[cut * sorted.len() / bins];
        if edge > low {
            (low, follows_a_run) = (edge, false);
        } else if edge == low && !follows_a_run {
            // The cut falls into the run of equal numbers that the bin begins with: it moves to the end of the run.
            let Some(&next) = sorted.get(sorted.partition_point(|number| *number <= edge)) else { break };
            (low, follows_a_run) = (next, true);
        } else {
            continue;
        }
        lows.push(low);
    }
    let highs = lows.iter().skip(1).copied().chain([highest]);
    let last = lows.len() - 1;
    lows.iter().zip(highs).enumerate().map(|(index, (&low, high))| Bin { low, high, is_last: index == last }).collect()
}

/// The index of the bin that `number`, which is one of those that were cut, falls into.
#[must_use]
pub(super) fn index_of(bins: &[Bin], number: f64) -> usize {
    bins.partition_point(|bin| bin.low <= number).saturating_sub(1)
}
