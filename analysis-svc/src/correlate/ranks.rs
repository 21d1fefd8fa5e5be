//! Whether a number ranks pumps and rugs, over all alerts and day by day, and whether it rises with the gain: all from one walk.

use super::code;
use super::sorted::{Entry, Sorted};
use super::tabulate::places::Ranks as GainRanks;
use crate::inference::Target;
use crate::statistics::rank::mann_whitney::{MannWhitney, TieGroup};
use crate::statistics::rank::pairs::Pairs;
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
struct Walk<const SPREAD: bool> {
    all: [Pairs<false>; 2],
    days: Vec<[Pairs<SPREAD>; 2]>,
    /// Of the run of equal values at hand: its outcomes by day, and the days that have any.
    equal: Vec<[TieGroup; 2]>,
    touched: Vec<usize>,
}

impl Ranks {
    /// Of the entries, without how the placements within days spread; `gains` are the ranks of the greatest gains of those of
    /// which one is known.
    #[must_use]
    pub fn described(sorted: &Sorted, days: usize, gains: &GainRanks<'_>) -> Self {
        Self { spearman: spearman(sorted, gains), ..Self::walked::<false>(sorted, days) }
    }

    /// Of the entries, with all that an interval within days needs, and nothing of gains.
    #[must_use]
    pub fn decided(sorted: &Sorted, days: usize) -> Self {
        Self::walked::<true>(sorted, days)
    }

    fn walked<const SPREAD: bool>(sorted: &Sorted, days: usize) -> Self {
        let mut walk = Walk::<SPREAD> {
            all: Default::default(),
            days: vec![Default::default(); days],
            equal: vec![Default::default(); days],
            touched: Vec::new(),
        };
        for run in sorted.runs() {
            match run {
                [entry] => walk.single(*entry),
                entries => walk.equals(entries),
            }
        }
        let of = |place: usize| walk.days.iter().map(|pairs| pairs[place].finish()).collect();
        Self { days: [of(0), of(1)], all: walk.all.map(Pairs::finish), spearman: None }
    }
}

impl<const SPREAD: bool> Walk<SPREAD> {
    fn single(&mut self, Entry { code, .. }: Entry) {
        let days = &mut self.days[code::day(code)];
        for (place, target) in Target::ALL.into_iter().enumerate() {
            let (yes, no) = code::sides(code, target);
            self.all[place].add_single(yes, no);
            days[place].add_single(yes, no);
        }
    }

    fn equals(&mut self, entries: &[Entry]) {
        for entry in entries {
            let day = code::day(entry.code);
            let groups = &mut self.equal[day];
            if *groups == <[TieGroup; 2]>::default() {
                self.touched.push(day);
            }
            for (group, target) in groups.iter_mut().zip(Target::ALL) {
                let (yes, no) = code::sides(entry.code, target);
                group.positives += yes;
                group.negatives += no;
            }
        }
        let mut all = [TieGroup::default(); 2];
        for day in self.touched.drain(..) {
            let groups = std::mem::take(&mut self.equal[day]);
            for ((pairs, all), group) in self.days[day].iter_mut().zip(&mut all).zip(groups) {
                pairs.add(group);
                all.positives += group.positives;
                all.negatives += group.negatives;
            }
        }
        for (pairs, group) in self.all.iter_mut().zip(all) {
            pairs.add(group);
        }
    }
}

/// The entries whose gain is known, by rank among themselves, against the ranks of their gains.
fn spearman(sorted: &Sorted, gains: &GainRanks<'_>) -> Option<Spearman> {
    let middle = i64::from(gains.count()) + 1;
    let known = |entry: &Entry| i64::from(code::outcome(entry.code, Target::Pump).is_some());
    let gain = |entry: &Entry| known(entry) * (i64::from(gains.double_midrank(entry.row)) - middle);
    let (mut ranked, mut products, mut ties) = (0_i64, 0_i128, 0_u128);
    for run in sorted.runs() {
        let (mut size, mut centred) = (0, 0);
        for entry in run {
            size += known(entry);
            centred += gain(entry);
        }
        let double_midrank = 2 * ranked + size + 1;
        products += i128::from(double_midrank - middle) * i128::from(centred);
        ranked += size;
        if size > 1 {
            let size = u128::from(size.unsigned_abs());
            ties += size * size * size - size;
        }
    }
    Spearman::of_sums(u64::from(gains.count()), products, [ties, gains.ties()])
}
