//! The asked rows of a number by rising value: placed, or counted where there are few different ones.

use super::code::Combinations;
use super::few::Few;
use super::labelled::Labelled;
use super::placed::Placed;
use super::ranks::Ranks;
use super::tabulate::levels::Levels;
use super::tabulate::places::Ranks as GainRanks;
use crate::dataset::columns::Numbers;
use crate::statistics::quantile_bins::{QuantileBins, bins_for};
use crate::statistics::rank::mann_whitney::MannWhitney;

/// A number's asked rows.
pub enum Ranked<'a> {
    /// Many different ones.
    Placed(Placed<'a>),
    /// Few different ones.
    Counted(Few<'a>),
}

impl<'a> Ranked<'a> {
    /// Of a column, with what is asked.
    #[must_use]
    pub fn of(numbers: &'a Numbers, labelled: &'a Labelled) -> Self {
        match Few::of(&numbers.measures, labelled) {
            Some(few) => Self::Counted(few),
            None => Self::Placed(Placed::of(numbers, labelled)),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Placed(placed) => placed.count(),
            Self::Counted(few) => few.count(),
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
        (place < self.len()).then(|| match self {
            Self::Placed(placed) => placed.at(place),
            Self::Counted(few) => few.at(place),
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
        match self {
            Self::Placed(placed) => placed.levels(begins),
            Self::Counted(few) => few.levels(begins),
        }
    }

    /// How many there are in each bin, and their outcomes by bin and day.
    #[must_use]
    pub fn by_bin(&self, begins: &[usize]) -> (Vec<u64>, Vec<Combinations>) {
        let starts = std::iter::once(0).chain(begins.iter().copied());
        let bins: Vec<_> =
            starts.zip(begins.iter().copied().chain([self.len()])).map(|(start, end)| start..end).collect();
        let sizes = bins.iter().map(|bin| bin.len() as u64).collect();
        let counts = match self {
            Self::Placed(placed) => placed.by_bin_and_day(begins),
            Self::Counted(few) => few.by_bin_and_day(begins),
        };
        (sizes, counts)
    }

    /// Whether it ranks pumps and rugs within days, with all that an interval needs.
    #[must_use]
    pub fn decided(&self) -> [Vec<MannWhitney>; 2] {
        match self {
            Self::Placed(placed) => placed.decided(),
            Self::Counted(few) => few.decided(),
        }
    }

    /// Whether it ranks pumps and rugs, over all and within days, and whether it rises with the gain; `feature` is the feature's
    /// place in the dataset.
    #[must_use]
    pub fn described(&self, feature: usize, gains: &GainRanks<'_>) -> Ranks {
        match self {
            Self::Placed(placed) => placed.described(feature, gains),
            Self::Counted(few) => few.described(gains),
        }
    }

    /// The values with how many rows with them had which outcomes, where they were counted.
    #[must_use]
    pub fn counted(&self) -> Option<&Few<'a>> {
        match self {
            Self::Placed(_) => None,
            Self::Counted(few) => Some(few),
        }
    }
}
