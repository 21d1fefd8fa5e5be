//! How the alerts of one group did: the row of every table.

use crate::dataset::columns::Numbers;
use crate::dataset::{Bitmap, Snapshot};
use crate::statistics::confidence::{Confidence, Estimate};
use crate::statistics::heavy_tails::HeavyTailedMean;
use crate::statistics::median::Median;
use crate::statistics::proportion::Proportion;
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
        let labels = snapshot.labels();
        let exits = sorted(&labels.exit_return_pct, rows);
        Self {
            level: level.into(),
            alerts: rows.count(),
            clusters: snapshot.count_tokens(rows),
            pumps: labels.pump.proportion(rows),
            rugs: labels.rug.proportion(rows),
            median_max_gain_pct: Median::of_sorted(&sorted(&labels.max_gain_pct, rows), Confidence::NINETY_FIVE),
            mean_max_gain_pct: mean(&labels.max_gain_pct, rows),
            median_exit_return_pct: Median::of_sorted(&exits, Confidence::NINETY_FIVE).map(|median| median.value),
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

/// The known numbers of `rows`, ascending.
#[must_use]
pub fn sorted(numbers: &Numbers, rows: &Bitmap) -> Vec<f64> {
    /// To sort one number takes about as long as to walk past so many.
    const WALKED: usize = 16;
    let known = numbers.known().and(rows);
    if known.count() as usize * WALKED < numbers.order.len() {
        let mut few: Vec<f64> = known.rows().map(|row| numbers.value(row)).collect();
        few.sort_unstable_by(f64::total_cmp);
        return few;
    }
    let order = numbers.order.rows().iter().map(|&row| row as usize);
    order.filter(|&row| known.contains(row)).map(|row| numbers.value(row)).collect()
}

/// The mean of the known numbers of `rows`.
#[must_use]
pub fn mean(numbers: &Numbers, rows: &Bitmap) -> Option<f64> {
    HeavyTailedMean::of(numbers.known().and(rows).rows().map(|row| numbers.value(row))).map(|mean| mean.mean)
}
