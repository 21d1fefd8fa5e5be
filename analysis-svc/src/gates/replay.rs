//! Counting what a config lets through. Exact for tighter configs: nothing new passes.

use std::ops::Range;

use super::sum::Sum;
use super::tally::Tally;
use super::thinning::ByDay;
use crate::dataset::{Bitmap, Snapshot};

/// Decisions cap a single return here, in percent, so that one moonshot does not decide.
pub const CAP_PCT: f64 = 400.0;
/// An exit of this much or more is a winner, in percent.
pub const WINNER_PCT: f64 = 100.0;

/// A revision of the data laid out for counting.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    snapshot: &'a Snapshot,
    winners: Bitmap,
    days: Vec<Range<usize>>,
}

impl<'a> Replay<'a> {
    /// Lays a revision out: once, however much is counted.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let exits = &snapshot.labels().exit_return_pct;
        let winners = Bitmap::of(snapshot.len(), |row| exits.value(row) >= WINNER_PCT);
        Self { snapshot, winners, days: day_ranges(snapshot) }
    }

    /// How the alerts of `rows` did, which are matured.
    #[must_use]
    pub fn tally(&self, rows: &Bitmap) -> Tally {
        let labels = self.snapshot.labels();
        let exits = &labels.exit_return_pct;
        let (pumps, rugs) = (rows.count_and(&labels.pump.yes), rows.count_and(&labels.rug.yes));
        let mut tally = Tally {
            alerts: rows.count(),
            pumps,
            pump_known: pumps + rows.count_and(&labels.pump.no),
            rugs,
            rug_known: rugs + rows.count_and(&labels.rug.no),
            exits: rows.count_and(exits.known()),
            winners: rows.count_and(&self.winners),
            ..Tally::default()
        };
        for row in rows.rows() {
            // What is unknown is NaN, which adds nothing.
            let exit = exits.value(row);
            tally.net += Sum::of(exit);
            tally.capped += Sum::of(capped(exit));
        }
        tally
    }

    /// The alerts of `rows` by UTC day, for [`ByDay::thinned_to`].
    #[must_use]
    pub fn by_day(&self, rows: &Bitmap) -> ByDay {
        ByDay::of(self, rows, &self.days)
    }

    /// How the alert of a row did.
    #[must_use]
    pub fn tally_of(&self, row: usize) -> Tally {
        let mut tally = Tally::default();
        self.add(&mut tally, row);
        tally
    }

    /// Counts one more row.
    pub(super) fn add(&self, tally: &mut Tally, row: usize) {
        let labels = self.snapshot.labels();
        let count = |label: Option<bool>| (u32::from(label == Some(true)), u32::from(label.is_some()));
        let ((pump, pump_known), (rug, rug_known)) = (count(labels.pump.get(row)), count(labels.rug.get(row)));
        let exit = labels.exit_return_pct.value(row);
        *tally += Tally {
            alerts: 1,
            pumps: pump,
            pump_known,
            rugs: rug,
            rug_known,
            exits: u32::from(!exit.is_nan()),
            winners: u32::from(exit >= WINNER_PCT),
            net: Sum::of(exit),
            capped: Sum::of(capped(exit)),
        };
    }

    /// The net return of a row's exit as decisions count it, where it is known.
    #[must_use]
    pub fn capped_return_pct(&self, row: usize) -> Option<f64> {
        let exits = &self.snapshot.labels().exit_return_pct;
        exits.get(row).map(capped)
    }

    /// The revision.
    #[must_use]
    pub const fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }
}

/// NaN stays NaN.
fn capped(pct: f64) -> f64 {
    if pct > CAP_PCT { CAP_PCT } else { pct }
}

/// The rows of each UTC day: rows are in the order of time.
fn day_ranges(snapshot: &Snapshot) -> Vec<Range<usize>> {
    snapshot.days().iter().map(|day| day.rows.clone()).collect()
}
