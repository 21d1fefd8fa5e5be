//! Whether a number ranks pumps and rugs, over all alerts and day by day, and whether it rises with the gain.

use super::code::{self, COMBINATIONS};
use super::labelled::Labelled;
use super::sorted::{Entry, Sorted};
use super::tabulate::places::Ranks as GainRanks;
use crate::dataset::Bitmap;
use crate::inference::Target;
use crate::statistics::rank::mann_whitney::{MannWhitney, TieGroup};
use crate::statistics::rank::pairs::Pairs;
use crate::statistics::rank::spearman::Spearman;

/// What a number's order says.
#[derive(Clone, Debug)]
pub struct Ranks {
    /// Pumps against others, and rugs against others, over all days.
    pub all: [MannWhitney; 2],
    /// The same within each day.
    pub days: [Vec<MannWhitney>; 2],
    /// With the greatest gain.
    pub spearman: Option<Spearman>,
}

impl Ranks {
    /// Of the entries, all that are `known`, without how the placements within days spread; `gains` are the ranks of the
    /// greatest gains of those of which one is known.
    #[must_use]
    pub fn described(sorted: &Sorted, labelled: &Labelled, known: &Bitmap, gains: &GainRanks<'_>) -> Self {
        let mut walk = Walk::of(labelled.day_rows().len());
        walk.walk(sorted);
        let Walk { all, days, .. } = walk;
        let counts = |place: usize, target: Target| {
            let (label, days_rows) = (labelled.label(target), labelled.day_rows());
            let of_day = |(beaten, rows): (&Beaten, &std::ops::Range<usize>)| {
                let count = |had: &Bitmap| u64::from(had.count_and_within(known, rows.clone()));
                beaten.finish(place, count(&label.yes), count(&label.no))
            };
            days.iter().zip(days_rows).map(of_day).collect::<Vec<_>>()
        };
        let days = [counts(0, Target::Pump), counts(1, Target::Rug)];
        let total = |place: usize| {
            let sum = |count: fn(&MannWhitney) -> u64| days[place].iter().map(count).sum();
            all.finish(place, sum(MannWhitney::positives), sum(MannWhitney::negatives))
        };
        Self { all: [total(0), total(1)], days, spearman: spearman(sorted, gains) }
    }
}

/// Of the entries, by day, with all that an interval within days needs: pumps against others, and rugs against others.
#[must_use]
pub fn decided(sorted: &Sorted, days: usize) -> [Vec<MannWhitney>; 2] {
    let mut pairs = vec![<[Pairs<true>; 2]>::default(); days];
    let mut equal = vec![<[TieGroup; 2]>::default(); days];
    let mut touched = Vec::new();
    for run in sorted.runs() {
        if let [entry] = run {
            for (pairs, target) in pairs[code::day(entry.code)].iter_mut().zip(Target::ALL) {
                let (yes, no) = code::sides(entry.code, target);
                pairs.add_single(yes, no);
            }
            continue;
        }
        for entry in run {
            let day = code::day(entry.code);
            let groups = &mut equal[day];
            if *groups == <[TieGroup; 2]>::default() {
                touched.push(day);
            }
            for (group, target) in groups.iter_mut().zip(Target::ALL) {
                let (yes, no) = code::sides(entry.code, target);
                group.positives += yes;
                group.negatives += no;
            }
        }
        for day in touched.drain(..) {
            let groups = std::mem::take(&mut equal[day]);
            pairs[day].iter_mut().zip(groups).for_each(|(pairs, group)| pairs.add(group));
        }
    }
    [0, 1].map(|place| pairs.iter().map(|pairs| pairs[place].finish()).collect())
}

/// Of each combination of outcomes: all bits where it is a pump, and where it is a rug.
const HAD: [[u64; 2]; COMBINATIONS] = by_combination(true);
/// 1 where it is none.
const HAD_NOT: [[u64; 2]; COMBINATIONS] = by_combination(false);

const fn by_combination(had: bool) -> [[u64; 2]; COMBINATIONS] {
    let mut table = [[0; 2]; COMBINATIONS];
    let mut combination = 0;
    while combination < COMBINATIONS {
        let pump = code::sides(combination as u32, Target::Pump);
        let rug = code::sides(combination as u32, Target::Rug);
        table[combination] = if had { [pump.0.wrapping_neg(), rug.0.wrapping_neg()] } else { [pump.1, rug.1] };
        combination += 1;
    }
    table
}

/// How many of the entries with an outcome beat how many without it, for pumps and for rugs.
#[derive(Clone, Copy, Debug, Default)]
struct Beaten {
    /// Entries without it so far.
    without: [u64; 2],
    /// Pairs that entries with it have won against smaller ones.
    won: [u64; 2],
    /// Pairs that are even.
    even: [u64; 2],
    /// Σ (t³ − t) over the runs of t equal values.
    ties: [u128; 2],
}

