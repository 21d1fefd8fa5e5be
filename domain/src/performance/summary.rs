//! The numbers of one group of alerts.

use std::time::Duration;

use super::facts::{Facts, Label, Number};
use crate::outcome::OutcomeStatus;
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
    /// From the alert to its peak, of those that rose at all and whose peak has a known time.
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
    pub(super) fn of_facts<'a>(facts: impl Iterator<Item = &'a Facts> + Clone) -> Self {
        let with = |status: OutcomeStatus| count(facts.clone().filter(|facts| facts.status == status));
        let (alerts, pending) = (count(facts.clone()), with(OutcomeStatus::Tracking));
        let tracked = count(facts.clone().filter(|facts| facts.is_tracked));
        let matured = facts.clone().filter(|facts| facts.status == OutcomeStatus::Complete);
        let tally = |label: Label| {
            let mut tally = Tally::default();
            for facts in facts.clone() {
                let (is_matured, truth) = (facts.status == OutcomeStatus::Complete, facts.label(label));
                tally.count += u32::from(is_matured && truth == Some(true));
                tally.known += u32::from(is_matured && truth.is_some());
                tally.besides += u32::from(!is_matured && truth == Some(true));
            }
            tally
        };
        let centre = |number: Number| Centre::of(matured.clone().filter_map(|facts| facts.number(number)).collect());
        Self {
            alerts,
            tracked: Tally { count: tracked, known: alerts, besides: 0 },
            matured: with(OutcomeStatus::Complete),
            pending,
            no_data: with(OutcomeStatus::NoData),
            lost: Tally { count: with(OutcomeStatus::Lost), known: alerts - pending, besides: 0 },
            pumps_50: tally(Label::Pump50),
            pumps_100: tally(Label::Pump100),
            pumps_400: tally(Label::Pump400),
            pumps_900: tally(Label::Pump900),
            rugs: tally(Label::Rug),
            rugs_after_pump: tally(Label::RugAfterPump),
            dumps_20: tally(Label::Dump20),
            dead: tally(Label::Dead),
            fell_80: tally(Label::Fell80),
            round_trips: tally(Label::RoundTrip),
            max_gain_pct: centre(Number::MaxGainPct),
            return_1h_pct: centre(Number::Return1hPct),
            return_6h_pct: centre(Number::Return6hPct),
            return_24h_pct: centre(Number::Return24hPct),
            exit_return_pct: centre(Number::ExitReturnPct),
            median_time_to_peak: centre(Number::SecondsToPeak)
                .median
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        }
    }
}

impl Centre {
    /// Of `numbers`, which are finite, in any order.
    #[must_use]
    pub fn of(mut numbers: Vec<f64>) -> Self {
        // In one order for one set of numbers, so that the sum too is the same however the alerts came.
        numbers.sort_unstable_by(f64::total_cmp);
        let known = count(numbers.iter());
        let middle = numbers.len() / 2;
        let median = match numbers.get(middle) {
            Some(upper) if numbers.len().is_multiple_of(2) => Some(f64::midpoint(numbers[middle - 1], *upper)),
            upper => upper.copied(),
        };
        let mean = (known > 0).then(|| numbers.iter().sum::<f64>() / f64::from(known));
        Self { known, mean, median }
    }
}

fn count(alerts: impl Iterator) -> u32 {
    u32::try_from(alerts.count()).unwrap_or(u32::MAX)
}
