//! A number that has few different values: all that is asked of it follows from how many rows have each of them, by day and
//! outcome, without any order of the rows.

use super::code::{self, COMBINATIONS, Combinations};
use super::labelled::Labelled;
use super::ranks::Ranks;
use super::tabulate::levels::{FIRST, Levels, UNKNOWN};
use super::tabulate::places::Ranks as GainRanks;
use crate::dataset::chunked::CHUNK;
use crate::dataset::measures::{FEW, Measures};
use crate::inference::Target;
use crate::statistics::rank::mann_whitney::{MannWhitney, TieGroup};
use crate::statistics::rank::pairs::Pairs;
use crate::statistics::rank::spearman::Spearman;

/// Above so many counts, sorting takes no more room.
const MOST_COUNTS: usize = 1 << 16;

/// The asked rows of a number by value.
pub struct Few<'a> {
    measures: &'a Measures,
    labelled: &'a Labelled,
    /// Rising.
    values: Vec<f64>,
    /// By value and day.
    counts: Vec<Combinations>,
    days: usize,
    /// How many asked rows have a smaller value, by value, and how many have any.
    before: Vec<usize>,
}

impl<'a> Few<'a> {
    /// Of a column. `None` where it has not few values, or there are very many days.
    #[must_use]
    pub fn of(measures: &'a Measures, labelled: &'a Labelled) -> Option<Self> {
        let days = labelled.day_rows().len().max(1);
        let (codes_of_numbers, place_of) = measures.few()?;
        let values = measures.few_values();
        if (values.len() + 1) * days > MOST_COUNTS {
            return None;
        }
        // What is not asked, or not known, is counted behind all others.
        let nowhere = values.len();
        let mut counts = vec![[0; COMBINATIONS]; (nowhere + 1) * days];
        let pieces = labelled.codes().chunks(CHUNK).zip(codes_of_numbers.slices()).enumerate();
        for (index, (codes, numbers)) in pieces.filter(|&(index, _)| labelled.asks(index)) {
            let known = &measures.known().words()[index * (CHUNK / 64)..];
            for ((codes, numbers), &known) in codes.chunks(64).zip(numbers.chunks(64)).zip(known) {
                for (bit, (&code, &number)) in codes.iter().zip(numbers).enumerate() {
                    let is_in = code != code::NOT_ASKED && known >> bit & 1 == 1;
                    let place = if is_in { usize::from(place_of[usize::from(number)]) } else { nowhere };
                    counts[place * days + code::day(code)][code::combination(code)] += 1;
                }
            }
        }
        counts.truncate(nowhere * days);
        let mut before = vec![0];
        let mut sum = 0;
        for of_value in counts.chunks(days) {
            sum += of_value.iter().flatten().map(|&count| count as usize).sum::<usize>();
            before.push(sum);
        }
        Some(Self { measures, labelled, values, counts, days, before })
    }

    /// How many asked rows have a value.
    #[must_use]
    pub fn count(&self) -> usize {
        self.before.last().copied().unwrap_or_default()
    }

    /// The value at a place, were they sorted; NaN beyond the last.
    #[must_use]
    pub fn at(&self, place: usize) -> f64 {
        let value = self.before.partition_point(|&before| before <= place).wrapping_sub(1);
        self.values.get(value).copied().unwrap_or(f64::NAN)
    }

    /// The bin of each value; `begins` are the places that begin one, from the second one on.
    fn bins(&self, begins: &[usize]) -> impl Iterator<Item = usize> {
        self.before.iter().take(self.values.len()).map(|before| begins.partition_point(|begin| begin <= before))
    }

    /// The bin of each row, as a level.
    #[must_use]
    pub fn levels(&self, begins: &[usize]) -> Levels {
        let mut of_place: Vec<u8> = self.bins(begins).map(|bin| FIRST + bin as u8).collect();
        of_place.resize(FEW, UNKNOWN);
        let count = usize::from(FIRST) + begins.len() + 1;
        match self.measures.few() {
            Some((codes, place_of)) => {
                let level_of = place_of.map(|place| of_place[usize::from(place)]);
                Levels::of_few(self.labelled.combinations(), self.measures.known(), codes, &level_of, count)
            }
            None => Levels::default(),
        }
    }

