//! How the alerts of one group did: the row of every table.

use super::tabulate::buckets::{self, BUCKETS};
use super::tabulate::layout::Layout;
use crate::dataset::columns::Numbers;
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::confidence::{Confidence, Estimate};
use crate::statistics::heavy_tails::CompensatedSum;
use crate::statistics::median::Median;
use crate::statistics::proportion::Proportion;
use crate::statistics::split_sum::SplitSum;
use crate::statistics::wilson;

/// How a group of matured alerts did. Rates are fractions, gains in percent; `None` is unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStats {
    /// What they have in common: `true`, `unknown`, a word, a range.
    pub level: String,
    /// How many matured alerts there are.
    pub alerts: u32,
    /// On how many different tokens.
    pub clusters: u32,
    /// The pumps, of those of which it is known.
    pub pumps: Proportion,
    /// The rugs, of those of which it is known.
    pub rugs: Proportion,
    /// The median of the greatest gains with its interval.
    pub median_max_gain_pct: Option<Median>,
    /// Their mean, which a single alert can carry.
    pub mean_max_gain_pct: Option<f64>,
    /// The median net return of the simulated exits.
    pub median_exit_return_pct: Option<f64>,
}

impl GroupStats {
    /// The alerts of `rows`, which are matured.
    #[must_use]
    pub fn of(snapshot: &Snapshot, rows: &Bitmap, level: impl Into<String>) -> Self {
        let (labels, layout) = (snapshot.labels(), Layout::of(snapshot));
        let (mut gains, mut exits) = ([0; BUCKETS], [0; BUCKETS]);
        let mut sum = SplitSum::default();
        for row in rows.rows() {
            let bucket = layout.gains.of_row()[row];
            gains[usize::from(bucket)] += 1;
            exits[usize::from(layout.exits.of_row()[row])] += 1;
            let gain = if bucket == buckets::UNKNOWN { 0.0 } else { labels.max_gain_pct.value(row) };
            sum.add(layout.gain_split.parts(gain));
        }
        let known: u32 = gains[..BUCKETS - 1].iter().sum();
        let is_in = |row: usize| rows.contains(row);
        Self {
            level: level.into(),
            alerts: rows.count(),
            clusters: snapshot.count_tokens(rows),
            pumps: labels.pump.proportion(rows),
            rugs: labels.rug.proportion(rows),
            median_max_gain_pct: layout.gains.median(&labels.max_gain_pct, &gains, is_in),
            mean_max_gain_pct: sum.mean(known as usize),
            median_exit_return_pct: layout
                .exits
                .median(&labels.exit_return_pct, &exits, is_in)
                .map(|median| median.value),
        }
    }

    /// The pump rate with its Wilson interval.
    #[must_use]
    pub fn pump_rate(&self) -> Option<Estimate> {
        wilson::rate(self.pumps, Confidence::NINETY_FIVE)
    }

    /// The rug rate with its Wilson interval.
    #[must_use]
    pub fn rug_rate(&self) -> Option<Estimate> {
        wilson::rate(self.rugs, Confidence::NINETY_FIVE)
    }
}

/// The mean of the known numbers of `rows`.
#[must_use]
pub fn mean(numbers: &Numbers, rows: &Bitmap) -> Option<f64> {
    let mut sum = CompensatedSum::default();
    let count = numbers.measures.each_of(rows, 0..rows.len(), |number| sum.add(number));
    sum.mean(count as usize)
}
