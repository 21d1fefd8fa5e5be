//! Some matured alerts with their labels and UTC days, and a feature's counts on them by day: what the tests within days rest
//! on.

use std::ops::Range;

use crate::dataset::columns::{Categories, Column, Flags, Numbers, Values};
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::Target;
use crate::inference::family::LEAST_TOKENS;
use crate::inference::within_days::Days;
use crate::statistics::proportion::{Proportion, TwoByTwo};
use crate::statistics::quantile_bins::{QuantileBins, bins_for};
use crate::statistics::rank::mann_whitney::{MannWhitney, TieGroup};
use crate::statistics::rank::order::Order;

/// The alerts that a family of questions is asked of.
#[derive(Clone, Debug)]
pub struct Labelled {
    rows: Bitmap,
    /// By row: 0 of a row that is not asked, else 1 + 9 · day + 3 · pump + rug.
    codes: Vec<u32>,
    /// The rows of each UTC day.
    days: Vec<Range<usize>>,
    /// Of pumps and of rugs, known of these alerts only.
    labels: [Flags; 2],
}

const NO: u32 = 0;
const YES: u32 = 1;
const UNKNOWN: u32 = 2;

/// What a code says of an outcome: `None` where that is unknown.
fn outcome(code: u32, target: Target) -> Option<bool> {
    let state = (code - 1) / if target == Target::Pump { 3 } else { 1 } % 3;
    (state != UNKNOWN).then_some(state == YES)
}

const fn day(code: u32) -> usize {
    ((code - 1) / 9) as usize
}

impl Labelled {
    /// The alerts of `rows`, which are matured.
    #[must_use]
    pub fn of(snapshot: &Snapshot, rows: &Bitmap) -> Self {
        let labels = snapshot.labels();
        let state = |label: &Flags, row| match label.get(row) {
            Some(true) => YES,
            Some(false) => NO,
            None => UNKNOWN,
        };
        let mut codes = vec![0; snapshot.len()];
        let mut days = snapshot.days().iter().map(|day| day.rows.end).enumerate();
        let (mut day, mut end) = (0, 0);
        for row in rows.rows() {
            while row >= end {
                let Some(next) = days.next() else { break };
                (day, end) = (next.0 as u32, next.1);
            }
            codes[row] = 1 + 9 * day + 3 * state(&labels.pump, row) + state(&labels.rug, row);
        }
        let [pump, rug] = [&labels.pump, &labels.rug].map(|label| label.only(rows));
        let ranges = snapshot.days().iter().map(|day| day.rows.clone()).collect();
        Self { rows: rows.clone(), codes, days: ranges, labels: [pump, rug] }
    }

