//! Some matured alerts with their labels and UTC days, and a feature's counts on them by day: what the tests within days rest
//! on.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use domain::cohort::Standing;

use super::code::{self, COMBINATIONS, Combinations};
use super::ranked::Ranked;
use super::tabulate::layout::Layout;
use super::tabulate::places::KeptPlaces;
use super::tabulate::repeats::Repeats;
use super::within_day::WholeDays;
use crate::dataset::bitmap::bytes_of_bits;
use crate::dataset::chunked::CHUNK;
use crate::dataset::columns::{Categories, Column, Flags, Numbers, Values};
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::Target;
use crate::inference::family::LEAST_TOKENS;
use crate::inference::within_days::Days;
use crate::statistics::proportion::{Proportion, TwoByTwo};

/// The alerts that a family of questions is asked of.
#[derive(Clone, Debug)]
pub struct Labelled {
    rows: Bitmap,
    /// By row.
    codes: Vec<u32>,
    /// The same without the days, for loops over all rows.
    combinations: Vec<u8>,
    /// The rows of each UTC day.
    days: Vec<Range<usize>>,
    /// Of which days all matured alerts are asked.
    is_whole: Vec<bool>,
    /// What such days say.
    whole_days: Arc<WholeDays>,
    /// Of pumps and of rugs, known of these alerts only.
    labels: [Flags; 2],
    /// Which of them are on one token, once that was asked.
    repeats: OnceLock<Repeats>,
    /// Where their greatest gains stand among all, once that was asked.
    gains: OnceLock<KeptPlaces>,
}

/// A feature's counts on the alerts that are asked.
#[derive(Clone, Debug)]
pub struct Counted {
    /// How many tokens there are in each known level: true and false, the bins of a number, the words.
    pub known_levels: Vec<u64>,
    /// The counts by day, for pumps and for rugs.
    pub days: [Days; 2],
    /// Each known level against the rest, by day: what an effect is ruled out by. Of a flag, true against false alone.
    pub levels: [Vec<Vec<TwoByTwo>>; 2],
}

/// A category's counts on the alerts that are asked.
#[derive(Clone, Debug)]
pub struct Words {
    /// How many tokens have each word, by its code.
    pub tokens: Vec<u64>,
    /// Which outcomes they had.
    pub combinations: Vec<Combinations>,
    /// Each level against the rest by day, for pumps and for rugs.
    pub levels: [Vec<Vec<TwoByTwo>>; 2],
}

/// Above so many counts of words by day, words are counted before days.
const MOST_COUNTS: usize = 1 << 16;

impl Labelled {
    /// The alerts of `rows`, which are matured.
    #[must_use]
    pub fn of(snapshot: &Snapshot, rows: &Bitmap) -> Self {
        let labels = snapshot.labels();
        let combinations = combinations(rows, [&labels.pump, &labels.rug]);
        let mut codes = vec![code::NOT_ASKED; snapshot.len()];
        for (place, day) in snapshot.days().iter().enumerate() {
            for (code, &of) in codes[day.rows.clone()].iter_mut().zip(&combinations[day.rows.clone()]) {
                *code = if code::asked(of) == 1 { code::with_day(of, place) } else { code::NOT_ASKED };
            }
        }
        let [pump, rug] = [&labels.pump, &labels.rug].map(|label| label.only(rows));
        let ranges: Vec<Range<usize>> = snapshot.days().iter().map(|day| day.rows.clone()).collect();
        let matured = snapshot.standing(Standing::Matured);
        let (others, missing) = (rows.and_not(matured), matured.and_not(rows));
        let is_whole = |day: &Range<usize>| others.count_within(day.clone()) + missing.count_within(day.clone()) == 0;
        Self {
            rows: rows.clone(),
            codes,
            combinations,
            is_whole: ranges.iter().map(is_whole).collect(),
            whole_days: WholeDays::of(snapshot),
            days: ranges,
            labels: [pump, rug],
            repeats: OnceLock::new(),
            gains: OnceLock::new(),
        }
    }

    /// Which of them are on one token.
    #[must_use]
    pub fn repeats(&self, layout: &Layout) -> &Repeats {
        self.repeats.get_or_init(|| layout.repeats.among(&self.rows))
    }

    /// Where their greatest gains stand among those of all alerts, which are `gains`.
    #[must_use]
    pub fn gain_places(&self, gains: &Numbers) -> &KeptPlaces {
        self.gains.get_or_init(|| KeptPlaces::of(gains.places(), &self.rows))
    }

    /// Whether any of the rows of a piece is asked ([`CHUNK`] rows from `index · CHUNK` on).
    #[must_use]
    pub fn asks(&self, index: usize) -> bool {
        let words = index * (CHUNK / 64)..(index + 1) * (CHUNK / 64);
        let all = self.rows.words();
        all[words.start.min(all.len())..words.end.min(all.len())].iter().any(|&word| word != 0)
    }

