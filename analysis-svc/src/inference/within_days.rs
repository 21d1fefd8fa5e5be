//! One question within UTC days: the counts of each day, the test that decides, the difference with its interval, and how it
//! holds from day to day. A test that ignores the day finds effects that are none where good and bad days differ.
//!
//! - A flag: the exact test given every day's margins; Mantel and Haenszel's difference with Sato's variance.
//! - A number: van Elteren's test; the days' average AUC, less ½.
//! - A category: each of its levels against the rest, as flags. The p-value is L times that of the level that stands out most,
//!   L being how many different contrasts there are (Bonferroni), and intervals are at the level that goes with that. Exact
//!   like the flags' test: with levels of 20 tokens and rare events, a χ² of many levels finds at .00004 what chance brings
//!   once in 400.

use std::ops::Range;

use crate::statistics::confidence::{Confidence, Estimate, Interval};
use crate::statistics::day_clustered::DayClustered;
use crate::statistics::mantel_haenszel;
use crate::statistics::proportion::TwoByTwo;
use crate::statistics::rank::mann_whitney::MannWhitney;
use crate::statistics::rank::van_elteren::{self, VanElteren};
use crate::statistics::strata::exact_two_sided;

/// The counts of each UTC day, by the sort of the feature.
#[derive(Clone, Debug, PartialEq)]
pub enum Days {
    /// True and false.
    Flag(Vec<TwoByTwo>),
    /// Numbers with the outcome against numbers without it.
    Number(Vec<MannWhitney>),
    /// Each level against all others.
    Levels(Vec<Vec<TwoByTwo>>),
}

impl Days {
    /// The two-sided p-value that the feature says nothing within days: 1 where no day can tell. `None` where nothing is to be
    /// compared: no token with it, or none without it.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        match self {
            Self::Flag(days) => both_sides(days).then(|| exact_two_sided(days)),
            Self::Number(days) => {
                let total = |count: fn(&MannWhitney) -> u64| days.iter().map(count).sum::<u64>();
                (total(MannWhitney::positives) > 0 && total(MannWhitney::negatives) > 0)
                    .then(|| VanElteren::of(days.iter().copied()).map_or(1.0, |all| all.p_value))
            }
            Self::Levels(levels) => {
                if !levels.iter().any(|days| both_sides(days)) {
                    return None;
                }
                let foremost = foremost(levels);
                Some(foremost.map_or(1.0, |days| (exact_two_sided(days) * contrasts(levels)).min(1.0)))
            }
        }
    }

    /// The difference with its interval, shifted so that 0 is no difference: of rates, or of the AUC from ½. Of a category, that
    /// of the level that stands out most. `None` where it is not defined.
    #[must_use]
    pub fn difference(&self, confidence: Confidence) -> Option<Estimate> {
        match self {
            Self::Flag(days) => mantel_haenszel::risk_difference(days, confidence),
            Self::Number(days) => van_elteren::auc_within(days, confidence).map(|auc| Estimate {
                value: auc.value - 0.5,
                interval: Interval { low: auc.interval.low - 0.5, high: auc.interval.high - 0.5 },
            }),
            Self::Levels(levels) => {
                let each = Confidence::with_error(confidence.error() / contrasts(levels))?;
                mantel_haenszel::risk_difference(foremost(levels)?, each)
            }
        }
    }

    /// The same difference as the days tell it. `None` with fewer than two days that can tell.
    #[must_use]
    pub fn between_days(&self) -> Option<DayClustered> {
        match self {
            Self::Flag(days) => clustered(days),
            Self::Number(days) => DayClustered::of(days.iter().filter_map(van_elteren::contribution)),
            Self::Levels(levels) => clustered(foremost(levels)?),
        }
    }

    /// The same on some of the days, by their places.
    #[must_use]
    pub fn slice(&self, days: Range<usize>) -> Self {
        fn part<Day: Clone>(all: &[Day], days: &Range<usize>) -> Vec<Day> {
            all.get(days.clone()).map(<[Day]>::to_vec).unwrap_or_default()
        }
        match self {
            Self::Flag(all) => Self::Flag(part(all, &days)),
            Self::Number(all) => Self::Number(part(all, &days)),
            // The level stays the one that stands out over all days.
            Self::Levels(levels) => Self::Flag(foremost(levels).map(|all| part(all, &days)).unwrap_or_default()),
        }
    }

    /// Which level of a category stands out most, by its place.
    #[must_use]
    pub fn foremost_level(&self) -> Option<usize> {
        match self {
            Self::Levels(levels) => foremost_place(levels),
            Self::Flag(_) | Self::Number(_) => None,
        }
    }

    /// How many contrasts share the error of an interval: more than one only for a category of more than two levels.
    #[must_use]
    pub fn contrasts(&self) -> u32 {
        match self {
            Self::Levels(levels) => contrasts(levels) as u32,
            Self::Flag(_) | Self::Number(_) => 1,
        }
    }
}