    /// The outcomes by bin and day.
    #[must_use]
    pub fn by_bin_and_day(&self, begins: &[usize]) -> Vec<Combinations> {
        let mut by_bin = vec![[0; COMBINATIONS]; (begins.len() + 1) * self.days];
        for (bin, of_value) in self.bins(begins).zip(self.counts.chunks(self.days)) {
            for (sum, counts) in by_bin[bin * self.days..].iter_mut().zip(of_value) {
                sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        by_bin
    }

    /// The values with how many rows with them had which outcomes.
    pub fn combinations(&self) -> impl Iterator<Item = (f64, Combinations)> {
        self.values.iter().zip(self.counts.chunks(self.days)).map(|(&value, days)| (value, code::sum(days)))
    }

    /// By day, with all that an interval within days needs: pumps against others, and rugs against others.
    #[must_use]
    pub fn decided(&self) -> [Vec<MannWhitney>; 2] {
        Target::ALL.map(|target| self.within_days::<true>(target))
    }

    /// The same without how the placements spread, over all days too; and whether it rises with the gain: `gains` are the
    /// ranks of the greatest gains of those of which one is known.
    #[must_use]
    pub fn described(&self, gains: &GainRanks<'_>) -> Ranks {
        let all = Target::ALL
            .map(|target| MannWhitney::of_groups(self.combinations().map(|(_, counts)| group(&counts, target))));
        Ranks {
            all: all.map(MannWhitney::without_spread),
            days: Target::ALL.map(|target| self.within_days::<false>(target)),
            spearman: self.spearman(gains),
        }
    }

    fn within_days<const SPREAD: bool>(&self, target: Target) -> Vec<MannWhitney> {
        let mut pairs = vec![Pairs::<SPREAD>::default(); self.days];
        for of_value in self.counts.chunks(self.days) {
            for (pairs, counts) in pairs.iter_mut().zip(of_value) {
                pairs.add(group(counts, target));
            }
        }
        pairs.into_iter().map(Pairs::finish).collect()
    }

    fn spearman(&self, gains: &GainRanks<'_>) -> Option<Spearman> {
        let (codes_of_numbers, place_of) = self.measures.few()?;
        let middle = i64::from(gains.count()) + 1;
        // By value, of the rows whose gain is known: the sum of their gains' ranks.
        let mut centred = vec![0_i64; self.values.len() + 1];
        let pieces = self.labelled.combinations().chunks(CHUNK).zip(codes_of_numbers.slices()).enumerate();
        for (index, (combinations, numbers)) in pieces.filter(|&(index, _)| self.labelled.asks(index)) {
            let mut row = (index * CHUNK) as u32;
            let known = &self.measures.known().words()[index * (CHUNK / 64)..];
            for ((combinations, numbers), &known) in combinations.chunks(64).zip(numbers.chunks(64)).zip(known) {
                for (bit, (&of, &number)) in combinations.iter().zip(numbers).enumerate() {
                    let is_in = code::asked(of) == 1
                        && known >> bit & 1 == 1
                        && code::outcome(u32::from(of), Target::Pump).is_some();
                    let place = if is_in { usize::from(place_of[usize::from(number)]) } else { self.values.len() };
                    centred[place] += i64::from(gains.double_midrank(row)) - middle;
                    row += 1;
                }
            }
        }
        let (mut ranked, mut products, mut ties) = (0_i64, 0_i128, 0_u128);
        for ((_, counts), centred) in self.combinations().zip(centred) {
            let with_gain = code::proportion(&counts, Target::Pump).total();
            let size = with_gain as i64;
            products += i128::from(2 * ranked + size + 1 - middle) * i128::from(centred);
            ranked += size;
            let size = u128::from(with_gain);
            ties += (size * size * size).saturating_sub(size);
        }
        Spearman::of_sums(u64::from(gains.count()), products, [ties, gains.ties()])
    }
}

fn group(counts: &Combinations, target: Target) -> TieGroup {
    let all = code::proportion(counts, target);
    TieGroup { positives: all.events(), negatives: all.total() - all.events() }
}
