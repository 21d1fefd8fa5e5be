//! The one-sided permutation test of kept against dropped within strata (UTC days): is what was kept worth more than what
//! was dropped of the same days, by more than a random choice of the same size on the same days would be?
//!
//! Values are taken less their day's mean, so that good and bad days cancel out, and the sum over the kept is what they
//! are worth above random thinning. The statistic is studentised,
//! T = (m_k − m_d) / √(s²_k/n_k + s²_d/n_d), which keeps the test's level where only the spreads differ
//! (Janssen 1997, Statist. Probab. Lett. 36:9–21; Chung and Romano 2013, Ann. Statist. 41:484–507). Within each day the
//! labels are drawn anew, with as many dropped as there were; p = (1 + draws that reach T) / (1 + draws)
//! (Phipson and Smyth 2010). Days of which all or none were kept say nothing and are left out.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// Draws whose statistic is lower than what was seen by less than this are as great: the order of a sum is no difference.
const TIE: f64 = 1e-9;
/// Draws that would reach what was seen with a smaller chance than this, all of them together, need not be made.
const NEVER: f64 = 1e-9;

/// One test, ready to draw.
#[derive(Clone, Debug)]
pub struct Permutation {
    days: Vec<Day>,
    /// Less their day's mean, day by day.
    values: Vec<f64>,
    kept: f64,
    dropped: f64,
    squares: f64,
    /// The squares of the days of which the dropped are drawn, and not the kept.
    squares_of_dropped_days: f64,
    statistic: f64,
}

/// How many values a day has, how many of them are drawn (the fewer of kept and dropped), and whether those are the kept.
#[derive(Clone, Copy, Debug)]
struct Day {
    values: usize,
    drawn: usize,
    draws_kept: bool,
}

/// The sum, and the sum of squares, of the kept.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    plain: f64,
    squares: f64,
}

impl Permutation {
    /// Of values with their day and whether each was kept; the values are finite. `None` where no day has both kept and
    /// dropped ones, where either are fewer than two, or where all values of each day are the same.
    #[must_use]
    pub fn new(cases: impl IntoIterator<Item = (f64, u32, bool)>) -> Option<Self> {
        let mut cases: Vec<(f64, u32, bool)> = cases.into_iter().collect();
        cases.sort_by_key(|&(_, day, _)| day);
        let mut test = Self {
            days: Vec::new(),
            values: Vec::new(),
            kept: 0.0,
            dropped: 0.0,
            squares: 0.0,
            squares_of_dropped_days: 0.0,
            statistic: 0.0,
        };
        let mut sums = Sums::default();
        for day in cases.chunk_by(|a, b| a.1 == b.1) {
            let kept = day.iter().filter(|case| case.2).count();
            let dropped = day.len() - kept;
            if kept == 0 || dropped == 0 {
                continue;
            }
            let mean = day.iter().map(|case| case.0).sum::<f64>() / day.len() as f64;
            let squares_before = test.squares;
            for &(value, _, is_kept) in day {
                let value = value - mean;
                test.values.push(value);
                test.squares += value * value;
                if is_kept {
                    sums.plain += value;
                    sums.squares += value * value;
                }
            }
            if kept > dropped {
                test.squares_of_dropped_days += test.squares - squares_before;
            }
            test.kept += kept as f64;
            test.dropped += dropped as f64;
            test.days.push(Day { values: day.len(), drawn: kept.min(dropped), draws_kept: kept <= dropped });
        }
        if test.kept < 2.0 || test.dropped < 2.0 || test.squares <= 0.0 {
            return None;
        }
        test.statistic = test.studentised(sums);
        Some(test)
    }

    /// T as it was seen.
    #[must_use]
    pub const fn statistic(&self) -> f64 {
        self.statistic
    }

    /// About how many random numbers a draw takes.
    #[must_use]
    pub fn work_per_draw(&self) -> usize {
        self.days.iter().map(|day| day.drawn).sum()
    }

    /// How many of `draws` random drawings of the labels reach T. The same seed has the same answer.
    #[must_use]
    pub fn reaching(&self, seed: [u8; 32], draws: u32) -> u32 {
        let mut random = Xoshiro256PlusPlus::from_seed(seed);
        let mut values = self.values.clone();
        let least = self.statistic - TIE * self.statistic.abs().max(1.0);
        let reaches = |_: &u32| self.studentised(self.draw(&mut values, &mut random)) >= least;
        (0..draws).filter(reaches).count() as u32
    }