fn both_sides(days: &[TwoByTwo]) -> bool {
    let total = |count: fn(&TwoByTwo) -> u64| days.iter().map(count).sum::<u64>();
    total(|day| day.with.total()) > 0 && total(|day| day.without.total()) > 0
}

/// Of two levels, one against the rest is the other against the rest.
fn contrasts(levels: &[Vec<TwoByTwo>]) -> f64 {
    if levels.len() > 2 { levels.len() as f64 } else { 1.0 }
}

fn foremost(levels: &[Vec<TwoByTwo>]) -> Option<&[TwoByTwo]> {
    levels.get(foremost_place(levels)?).map(Vec::as_slice)
}

/// The level whose deviate lies farthest from 0; the first one of several.
fn foremost_place(levels: &[Vec<TwoByTwo>]) -> Option<usize> {
    let deviates =
        levels.iter().enumerate().filter_map(|(place, days)| Some((place, mantel_haenszel::deviate(days)?.abs())));
    deviates.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(place, _)| place)
}

fn clustered(days: &[TwoByTwo]) -> Option<DayClustered> {
    DayClustered::of(days.iter().filter_map(mantel_haenszel::contribution))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Events and total with it, and without.
    type Counts = ((u64, u64), (u64, u64));

    fn days(counts: &[Counts]) -> Vec<TwoByTwo> {
        counts.iter().map(|&(with, without)| TwoByTwo::new(with, without).expect("counts")).collect()
    }

    #[test]
    fn a_category_of_two_levels_is_a_flag() {
        let one = days(&[((12, 40), (9, 60)), ((8, 35), (14, 70))]);
        let other: Vec<TwoByTwo> = one.iter().map(|day| TwoByTwo { with: day.without, without: day.with }).collect();
        let (flag, category) = (Days::Flag(one.clone()), Days::Levels(vec![one, other]));
        assert_eq!(flag.p_value(), category.p_value());
        assert_eq!(flag.difference(Confidence::NINETY_FIVE), category.difference(Confidence::NINETY_FIVE));
    }

    #[test]
    fn what_cannot_be_compared_has_no_test_and_what_cannot_differ_says_nothing() {
        assert_eq!(Days::Flag(days(&[((3, 9), (0, 0))])).p_value(), None);
        assert_eq!(Days::Flag(days(&[((9, 9), (0, 0)), ((0, 0), (0, 9))])).p_value(), Some(1.0));
        assert_eq!(Days::Number(vec![]).p_value(), None);
        assert_eq!(Days::Levels(vec![]).p_value(), None);
        assert_eq!(Days::Levels(vec![days(&[((0, 9), (0, 5))])]).p_value(), Some(1.0));
    }

    proptest! {
        /// Every split of one day's events over three levels, with its chance: p-values up to α come no more often than α.
        #[test]
        fn the_omnibus_test_of_a_category_errs_no_more_often_than_it_says(
            sizes in prop::array::uniform3(1_u64..9), events in 1_u64..9, alpha in 0.001..0.5_f64,
        ) {
            let all: u64 = sizes.iter().sum();
            prop_assume!(events < all);
            let choose = |n: u64, k: u64| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
            let mut errs = 0.0;
            for a in 0..=sizes[0].min(events) {
                for b in 0..=sizes[1].min(events - a) {
                    let c = events - a - b;
                    if c > sizes[2] { continue; }
                    let chance = choose(sizes[0], a) * choose(sizes[1], b) * choose(sizes[2], c) / choose(all, events);
                    let level = |had: u64, of: u64| days(&[((had, of), (events - had, all - of))]);
                    let category = Days::Levels(vec![level(a, sizes[0]), level(b, sizes[1]), level(c, sizes[2])]);
                    if category.p_value().expect("compared") <= alpha { errs += chance; }
                }
            }
            prop_assert!(errs <= alpha * (1.0 + 1e-9), "{} at {}", errs, alpha);
        }
    }
}
