//! The asked rows of a number by rising value: sorted, or counted where there are few different ones.

use super::code::{self, COMBINATIONS, Combinations};
use super::few::Few;
use super::labelled::Labelled;
use super::ranks::{self, Ranks};
use super::sorted::{Entry, Sorted};
use super::tabulate::levels::Levels;
use super::tabulate::places::Ranks as GainRanks;
use crate::dataset::columns::Numbers;
use crate::statistics::quantile_bins::{QuantileBins, bins_for};
use crate::statistics::rank::mann_whitney::MannWhitney;

/// A number's asked rows.
pub struct Ranked<'a> {
    numbers: &'a Numbers,
    labelled: &'a Labelled,
    by: By<'a>,
}

enum By<'a> {
    Sorting(Sorted),
    Counting(Few<'a>),
}

impl<'a> Ranked<'a> {
    /// Of a column, with what is asked; `room` is what sorting may be written to.
    #[must_use]
    pub fn of(numbers: &'a Numbers, labelled: &'a Labelled, room: &mut Vec<Entry>) -> Self {
        let by = match Few::of(&numbers.measures, labelled) {
            Some(few) => By::Counting(few),
            None => By::Sorting(Sorted::of(numbers, labelled, std::mem::take(room))),
        };
        Self { numbers, labelled, by }
    }

    /// Gives the room back that it took.
    pub fn leave(self, room: &mut Vec<Entry>) {
        if let By::Sorting(sorted) = self.by {
            *room = sorted.into_room();
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.by {
            By::Sorting(sorted) => sorted.entries().len(),
            By::Counting(few) => few.count(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a place, rising; `None` beyond the last.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<f64> {
        (place < self.len()).then(|| match &self.by {
            By::Sorting(sorted) => self.numbers.value(sorted.entries()[place].row as usize),
            By::Counting(few) => few.at(place),
        })
    }

    /// The quantile bins, cut without a look at outcomes, and the places that begin a bin, from the second one on. `None`
    /// where nothing is known.
    #[must_use]
    pub fn quantile_bins(&self) -> Option<(QuantileBins, Vec<usize>)> {
        let count = self.len();
        QuantileBins::of_rising(count, |place| self.at(place).unwrap_or(f64::NAN), bins_for(count))
    }

    /// The bin of each row, as a level; `begins` are the places that begin one, from the second one on.
    #[must_use]
    pub fn levels(&self, begins: &[usize]) -> Levels {
        match &self.by {
            By::Sorting(sorted) => Levels::of_sorted(self.labelled.combinations(), sorted.entries(), begins),
            By::Counting(few) => few.levels(begins),
        }
    }

    /// How many there are in each bin, and their outcomes by bin and day.
    #[must_use]
    pub fn by_bin(&self, begins: &[usize]) -> (Vec<u64>, Vec<Combinations>) {
        let starts = std::iter::once(0).chain(begins.iter().copied());
        let bins: Vec<_> =
            starts.zip(begins.iter().copied().chain([self.len()])).map(|(start, end)| start..end).collect();
        let sizes = bins.iter().map(|bin| bin.len() as u64).collect();
        let counts = match &self.by {
            By::Counting(few) => few.by_bin_and_day(begins),
            By::Sorting(sorted) => {
                let days = self.labelled.day_rows().len();
                let mut counts = vec![[0; COMBINATIONS]; bins.len() * days];
                for (bin, places) in bins.into_iter().enumerate() {
                    for entry in &sorted.entries()[places] {
                        counts[bin * days + code::day(entry.code)][code::combination(entry.code)] += 1;
                    }
                }
                counts
            }
        };
        (sizes, counts)
    }

    /// Whether it ranks pumps and rugs within days, with all that an interval needs.
    #[must_use]
    pub fn decided(&self) -> [Vec<MannWhitney>; 2] {
        match &self.by {
            By::Sorting(sorted) => ranks::decided(sorted, self.labelled.day_rows().len()),
            By::Counting(few) => few.decided(),
        }
    }

    /// Whether it ranks pumps and rugs, over all and within days, and whether it rises with the gain.
    #[must_use]
    pub fn described(&self, gains: &GainRanks<'_>) -> Ranks {
        match &self.by {
            By::Sorting(sorted) => Ranks::described(sorted, self.labelled, self.numbers.known(), gains),
            By::Counting(few) => few.described(gains),
        }
    }

    /// The values with how many rows with them had which outcomes, where they were counted.
    #[must_use]
    pub fn counted(&self) -> Option<&Few<'a>> {
        match &self.by {
            By::Sorting(_) => None,
            By::Counting(few) => Some(few),
        }
    }
}
