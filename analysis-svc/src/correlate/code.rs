//! What is asked about a row, in 32 bits: its UTC day and how it did. So a walk over rows in any order touches one number each.
//!
//! Bits 0–1 are the rug and 2–3 the pump (0 no, 1 yes, 2 unknown), bit 4 that it is asked, 5–30 the day's place.

use crate::inference::Target;
use crate::statistics::proportion::{Proportion, TwoByTwo};

/// The code of a row that is not asked.
pub const NOT_ASKED: u32 = 0;
/// The bit of a row that is asked.
pub const ASKED: u32 = 1 << 4;
/// How many combinations of outcomes there are room for.
pub const COMBINATIONS: usize = 16;
/// How many rows had each combination of outcomes.
pub type Combinations = [u32; COMBINATIONS];

const NO: u32 = 0;
const YES: u32 = 1;
const UNKNOWN: u32 = 2;

/// The code of a row that is asked; whether it was a pump and a rug, as bits: (yes, no).
#[must_use]
pub const fn of(day: usize, pump: (u64, u64), rug: (u64, u64)) -> u32 {
    (day as u32) << 5 | ASKED | state(pump) << 2 | state(rug)
}

const fn state((yes, no): (u64, u64)) -> u32 {
    if yes == 1 {
        YES
    } else if no == 1 {
        NO
    } else {
        UNKNOWN
    }
}

/// The place of the day.
#[must_use]
pub const fn day(code: u32) -> usize {
    (code >> 5) as usize
}

/// Which combination of outcomes it has.
#[must_use]
pub const fn combination(code: u32) -> usize {
    code as usize % COMBINATIONS
}

/// The lowest bits of a code: the combination, and whether it is asked.
#[must_use]
pub const fn lowest(code: u32) -> u8 {
    (code & (ASKED | (COMBINATIONS as u32 - 1))) as u8
}

/// The code with these lowest bits, of an asked row of this day.
#[must_use]
pub const fn with_day(lowest: u8, day: usize) -> u32 {
    (day as u32) << 5 | lowest as u32
}

/// Of the lowest bits: 1 where it is asked, 0 where not.
#[must_use]
pub const fn asked(lowest: u8) -> u8 {
    lowest >> 4 & 1
}

/// What it says of an outcome: `None` where that is unknown.
#[must_use]
pub const fn outcome(code: u32, target: Target) -> Option<bool> {
    let state = match target {
        Target::Pump => code >> 2 & 3,
        Target::Rug => code & 3,
    };
    if state == UNKNOWN { None } else { Some(state == YES) }
}

/// The same as (1, 0) where it had the outcome, (0, 1) where it had not, and (0, 0) where that is unknown.
#[must_use]
pub const fn sides(code: u32, target: Target) -> (u64, u64) {
    let state = match target {
        Target::Pump => code >> 2 & 3,
        Target::Rug => code & 3,
    };
    ((state == YES) as u64, (state == NO) as u64)
}

/// How many had an outcome, of those of which it is known.
#[must_use]
pub fn proportion(counts: &Combinations, target: Target) -> Proportion {
    let (mut events, mut total) = (0, 0);
    for (code, &count) in (0..).zip(counts) {
        if let Some(had) = outcome(code, target) {
            total += u64::from(count);
            events += u64::from(count) * u64::from(had);
        }
    }
    Proportion::new(events, total).unwrap_or_default()
}

/// All of them together.
#[must_use]
pub fn sum(counts: &[Combinations]) -> Combinations {
    counts.iter().fold([0; COMBINATIONS], |mut sum, counts| {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        sum
    })
}

/// Each level against the rest, by day, from the levels' days; levels of which nothing is known are not among them.
#[must_use]
pub fn against_the_rest<'a>(levels: &[&'a [Combinations]], target: Target) -> Vec<Vec<TwoByTwo>> {
    let days = levels.first().map_or(0, |days| days.len());
    let all: Vec<Proportion> = (0..days)
        .map(|day| {
            let of_levels = levels.iter().map(|days| proportion(&days[day], target));
            let (events, total) = of_levels.fold((0, 0), |sum, of| (sum.0 + of.events(), sum.1 + of.total()));
            Proportion::new(events, total).unwrap_or_default()
        })
        .collect();
    let table = |(with, all): (Proportion, &Proportion)| {
        let without = Proportion::new(all.events() - with.events(), all.total() - with.total());
        TwoByTwo { with, without: without.unwrap_or_default() }
    };
    let level =
        |days: &&'a [Combinations]| days.iter().map(|counts| proportion(counts, target)).zip(&all).map(table).collect();
    levels.iter().map(level).collect()
}
