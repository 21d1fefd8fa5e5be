//! What the summary needs of one alert, packed small: a million of them fit into memory while they are sorted.

use crate::outcome::OutcomeStatus;
use crate::record::AlertRecord;

/// The labels that a summary counts, in the order of the bits in [`Facts`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    Pump50,
    Pump100,
    Pump400,
    Pump900,
    Rug,
    RugAfterPump,
    Dump20,
    Dead,
    Fell80,
    RoundTrip,
}

/// The numbers that a summary averages, in their order in [`Facts`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    MaxGainPct,
    Return1hPct,
    Return6hPct,
    Return24hPct,
    ExitReturnPct,
    SecondsToPeak,
}

/// The labels and numbers of one alert.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub status: OutcomeStatus,
    pub is_tracked: bool,
    known: u16,
    value: u16,
    /// NaN where unknown.
    numbers: [f64; 6],
}

impl Facts {
    pub(super) fn of(record: &AlertRecord) -> Self {
        let outcome = &record.outcome;
        let gained_over = |percent: f64| outcome.max_gain_pct.map(|gain| gain > percent);
        let labels = [
            (Label::Pump50, gained_over(50.0)),
            (Label::Pump100, gained_over(100.0)),
            (Label::Pump400, gained_over(400.0)),
            (Label::Pump900, gained_over(900.0)),
            (Label::Rug, outcome.is_rug),
            // What is no rug is none after a pump either.
            (Label::RugAfterPump, outcome.rug_after_pump.or((outcome.is_rug == Some(false)).then_some(false))),
            (Label::Dump20, outcome.return_24h_pct.map(|percent| percent <= -20.0)),
            (Label::Dead, outcome.is_dead),
            (Label::Fell80, outcome.fell_80),
            (Label::RoundTrip, outcome.round_trip),
        ];
        let (mut known, mut value) = (0, 0);
        for (label, truth) in labels {
            known |= u16::from(truth.is_some()) << label as u16;
            value |= u16::from(truth == Some(true)) << label as u16;
        }
        // What never rose has its peak at entry: that says nothing of when to sell.
        let peak_at = outcome.peak_at.filter(|_| outcome.max_gain_pct.is_some_and(|gain| gain > 0.0));
        let seconds_to_peak = peak_at.map(|at| at.since(record.alert.alerted_at).as_secs_f64());
        let numbers = [
            outcome.max_gain_pct,
            outcome.return_1h_pct,
            outcome.return_6h_pct,
            outcome.return_24h_pct,
            outcome.exit_return_pct,
            seconds_to_peak,
        ];
        Self {
            status: outcome.status,
            is_tracked: outcome.snapshot_count > 0,
            known,
            value,
            numbers: numbers.map(|number| number.unwrap_or(f64::NAN)),
        }
    }

    pub(super) const fn label(&self, label: Label) -> Option<bool> {
        let bit = 1_u16 << label as u16;
        if self.known & bit == 0 { None } else { Some(self.value & bit != 0) }
    }

    pub(super) fn number(&self, number: Number) -> Option<f64> {
        let value = self.numbers[number as usize];
        (!value.is_nan()).then_some(value)
    }
}
