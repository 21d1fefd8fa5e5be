//! The asked rows of a number by where they stand in its sorted column. What is asked is read in the order of the rows: a walk in
//! the order of the values would look at memory here and there, which takes many times as long.

use std::sync::Arc;

use super::code::{self, COMBINATIONS, Combinations};
use super::labelled::Labelled;
use super::ranks::Ranks;
use super::tabulate::levels::{FIRST, Levels};
use super::tabulate::places::{KeptPlaces, Ranks as Among};
use super::within_day::{self, OfDay};
use crate::dataset::Bitmap;
use crate::dataset::columns::Numbers;
use crate::inference::Target;
use crate::statistics::rank::mann_whitney::MannWhitney;
use crate::statistics::rank::order::Order;
use crate::statistics::rank::spearman::Spearman;

/// The asked rows of which a number is known.
pub struct Placed<'a> {
    numbers: &'a Numbers,
    order: Arc<Order>,
    labelled: &'a Labelled,
    /// Asked and known.
    rows: Bitmap,
    kept: KeptPlaces,
    among: Among<'a>,
}

/// Of each combination of outcomes: all bits where it is a pump, and where it is a rug.
const HAD: [[u64; 2]; COMBINATIONS] = {
    let mut table = [[0; 2]; COMBINATIONS];
    let mut combination = 0;
    while combination < COMBINATIONS {
        let (pump, _) = code::sides(combination as u32, Target::Pump);
        let (rug, _) = code::sides(combination as u32, Target::Rug);
        table[combination] = [pump.wrapping_neg(), rug.wrapping_neg()];
        combination += 1;
    }
    table
};

impl<'a> Placed<'a> {
    /// Of a column, with what is asked.
    #[must_use]
    pub fn of(numbers: &'a Numbers, labelled: &'a Labelled) -> Self {
        let rows = labelled.rows().and(numbers.known());
        let kept = KeptPlaces::of(numbers.places(), &rows);
        let among = Among::of(numbers.places(), &kept, &Bitmap::default());
        Self { numbers, order: numbers.order(), labelled, rows, kept, among }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.among.count() as usize
    }

    /// The value at a place among them, rising; NaN beyond the last.
    #[must_use]
    pub fn at(&self, place: usize) -> f64 {
        let row = self.among.nth(place).and_then(|place| self.order.rows().get(place));
        row.map_or(f64::NAN, |&row| self.numbers.value(row as usize))
    }

    /// The bin of each row, as a level; `begins` are the places that begin one, from the second one on.
    #[must_use]
    pub fn levels(&self, begins: &[usize]) -> Levels {
        let begins: Vec<u32> = begins.iter().filter_map(|&begin| self.among.nth(begin)).map(|at| at as u32).collect();
        Levels::of_placed(self.labelled.combinations(), &self.rows, self.numbers.places(), &begins)
    }

    /// The outcomes by bin and day.
    #[must_use]
    pub fn by_bin_and_day(&self, begins: &[usize]) -> Vec<Combinations> {
        let days = self.labelled.day_rows();
        let levels = self.levels(begins);
        let mut counts = vec![[0; COMBINATIONS]; (begins.len() + 1) * days.len()];
        for (day, rows) in days.iter().enumerate() {
            for row in self.rows.rows_within(rows.clone()) {
                let bin = usize::from(levels.of_row()[row] - FIRST);
                counts[bin * days.len() + day][code::combination(self.labelled.codes()[row])] += 1;
            }
        }
        counts
    }

    /// By day, with all that an interval within days needs: pumps against others, and rugs against others.
    #[must_use]
    pub fn decided(&self) -> [Vec<MannWhitney>; 2] {
        by_target(&within_day::with_spread(self.numbers.places(), &self.rows, self.labelled))
    }

    /// The same without how the placements spread, over all days too; and whether it rises with the gain: `gains` are the
    /// ranks of the greatest gains of those of which one is known, and `feature` the feature's place in the dataset.
    #[must_use]
    pub fn described(&self, feature: usize, gains: &Among<'_>) -> Ranks {
        let [pumps, rugs] = Target::ALL.map(|target| self.among_labelled(target));
        let (pumps, rugs) = (pumps.as_ref().unwrap_or(&self.among), rugs.as_ref().unwrap_or(&self.among));
        let alike = std::ptr::eq(pumps, rugs);
        let (mut sums, mut products) = ([0_u64; 2], 0_i128);
        let middle = i64::from(gains.count()) + 1;
        let combinations = self.labelled.combinations().chunks(64);
        for (index, (&kept, combinations)) in self.rows.words().iter().zip(combinations).enumerate() {
            // As many as a word has do not overflow, whatever their ranks.
            let (mut rest, mut product) = (kept, 0_i64);
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let row = (index * 64 + bit) as u32;
                let of = usize::from(combinations[bit]) % COMBINATIONS;
                let place = self.among.place(row);
                let rank = pumps.double_midrank_at(place);
                let gain = i64::from(gains.double_midrank(row)) - middle;
                let has_gain = i64::from(code::outcome(of as u32, Target::Pump).is_some());
                product += has_gain * (i64::from(rank) - middle) * gain;
                sums[0] += u64::from(rank) & HAD[of][0];
                let rank = if alike { rank } else { rugs.double_midrank_at(place) };
                sums[1] += u64::from(rank) & HAD[of][1];
            }
            products += i128::from(product);
        }
        let days = by_target(&within_day::of_feature(feature, self.numbers.places(), &self.rows, self.labelled));
        let all = [pumps, rugs].into_iter().zip(&days).zip(sums).map(|((among, days), sum)| {
            let count = |side: fn(&MannWhitney) -> u64| days.iter().map(side).sum::<u64>();
            let positives = count(MannWhitney::positives);
            // Twice U from twice the sum of the ranks: 2 R − m (m + 1).
            let double_u = sum - positives * (positives + 1);
            MannWhitney::of_counts(positives, count(MannWhitney::negatives), double_u, among.ties())
        });
        let all: Vec<MannWhitney> = all.collect();
        let spearman = Spearman::of_sums(u64::from(gains.count()), products, [pumps.ties(), gains.ties()]);
        Ranks { all: [all[0], all[1]], days, spearman }
    }

    /// The ranks among those of which an outcome is known. `None` where it is known of all.
    fn among_labelled(&self, target: Target) -> Option<Among<'a>> {
        let label = self.labelled.label(target);
        let unknown = self.rows.and_not(&label.yes).and_not(&label.no);
        (!unknown.is_empty()).then(|| Among::of(self.numbers.places(), &self.kept, &unknown))
    }
}

/// The days of pumps, and those of rugs.
fn by_target(days: &[OfDay]) -> [Vec<MannWhitney>; 2] {
    [0, 1].map(|target| days.iter().map(|day| day[target]).collect())
}