    /// What is kept by a random drawing of the labels: of each day the first ones of a shuffle begun anew. The order that
    /// the last one left is as good a beginning as any.
    fn draw(&self, values: &mut [f64], random: &mut Xoshiro256PlusPlus) -> Sums {
        let mut kept = Sums { plain: 0.0, squares: self.squares_of_dropped_days };
        let mut rest = values;
        for day in &self.days {
            let (values, later) = rest.split_at_mut(day.values);
            rest = later;
            let mut drawn = Sums::default();
            for place in 0..day.drawn {
                let from = place + below(random, (day.values - place) as u32) as usize;
                values.swap(place, from);
                let value = values[place];
                drawn.plain += value;
                drawn.squares += value * value;
            }
            if day.draws_kept {
                kept.plain += drawn.plain;
                kept.squares += drawn.squares;
            } else {
                // A day's values add up to nothing: what is kept is what was not drawn.
                kept.plain -= drawn.plain;
                kept.squares -= drawn.squares;
            }
        }
        kept
    }

    /// Whether a random drawing reaches T so rarely that even one of `draws` does with a chance below one in a billion.
    ///
    /// T is reached only where the sum of the kept is far from 0, or where their squares are: both are sums of draws
    /// without replacement, whose tails are no heavier than those with it (Hoeffding 1963, JASA 58:13–30, theorem 4), and
    /// so within Bernstein's bound.
    #[must_use]
    pub fn is_out_of_reach(&self, draws: u32) -> bool {
        if self.statistic <= 0.0 {
            return false;
        }
        let chance = NEVER / f64::from(draws.max(1)) / 3.0;
        let (n_kept, n_dropped) = (self.kept, self.dropped);
        let (mut variance, mut expected_squares, mut fourth, mut largest) = (0.0, 0.0, 0.0, 0.0_f64);
        let mut rest = &self.values[..];
        for day in &self.days {
            let (values, later) = rest.split_at(day.values);
            rest = later;
            let share = day.drawn as f64 / day.values as f64;
            let share_kept = if day.draws_kept { share } else { 1.0 - share };
            for value in values {
                let square = value * value;
                variance += share * square;
                expected_squares += share_kept * square;
                fourth += share * square * square;
                largest = largest.max(value.abs());
            }
        }
        let off = bernstein(fourth, largest * largest, chance);
        // The least that the spread can be, but for the sums themselves.
        let weight = n_kept.powi(-2) - n_dropped.powi(-2);
        let least = self.squares / n_dropped.powi(2) + weight * expected_squares - weight.abs() * off;
        if least <= 0.0 {
            return false;
        }
        let per_sum = 1.0 / n_kept + 1.0 / n_dropped;
        let square = self.statistic.powi(2);
        let reached = square * least / (per_sum.powi(2) + square * (n_kept.powi(-3) + n_dropped.powi(-3)));
        reached.sqrt() > bernstein(variance, largest, chance)
    }

    fn studentised(&self, kept: Sums) -> f64 {
        let Self { kept: n_kept, dropped: n_dropped, squares, .. } = *self;
        let variance = |squares: f64, sum: f64, n: f64| ((squares - sum * sum / n) / (n - 1.0)).max(0.0) / n;
        let spread =
            variance(kept.squares, kept.plain, n_kept) + variance(squares - kept.squares, kept.plain, n_dropped);
        let difference = kept.plain / n_kept + kept.plain / n_dropped;
        if spread > 0.0 { difference / spread.sqrt() } else { 0.0 }
    }
}

/// A number from 0 to `bound` − 1, each as likely as the other (Lemire 2019, ACM Trans. Model. Comput. Simul. 29:3).
fn below(random: &mut Xoshiro256PlusPlus, bound: u32) -> u32 {
    let mut product = u64::from(random.next_u32()) * u64::from(bound);
    if (product as u32) < bound {
        let threshold = bound.wrapping_neg() % bound;
        while (product as u32) < threshold {
            product = u64::from(random.next_u32()) * u64::from(bound);
        }
    }
    (product >> 32) as u32
}

