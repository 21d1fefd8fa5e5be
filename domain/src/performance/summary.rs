//! The numbers of one group of alerts.

use std::time::Duration;

use super::facts::Facts;
use crate::record::AlertRecord;

/// How many alerts have a label, and of how many that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Matured alerts that have it: the numerator of the rate.
    pub count: u32,
    /// Matured alerts of which it is known: the denominator of the rate.
    pub known: u32,
    /// Alerts that have it although they are still followed or their feed was lost: it happened, but it enters no rate.
    pub besides: u32,
}

impl Tally {
    /// `count / known` as a fraction from 0 to 1; `None` where nothing is known.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.known > 0).then(|| f64::from(self.count) / f64::from(self.known))
    }
}

/// Mean and median of a number over the matured alerts of which it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Centre {
    /// How many they are.
    pub known: u32,
    /// The arithmetic mean; of heavy-tailed gains it says little without the median.
    pub mean: Option<f64>,
    /// The middle one, or the mean of the two in the middle.
    pub median: Option<f64>,
}

/// How a group of alerts did. Percentages are in percent, rates fractions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// All alerts that were given.
    pub alerts: u32,
    /// Alerts with at least one accepted price; its rate is over all alerts.
    pub tracked: Tally,
    /// Alerts that enter the rates: sealed and well enough seen.
    pub matured: u32,
    /// Alerts that are still followed.
    pub pending: u32,
    /// Alerts that were sealed without any accepted price.
    pub no_data: u32,
    /// Alerts whose feed was lost; its rate is over all sealed alerts.
    pub lost: Tally,
    /// Gained more than 50 %: the pumps.
    pub pumps_50: Tally,
    /// Gained more than 100 %: 2×.
    pub pumps_100: Tally,
    /// Gained more than 400 %: 5×.
    pub pumps_400: Tally,
    /// Gained more than 900 %: 10×.
    pub pumps_900: Tally,
    /// A rug rule holds.
    pub rugs: Tally,
    /// Rugs that had pumped before; they count in both rates.
    pub rugs_after_pump: Tally,
    /// Stood 20 % or more below entry after 24 hours.
    pub dumps_20: Tally,
    /// Collapsed too slowly, or too rarely seen, to be called a rug.
    pub dead: Tally,
    /// Ever more than 80 % below entry.
    pub fell_80: Tally,
    /// Gained 100 % or more and ended at or below entry.
    pub round_trips: Tally,
    /// The highest gain from entry.
    pub max_gain_pct: Centre,
    /// The return 1 h after the alert.
    pub return_1h_pct: Centre,
    /// The return 6 h after the alert.
    pub return_6h_pct: Centre,
    /// The return 24 h after the alert.
    pub return_24h_pct: Centre,
    /// The net return of the simulated exit.
    pub exit_return_pct: Centre,
    /// From the alert to its peak, where the time of the peak is known. An alert that never rose peaks at its entry.
    pub median_time_to_peak: Option<Duration>,
}

impl Summary {
    /// Sums up `records`.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a AlertRecord>) -> Self {
        let facts: Vec<Facts> = records.into_iter().map(Facts::of).collect();
        Self::of_facts(facts.iter())
    }
}

impl Summary {
    pub(super) fn of_facts<'a>(_facts: impl Iterator<Item = &'a Facts>) -> Self {
        todo!()
    }
}