impl Beaten {
    /// One entry that no other equals, above all those before. Without a branch, as no processor foretells who has the outcome.
    #[inline]
    fn add_single(&mut self, combination: usize) {
        for place in 0..2 {
            self.won[place] += self.without[place] & HAD[combination][place];
            self.without[place] += HAD_NOT[combination][place];
        }
    }

    /// A run of equal ones, above all those before: how many with and without each outcome.
    fn add(&mut self, with: [u64; 2], without: [u64; 2]) {
        for place in 0..2 {
            self.won[place] += with[place] * self.without[place];
            self.even[place] += with[place] * without[place];
            self.without[place] += without[place];
            let size = u128::from(with[place] + without[place]);
            self.ties[place] += (size * size * size).saturating_sub(size);
        }
    }

    fn finish(&self, place: usize, with: u64, without: u64) -> MannWhitney {
        MannWhitney::of_counts(with, without, 2 * self.won[place] + self.even[place], self.ties[place])
    }
}

/// The walk so far.
struct Walk {
    all: Beaten,
    days: Vec<Beaten>,
    /// Of the run of equal values at hand, by day: pumps, rugs, no pumps, no rugs.
    equal: Vec<[u64; 4]>,
    touched: Vec<usize>,
}

impl Walk {
    fn of(days: usize) -> Self {
        Self {
            all: Beaten::default(),
            days: vec![Beaten::default(); days],
            equal: vec![[0; 4]; days],
            touched: Vec::new(),
        }
    }

    fn walk(&mut self, sorted: &Sorted) {
        let entries = sorted.entries();
        let mut place = 0;
        while place < entries.len() {
            if place.is_multiple_of(64) && sorted.are_single(place / 64) {
                entries[place..place + 64].iter().for_each(|&entry| self.single(entry));
                place += 64;
                continue;
            }
            let run = &entries[place..place + sorted.run(place)];
            match run {
                [entry] => self.single(*entry),
                entries => self.equals(entries),
            }
            place += run.len();
        }
    }

    #[inline]
    fn single(&mut self, Entry { code, .. }: Entry) {
        let combination = code::combination(code);
        self.all.add_single(combination);
        self.days[code::day(code)].add_single(combination);
    }

    fn equals(&mut self, entries: &[Entry]) {
        let nothing = [0; 4];
        for &Entry { code, .. } in entries {
            let (day, combination) = (code::day(code), code::combination(code));
            let equal = &mut self.equal[day];
            // Of a short run it is noted which days it touches; in a long one all days are.
            if *equal == nothing && entries.len() < self.days.len() {
                self.touched.push(day);
            }
            for place in 0..2 {
                equal[place] += HAD[combination][place] & 1;
                equal[2 + place] += HAD_NOT[combination][place];
            }
        }
        if entries.len() >= self.days.len() {
            self.touched.extend(0..self.days.len());
        }
        let mut sum = nothing;
        for day in self.touched.drain(..) {
            let equal = std::mem::take(&mut self.equal[day]);
            if equal != nothing {
                self.days[day].add([equal[0], equal[1]], [equal[2], equal[3]]);
                sum.iter_mut().zip(equal).for_each(|(sum, equal)| *sum += equal);
            }
        }
        self.all.add([sum[0], sum[1]], [sum[2], sum[3]]);
    }
}

/// The entries whose gain is known, by rank among themselves, against the ranks of their gains.
fn spearman(sorted: &Sorted, gains: &GainRanks<'_>) -> Option<Spearman> {
    let middle = i64::from(gains.count()) + 1;
    let known = |entry: &Entry| i64::from(code::outcome(entry.code, Target::Pump).is_some());
    let gain = |entry: &Entry| known(entry) * (i64::from(gains.double_midrank(entry.row)) - middle);
    let (mut ranked, mut products, mut ties) = (0_i64, 0_i128, 0_u128);
    let entries = sorted.entries();
    let mut place = 0;
    while place < entries.len() {
        if place.is_multiple_of(64) && sorted.are_single(place / 64) {
            // First all looks at memory, so that none waits for what is done with another.
            let entries = &entries[place..place + 64];
            let mut block = [0_u32; 64];
            block.iter_mut().zip(entries).for_each(|(at, entry)| *at = gains.place(entry.row));
            for (entry, &at) in entries.iter().zip(&block) {
                let gain = known(entry) * (i64::from(gains.double_midrank_at(at)) - middle);
                products += i128::from((2 * ranked + 2 - middle) * gain);
                ranked += known(entry);
            }
            place += 64;
            continue;
        }
        let run = &entries[place..place + sorted.run(place)];
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
        place += run.len();
    }
    Spearman::of_sums(u64::from(gains.count()), products, [ties, gains.ties()])
}