/// What a sum of independent terms of mean 0, with this variance in all and none larger than `largest`, exceeds with at most
/// this chance: s² / 2 (variance + s · largest / 3) = −ln chance.
fn bernstein(variance: f64, largest: f64, chance: f64) -> f64 {
    let logarithm = -chance.ln();
    let linear = largest * logarithm / 3.0;
    linear + (linear * linear + 2.0 * variance * logarithm).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEED: [u8; 32] = [7; 32];

    /// Two days of eight; of the second all are worth 100 more.
    fn two_days() -> Vec<(f64, u32, bool)> {
        let first = [
            (-40.0, false),
            (-35.0, false),
            (-12.0, true),
            (3.0, true),
            (-20.0, true),
            (60.0, true),
            (-41.0, true),
            (1.0, false),
        ];
        let second = [
            (58.0, false),
            (70.0, true),
            (155.0, true),
            (61.0, false),
            (99.0, true),
            (66.0, false),
            (480.0, true),
            (59.0, false),
        ];
        let days = [first, second];
        days.iter()
            .zip(0..)
            .flat_map(|(day, number)| day.iter().map(move |&(value, kept)| (value, number, kept)))
            .collect()
    }

    /// Every choice of as many of each day, by the definition.
    fn plainly(cases: &[(f64, u32, bool)]) -> f64 {
        let observed = Permutation::new(cases.iter().copied()).expect("a test").statistic();
        let (mut reached, mut all) = (0_u32, 0_u32);
        let kept = |labels: u32, day: std::ops::Range<usize>| {
            cases[day.clone()].len() as u32 - (labels >> day.start & ((1 << day.len()) - 1)).count_ones()
        };
        let as_seen = cases.iter().enumerate().fold(0_u32, |bits, (place, case)| bits | u32::from(!case.2) << place);
        for labels in 0_u32..1 << cases.len() {
            let same = [0..8, 8..16].into_iter().all(|day| kept(labels, day.clone()) == kept(as_seen, day));
            if !same {
                continue;
            }
            let drawn =
                cases.iter().enumerate().map(|(place, &(value, day, _))| (value, day, labels >> place & 1 == 0));
            all += 1;
            reached += u32::from(Permutation::new(drawn).expect("a test").statistic() >= observed - 1e-9);
        }
        f64::from(reached) / f64::from(all)
    }

    #[test]
    fn draws_reach_what_was_seen_as_often_as_all_labellings_do() {
        let cases = two_days();
        let exact = plainly(&cases);
        assert!((0.001..0.2).contains(&exact), "{exact}");
        let draws = 40_000;
        let reached = f64::from(Permutation::new(cases).expect("a test").reaching(SEED, draws)) / f64::from(draws);
        let error = (exact * (1.0 - exact) / f64::from(draws)).sqrt();
        assert!((reached - exact).abs() < 4.0 * error, "{reached} and {exact} ± {error}");
    }

    #[test]
    fn a_difference_between_days_is_none_between_kept_and_dropped() {
        // The good day keeps nine in ten, the bad one one in ten: kept ones are worth more, of the same day they are not.
        let cases = (0..400_u32).map(|number| {
            let (day, turn) = (number % 2, number / 2 % 10);
            let is_kept = if day == 0 { turn < 9 } else { turn < 1 };
            (if day == 0 { 50.0 } else { -50.0 } + f64::from(number * 7_919 % 101), day, is_kept)
        });
        let test = Permutation::new(cases).expect("a test");
        assert!(test.statistic().abs() < 2.0, "{}", test.statistic());
        assert!(test.reaching(SEED, 1_000) > 20);
    }

    #[test]
    fn what_says_nothing_is_no_test() {
        assert!(Permutation::new([]).is_none());
        assert!(Permutation::new((0..50).map(|number| (f64::from(number), number % 5, number % 5 < 2))).is_none());
        assert!(Permutation::new((0..50).map(|number| (4.0, 1, number % 2 == 0))).is_none());
    }

    #[test]
    fn what_is_out_of_reach_is_never_drawn() {
        let cases = |shift: f64| {
            (0..4_000_u32).map(move |number| {
                let is_kept = number % 3 > 0;
                let value = f64::from(number * 7_919 % 997) / 10.0 - 50.0;
                (value + if is_kept { shift } else { 0.0 }, number % 7, is_kept)
            })
        };
        let (far, near) =
            (Permutation::new(cases(15.0)).expect("a test"), Permutation::new(cases(3.0)).expect("a test"));
        assert!(far.statistic() > 13.0 && far.is_out_of_reach(19_999), "{}", far.statistic());
        assert_eq!(far.reaching(SEED, 2_000), 0);
        assert!(!near.is_out_of_reach(19_999), "{}", near.statistic());
    }

    proptest! {
        #[test]
        fn neither_the_order_of_cases_nor_a_shift_of_a_day_changes_the_statistic(
            cases in prop::collection::vec((-100.0_f64..400.0, 0_u32..5, any::<bool>()), 20..120), shift in -300.0_f64..300.0,
        ) {
            let turned = cases.iter().rev().map(|&(value, day, kept)| (if day == 2 { value + shift } else { value }, day, kept));
            match (Permutation::new(cases.iter().copied()), Permutation::new(turned)) {
                (Some(one), Some(other)) => prop_assert!((one.statistic() - other.statistic()).abs() < 1e-6),
                (one, other) => prop_assert_eq!(one.is_some(), other.is_some()),
            }
        }
    }
}