    /// The alerts.
    #[must_use]
    pub const fn rows(&self) -> &Bitmap {
        &self.rows
    }

    /// What is asked about each row of the dataset.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The same without the days: the lowest bits of each row's code.
    #[must_use]
    pub fn combinations(&self) -> &[u8] {
        &self.combinations
    }

    /// The rows of each UTC day.
    #[must_use]
    pub fn day_rows(&self) -> &[Range<usize>] {
        &self.days
    }

    /// Whether all matured alerts of a day are asked.
    #[must_use]
    pub fn is_whole(&self, day: usize) -> bool {
        self.is_whole.get(day).copied().unwrap_or_default()
    }

    /// What days say of which all matured alerts are asked.
    #[must_use]
    pub fn whole_days(&self) -> &WholeDays {
        &self.whole_days
    }

    /// Which of them had an outcome, where that is known.
    #[must_use]
    pub const fn label(&self, target: Target) -> &Flags {
        &self.labels[if matches!(target, Target::Pump) { 0 } else { 1 }]
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::from(self.rows.count())
    }

    /// The counts of a feature by day, for pumps and for rugs.
    #[must_use]
    pub fn days(&self, column: &Column) -> [Days; 2] {
        match &column.values {
            Values::Flags(flags) => self.of_flag(flags),
            Values::Numbers(numbers) => Ranked::of(numbers, self).decided().map(Days::Number),
            Values::Categories(categories) => self.words(categories).levels.map(Days::Levels),
        }
    }

    /// All that is counted of a feature.
    #[must_use]
    pub fn counted(&self, column: &Column) -> Counted {
        match &column.values {
            Values::Flags(flags) => {
                let days = self.of_flag(flags);
                Counted {
                    known_levels: [&flags.yes, &flags.no].map(|side| u64::from(self.rows.count_and(side))).to_vec(),
                    levels: days.each_ref().map(|days| match days {
                        Days::Flag(days) => vec![days.clone()],
                        Days::Number(_) | Days::Levels(_) => Vec::new(),
                    }),
                    days,
                }
            }
            Values::Numbers(numbers) => {
                let ranked = Ranked::of(numbers, self);
                let (known_levels, levels) = match ranked.quantile_bins() {
                    Some((_, begins)) => ranked.by_bin(&begins),
                    None => Default::default(),
                };
                let days = ranked.decided().map(Days::Number);
                Counted { known_levels, days, levels: self.levels(&levels) }
            }
            Values::Categories(categories) => {
                let Words { tokens, levels, .. } = self.words(categories);
                Counted { known_levels: tokens, days: levels.clone().map(Days::Levels), levels }
            }
        }
    }

    /// What a level of [`Days::Levels`] is called.
    #[must_use]
    pub fn level_name(&self, column: &Column, level: usize) -> Option<String> {
        let Values::Categories(categories) = &column.values else { return None };
        let (level_of, _) = self.pooled(categories);
        let mut words = categories.levels.iter().zip(level_of).filter(|(_, of)| *of == level).map(|(word, _)| word);
        let first = words.next()?;
        Some(if words.next().is_some() { "all rarer ones".to_owned() } else { first.clone() })
    }

    /// The level of each word, and how many levels there are: a word with enough tokens is one, all others together are one.
    /// Chosen without a look at outcomes.
    #[must_use]
    pub fn pooled(&self, categories: &Categories) -> (Vec<usize>, usize) {
        pooled(&self.tokens_by_word(categories))
    }

    /// How many of the alerts have each word, by its code.
    #[must_use]
    pub fn tokens_by_word(&self, categories: &Categories) -> Vec<u64> {
        let mut tokens = vec![0_u64; categories.levels.len()];
        categories.each(|row, code| {
            if let Some(tokens) = tokens.get_mut(code as usize) {
                *tokens += u64::from(self.codes[row] != code::NOT_ASKED);
            }
        });
        tokens
    }

    fn of_flag(&self, flags: &Flags) -> [Days; 2] {
        self.labels.each_ref().map(|label| Days::Flag(by_day(&self.days, label, &flags.yes, &flags.no)))
    }

    /// How often each word goes with which outcomes, and each level against the rest by day.
    #[must_use]
    pub fn words(&self, categories: &Categories) -> Words {
        let (words, days) = (categories.levels.len(), self.days.len());
        if words * days <= MOST_COUNTS {
            return self.words_by_day(categories);
        }
        let tokens = self.tokens_by_word(categories);
        let (level_of, levels) = pooled(&tokens);
        let mut by_level = vec![[0; COMBINATIONS]; levels * days];
        let mut combinations = vec![[0; COMBINATIONS]; words];
        categories.each(|row, word| {
            let code = self.codes[row];
            if let (Some(level), false) = (level_of.get(word as usize), code == code::NOT_ASKED) {
                by_level[level * days + code::day(code)][code::combination(code)] += 1;
                combinations[word as usize][code::combination(code)] += 1;
            }
        });
        Words { tokens, combinations, levels: self.levels(&by_level) }
    }