    /// The alerts.
    #[must_use]
    pub const fn rows(&self) -> &Bitmap {
        &self.rows
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
            Values::Numbers(numbers) => self.of_numbers(&numbers.order),
            Values::Categories(categories) => self.of_categories(categories),
        }
    }

    /// How many tokens there are in each known level: true and false, the bins of a number, the words.
    #[must_use]
    pub fn known_levels(&self, column: &Column) -> Vec<u64> {
        match &column.values {
            Values::Flags(flags) => [&flags.yes, &flags.no].map(|side| u64::from(self.rows.count_and(side))).to_vec(),
            Values::Numbers(numbers) => {
                let values = self.sorted(numbers);
                QuantileBins::sizes(&values, bins_for(values.len()))
            }
            Values::Categories(categories) => {
                let mut levels = vec![0; categories.levels.len()];
                self.known(categories).for_each(|(_, code)| levels[code] += 1);
                levels
            }
        }
    }

    /// Each known level against the rest, by day: what an effect is ruled out by. Of a flag, true against false alone.
    #[must_use]
    pub fn levels(&self, column: &Column) -> [Vec<Vec<TwoByTwo>>; 2] {
        match &column.values {
            Values::Flags(flags) => self.of_flag(flags).map(|days| match days {
                Days::Flag(days) => vec![days],
                Days::Number(_) | Days::Levels(_) => Vec::new(),
            }),
            Values::Numbers(numbers) => {
                let values = self.sorted(numbers);
                let Some(bins) = QuantileBins::of_sorted(&values, bins_for(values.len())) else {
                    return [Vec::new(), Vec::new()];
                };
                let rows = self.rows.rows().filter_map(|row| Some((row, bins.bin_of(numbers.get(row)?)?)));
                self.against_the_rest(rows, bins.count())
            }
            Values::Categories(categories) => {
                let (level_of, levels) = self.pooled(categories);
                let rows = self.known(categories).map(|(row, code)| (row, level_of[code]));
                self.against_the_rest(rows, levels)
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

    fn of_flag(&self, flags: &Flags) -> [Days; 2] {
        self.labels.each_ref().map(|label| Days::Flag(by_day(&self.days, label, &flags.yes, &flags.no)))
    }

    fn of_numbers(&self, order: &Order) -> [Days; 2] {
        let mut found = Target::ALL.map(|_| vec![MannWhitney::default(); self.days.len()]);
        let mut equal = vec![[TieGroup::default(); 2]; self.days.len()];
        let mut touched: Vec<usize> = Vec::new();
        for rows in order.groups() {
            for &row in rows {
                let code = self.codes[row as usize];
                if code == 0 {
                    continue;
                }
                let groups = &mut equal[day(code)];
                if *groups == [TieGroup::default(); 2] {
                    touched.push(day(code));
                }
                for (group, target) in groups.iter_mut().zip(Target::ALL) {
                    match outcome(code, target) {
                        Some(true) => group.positives += 1,
                        Some(false) => group.negatives += 1,
                        None => {}
                    }
                }
            }
            for day in touched.drain(..) {
                for (days, group) in found.iter_mut().zip(std::mem::take(&mut equal[day])) {
                    days[day].add(group);
                }
            }
        }
        found.map(Days::Number)
    }

    fn of_categories(&self, categories: &Categories) -> [Days; 2] {
        let (level_of, levels) = self.pooled(categories);
        let rows = self.known(categories).map(|(row, code)| (row, level_of[code]));
        self.against_the_rest(rows, levels).map(Days::Levels)
    }

    /// The level of each word, and how many levels there are: a word with enough tokens is one, all others together are one.
    /// Chosen without a look at outcomes.
    #[must_use]
    pub fn pooled(&self, categories: &Categories) -> (Vec<usize>, usize) {
        let mut tokens = vec![0_u64; categories.levels.len()];
        self.known(categories).for_each(|(_, code)| tokens[code] += 1);
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

    fn against_the_rest(&self, rows: impl Iterator<Item = (usize, usize)>, levels: usize) -> [Vec<Vec<TwoByTwo>>; 2] {
        let days = self.days.len();
        let mut counts = vec![Counts::default(); levels * days];
        let mut all = vec![Counts::default(); days];
        for (row, level) in rows {
            let code = self.codes[row];
            counts[level * days + day(code)].add(code);
            all[day(code)].add(code);
        }
        Target::ALL.map(|target| {
            let table = |(with, all): (&Counts, &Counts)| {
                let (with, all) = (with.of(target), all.of(target));
                let without = Proportion::new(all.events() - with.events(), all.total() - with.total());
                TwoByTwo { with, without: without.unwrap_or_default() }
            };
            counts.chunks(days.max(1)).map(|days| days.iter().zip(&all).map(table).collect()).collect()
        })
    }

    fn known<'a>(&'a self, categories: &'a Categories) -> impl Iterator<Item = (usize, usize)> + 'a {
        let rows = self.rows.rows().map(|row| (row, categories.code(row)));
        rows.filter(|&(_, code)| code != Categories::UNKNOWN).map(|(row, code)| (row, code as usize))
    }

    fn sorted(&self, numbers: &Numbers) -> Vec<f64> {
        let rows = numbers.order.rows().iter().map(|&row| row as usize);
        rows.filter(|&row| self.codes[row] != 0).map(|row| numbers.value(row)).collect()
    }
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

/// Pumps, no pumps, rugs and no rugs.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    had: [u64; 2],
    all: [u64; 2],
}

impl Counts {
    fn add(&mut self, code: u32) {
        for (place, target) in Target::ALL.into_iter().enumerate() {
            if let Some(had) = outcome(code, target) {
                self.had[place] += u64::from(had);
                self.all[place] += 1;
            }
        }
    }

    fn of(&self, target: Target) -> Proportion {
        let place = usize::from(target == Target::Rug);
        Proportion::new(self.had[place], self.all[place]).unwrap_or_default()
    }
}
