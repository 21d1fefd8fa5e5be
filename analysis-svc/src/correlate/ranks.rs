//! Whether a number ranks pumps and rugs, over all alerts and day by day, and whether it rises with the gain: all from one walk.

use super::code;
use super::sorted::{Entry, Sorted};
use super::tabulate::places::Ranks as GainRanks;
use crate::inference::Target;
use crate::statistics::rank::mann_whitney::{MannWhitney, TieGroup};
use crate::statistics::rank::spearman::Spearman;

/// What a walk over a sorted number finds.
#[derive(Clone, Debug)]
pub struct Ranks {
    /// Pumps against others, and rugs against others, over all days.
    pub all: [MannWhitney; 2],
    /// The same within each day.
    pub days: [Vec<MannWhitney>; 2],
    /// With the greatest gain.
    pub spearman: Option<Spearman>,
}

/// The walk so far.
struct Walk<'a> {
    all: [MannWhitney; 2],
    days: [Vec<MannWhitney>; 2],
    gains: Option<&'a GainRanks<'a>>,
    /// How many entries with a known gain there were.
    ranked: i64,
    products: i128,
    ties: u128,
    /// Of the run of equal values at hand: its outcomes by day, and the days that have any.
    equal: Vec<[TieGroup; 2]>,
    touched: Vec<usize>,
}

impl Ranks {
    /// Of the entries; `gains` are the ranks of the greatest gains of those of which one is known.
    #[must_use]
    pub fn of(sorted: &Sorted, days: usize, gains: Option<&GainRanks<'_>>) -> Self {
        let mut walk = Walk {
            all: Default::default(),
            days: [vec![MannWhitney::default(); days], vec![MannWhitney::default(); days]],
            gains,
            ranked: 0,
            products: 0,
            ties: 0,
            equal: vec![Default::default(); days],
            touched: Vec::new(),
        };
        let entries = sorted.entries();
        let mut place = 0;
        while place < entries.len() {
            let run = if sorted.begins(place + 1) { 1 } else { sorted.run(place) };
            if run == 1 {
                walk.single(entries[place]);
            } else {
                walk.equals(&entries[place..place + run]);
            }
            place += run;
        }
        let spearman = gains
            .and_then(|gains| Spearman::of_sums(u64::from(gains.count()), walk.products, [walk.ties, gains.ties()]));
        Self { all: walk.all, days: walk.days, spearman }
    }
}

impl Walk<'_> {
    fn single(&mut self, Entry { row, code }: Entry) {
        let day = code::day(code);
        for (place, target) in Target::ALL.into_iter().enumerate() {
            if let Some(had) = code::outcome(code, target) {
                self.all[place].add_single(had);
                self.days[place][day].add_single(had);
            }
        }
        if let Some(gains) = self.gains
            && code::outcome(code, Target::Pump).is_some()
        {
            let middle = i64::from(gains.count()) + 1;
            let products = (2 * self.ranked + 2 - middle) * (i64::from(gains.double_midrank(row)) - middle);
            self.products += i128::from(products);
            self.ranked += 1;
        }
    }

    fn equals(&mut self, entries: &[Entry]) {
        let mut all = [TieGroup::default(); 2];
        let (mut known, mut centred) = (0_i64, 0_i64);
        for &Entry { row, code } in entries {
            let day = code::day(code);
            let groups = &mut self.equal[day];
            if *groups == <[TieGroup; 2]>::default() {
                self.touched.push(day);
            }
            for ((group, all), target) in groups.iter_mut().zip(&mut all).zip(Target::ALL) {
                match code::outcome(code, target) {
                    Some(true) => (group.positives, all.positives) = (group.positives + 1, all.positives + 1),
                    Some(false) => (group.negatives, all.negatives) = (group.negatives + 1, all.negatives + 1),
                    None => {}
                }
            }
            if let Some(gains) = self.gains
                && code::outcome(code, Target::Pump).is_some()
            {
                known += 1;
                centred += i64::from(gains.double_midrank(row)) - i64::from(gains.count()) - 1;
            }
        }
        for day in self.touched.drain(..) {
            for (days, group) in self.days.iter_mut().zip(std::mem::take(&mut self.equal[day])) {
                days[day].add(group);
            }
        }
        for (pairs, group) in self.all.iter_mut().zip(all) {
            pairs.add(group);
        }
        if let Some(gains) = self.gains {
            let double_midrank = 2 * self.ranked + known + 1;
            let distance = double_midrank - i64::from(gains.count()) - 1;
            self.products += i128::from(distance) * i128::from(centred);
            self.ranked += known;
            let size = known.unsigned_abs() as u128;
            self.ties += (size * size * size).saturating_sub(size);
        }
    }
}