    /// The same in one pass, where there is room for the days of each word.
    fn words_by_day(&self, categories: &Categories) -> Words {
        let (words, days) = (categories.levels.len(), self.days.len());
        let mut by_word = vec![[0; COMBINATIONS]; words * days];
        categories.each(|row, word| {
            let code = self.codes[row];
            if code != code::NOT_ASKED && word != Categories::UNKNOWN {
                by_word[word as usize * days + code::day(code)][code::combination(code)] += 1;
            }
        });
        let combinations: Vec<Combinations> = by_word.chunks(days.max(1)).map(code::sum).collect();
        let tokens: Vec<u64> =
            combinations.iter().map(|counts| counts.iter().map(|&count| u64::from(count)).sum()).collect();
        let (level_of, levels) = pooled(&tokens);
        let mut by_level = vec![[0; COMBINATIONS]; levels * days];
        for ((level, counts), tokens) in level_of.iter().zip(by_word.chunks(days.max(1))).zip(&tokens) {
            for (sum, counts) in by_level[level * days..].iter_mut().zip(counts).filter(|_| *tokens > 0) {
                sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        Words { tokens, combinations, levels: self.levels(&by_level) }
    }

    fn levels(&self, counts: &[Combinations]) -> [Vec<Vec<TwoByTwo>>; 2] {
        let levels: Vec<&[Combinations]> = counts.chunks(self.days.len().max(1)).collect();
        Target::ALL.map(|target| code::against_the_rest(&levels, target))
    }
}

/// The lowest bits of each row's code: eight rows at once.
fn combinations(rows: &Bitmap, labels: [&Flags; 2]) -> Vec<u8> {
    let mut combinations = Vec::with_capacity(rows.len().next_multiple_of(64));
    let [pump, rug] = labels.map(|label| label.yes.words().iter().zip(label.no.words()));
    for ((&asked, pump), rug) in rows.words().iter().zip(pump).zip(rug) {
        for byte in 0..8 {
            let spread = |word: u64| bytes_of_bits(word, byte);
            // Yes and unknown of those that are asked, as [`code::state`] has them.
            let states = |(yes, no): (&u64, &u64)| spread(asked & yes) + 2 * spread(asked & !(yes | no));
            let eight = spread(asked) * u64::from(code::ASKED) + 4 * states(pump) + states(rug);
            combinations.extend_from_slice(&eight.to_le_bytes());
        }
    }
    combinations.truncate(rows.len());
    combinations
}

/// The level of each word from how many tokens it has, and how many levels there are.
#[must_use]
pub fn pooled(tokens: &[u64]) -> (Vec<usize>, usize) {
    let large = tokens.iter().filter(|&&tokens| tokens >= LEAST_TOKENS).count();
    let mut next = 0;
    let level_of = |&tokens: &u64| {
        if tokens < LEAST_TOKENS {
            return large;
        }
        next += 1;
        next - 1
    };
    let small = tokens.iter().any(|&tokens| tokens > 0 && tokens < LEAST_TOKENS);
    (tokens.iter().map(level_of).collect(), large + usize::from(small))
}

/// The table of each UTC day: the events among the rows of `first`, and among those of `second`.
#[must_use]
pub fn by_day(days: &[Range<usize>], label: &Flags, first: &Bitmap, second: &Bitmap) -> Vec<TwoByTwo> {
    let count = |rows: &Bitmap, of: &Bitmap, day: &Range<usize>| u64::from(rows.count_and_within(of, day.clone()));
    let side = |rows: &Bitmap, day: &Range<usize>| {
        let events = count(rows, &label.yes, day);
        Proportion::new(events, events + count(rows, &label.no, day)).unwrap_or_default()
    };
    days.iter().map(|day| TwoByTwo { with: side(first, day), without: side(second, day) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_rows_at_once_are_coded_as_one_by_one(
            rows in prop::collection::vec((any::<bool>(), prop::option::of(any::<bool>()), prop::option::of(any::<bool>())), 0..200),
        ) {
            let asked: Bitmap = rows.iter().map(|row| row.0).collect();
            let (pumps, rugs): (Flags, Flags) = (rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect());
            let bits = |label: Option<bool>| (u64::from(label == Some(true)), u64::from(label == Some(false)));
            let one = |&(asked, pump, rug)| if asked { code::lowest(code::of(3, bits(pump), bits(rug))) } else { 0 };
            prop_assert_eq!(combinations(&asked, [&pumps, &rugs]), rows.iter().map(one).collect::<Vec<u8>>());
        }
    }
}
