//! Counting what a config lets through. Exact for tighter configs: nothing new passes.

use std::ops::Range;
use std::{panic, thread};

use super::sum::Sum;
use super::tally::Tally;
use super::thinning::ByDay;
use crate::dataset::{Bitmap, Snapshot};

/// Decisions cap a single return here, in percent, so that one moonshot does not decide.
pub const CAP_PCT: f64 = 400.0;
/// An exit of this much or more is a winner, in percent.
pub const WINNER_PCT: f64 = 100.0;

/// A history of more rows than this is counted on every core.
const MANY_ROWS: usize = 200_000;

/// A revision of the data laid out for counting.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    snapshot: &'a Snapshot,
    days: Vec<Range<usize>>,
}

/// How some alerts did, and by how much their returns differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub tally: Tally,
    /// The sample variance of the capped returns, in percent squared; 0 of fewer than two.
    pub variance: f64,
}

impl<'a> Replay<'a> {
    /// Lays a revision out: once, however much is counted.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, days: snapshot.days().iter().map(|day| day.rows.clone()).collect() }
    }

    /// How the alerts of `rows` did, which are matured.
    #[must_use]
    pub fn tally(&self, rows: &Bitmap) -> Tally {
        if self.snapshot.len() > MANY_ROWS {
            return self.by_day(rows).tally();
        }
        self.within(rows, 0..self.snapshot.len()).tally
    }

    /// The alerts of `rows` by UTC day, for [`ByDay::thinned_to`].
    #[must_use]
    pub fn by_day(&self, rows: &Bitmap) -> ByDay {
        let cores =
            if self.snapshot.len() > MANY_ROWS { thread::available_parallelism().map_or(1, usize::from) } else { 1 };
        let part = self.days.len().div_ceil(cores).max(1);
        let count =
            |days: &[Range<usize>]| -> Vec<Counted> { days.iter().map(|day| self.within(rows, day.clone())).collect() };
        let counted: Vec<Counted> = thread::scope(|scope| {
            let mut parts = self.days.chunks(part);
            let first = parts.next();
            let others: Vec<_> = parts.map(|days| scope.spawn(move || count(days))).collect();
            let mut counted = first.map(count).unwrap_or_default();
            for other in others {
                counted.extend(other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
            }
            counted
        });
        ByDay::of(self.days.iter().cloned().zip(counted))
    }

    fn within(&self, rows: &Bitmap, range: Range<usize>) -> Counted {
        let labels = self.snapshot.labels();
        let exits = &labels.exit_return_pct;
        let both = |label: &Bitmap| rows.count_and_within(label, range.clone());
        let (pumps, rugs) = (both(&labels.pump.yes), both(&labels.rug.yes));
        let mut tally = Tally {
            alerts: rows.count_within(range.clone()),
            pumps,
            pump_known: pumps + both(&labels.pump.no),
            rugs,
            rug_known: rugs + both(&labels.rug.no),
            ..Tally::default()
        };
        let (mut sum, mut squares) = (0.0, 0.0);
        tally.exits = exits.measures.each_of(rows, range, |exit| {
            let capped = capped(exit);
            let net = Sum::of(exit);
            tally.winners += u32::from(exit >= WINNER_PCT);
            tally.net += net;
            tally.capped += if capped < exit { Sum::of(capped) } else { net };
            sum += capped;
            squares += capped * capped;
        });
        let exits = f64::from(tally.exits);
        let variance = if tally.exits < 2 { 0.0 } else { ((squares - sum * sum / exits) / (exits - 1.0)).max(0.0) };
        Counted { tally, variance }
    }

    /// How the alert of a row did.
    #[must_use]
    pub fn tally_of(&self, row: usize) -> Tally {
        let labels = self.snapshot.labels();
        let count = |label: Option<bool>| (u32::from(label == Some(true)), u32::from(label.is_some()));
        let ((pumps, pump_known), (rugs, rug_known)) = (count(labels.pump.get(row)), count(labels.rug.get(row)));
        let exit = labels.exit_return_pct.get(row);
        Tally {
            alerts: 1,
            pumps,
            pump_known,
            rugs,
            rug_known,
            exits: u32::from(exit.is_some()),
            winners: u32::from(exit.is_some_and(|exit| exit >= WINNER_PCT)),
            net: exit.map(Sum::of).unwrap_or_default(),
            capped: exit.map(|exit| Sum::of(capped(exit))).unwrap_or_default(),
        }
    }

    /// The revision.
    #[must_use]
    pub const fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }
}

/// No return counts for more than the cap.
fn capped(pct: f64) -> f64 {
    pct.min(CAP_PCT)
}
