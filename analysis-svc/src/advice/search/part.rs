//! Some of the cases, laid out so that a pass over them takes little memory: 17 bytes a case.

use super::cases::{Cases, Labels};
use super::centred::{Growing, PackedCounts};
use crate::gates::replay::{CAP_PCT, WINNER_PCT};

/// Some of the cases.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Which ones, ascending.
    pub rows: Vec<u32>,
    /// Net exits in percent; 0 where unknown.
    exits: Vec<f32>,
    /// The same, capped, less the day's mean: what they are worth above random thinning. 0 where unknown.
    centred: Vec<f32>,
    /// The rug label (0 or 1) less the day's rate. 0 where unknown.
    centred_rugs: Vec<f32>,
    /// What is known and true of each, one bit each.
    bits: Vec<u8>,
    /// From the first day to the last, both counted; 0 for no cases.
    pub days: i32,
}

const EXIT: u8 = 1;
const WINNER: u8 = 2;
const PUMP_KNOWN: u8 = 4;
const PUMP: u8 = 8;
const RUG_KNOWN: u8 = 16;
const RUG: u8 = 32;

impl Part {
    /// All of the cases.
    #[must_use]
    pub fn whole(cases: &Cases) -> Self {
        Self::of(cases, (0..cases.len() as u32).collect())
    }

    /// These of the cases, ascending.
    #[must_use]
    pub fn of(cases: &Cases, rows: Vec<u32>) -> Self {
        let day_of = |row: u32| cases.days[row as usize];
        let (first, last) = rows
            .iter()
            .fold((i32::MAX, i32::MIN), |(first, last), &row| (first.min(day_of(row)), last.max(day_of(row))));
        let days = if rows.is_empty() { 0 } else { last - first + 1 };
        let mut means = vec![Day::default(); days as usize];
        for &row in &rows {
            means[(day_of(row) - first) as usize].add(cases.exits[row as usize], cases.labels[row as usize]);
        }
        let mut part = Self { days, ..Self::default() };
        for &row in &rows {
            let day = &means[(day_of(row) - first) as usize];
            part.push(cases.exits[row as usize], cases.labels[row as usize], day);
        }
        part.rows = rows;
        part
    }

    fn push(&mut self, exit: f64, labels: Labels, day: &Day) {
        let is_known = !exit.is_nan();
        let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
        self.bits.push(
            bit(EXIT, is_known)
                | bit(WINNER, exit >= WINNER_PCT)
                | bit(PUMP_KNOWN, labels.pump.is_some())
                | bit(PUMP, labels.pump == Some(true))
                | bit(RUG_KNOWN, labels.rug.is_some())
                | bit(RUG, labels.rug == Some(true)),
        );
        self.exits.push(if is_known { exit as f32 } else { 0.0 });
        self.centred.push(if is_known { (exit.min(CAP_PCT) - day.exits.mean()) as f32 } else { 0.0 });
        self.centred_rugs.push(labels.rug.map_or(0.0, |is_rug| (f64::from(u8::from(is_rug)) - day.rugs.mean()) as f32));
    }

    /// How many cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds the case at `place` to sums.
    #[inline]
    pub fn add_to(&self, sums: &mut Growing, place: usize) {
        let (exit, centred) = (f64::from(self.exits[place]), f64::from(self.centred[place]));
        let counts = &COUNTS[usize::from(self.bits[place]) % COUNTS.len()];
        sums.add(counts, [exit, exit.min(CAP_PCT), centred, centred * centred, f64::from(self.centred_rugs[place])]);
    }
}

/// What each combination of bits counts.
const COUNTS: [PackedCounts; 64] = {
    let mut counts = [[0; 4]; 64];
    let mut bits = 0;
    while bits < 64 {
        let of = bits as u8;
        counts[bits] = [
            1 | one(of, EXIT) << 32,
            one(of, WINNER) | one(of, PUMP_KNOWN) << 32,
            one(of, PUMP) | one(of, RUG_KNOWN) << 32,
            one(of, RUG),
        ];
        bits += 1;
    }
    counts
};

const fn one(bits: u8, bit: u8) -> u64 {
    (bits & bit != 0) as u64
}

/// The means of one day.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    exits: Mean,
    rugs: Mean,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Day {
    fn add(&mut self, exit: f64, labels: Labels) {
        if !exit.is_nan() {
            self.exits.add(exit.min(CAP_PCT));
        }
        if let Some(is_rug) = labels.rug {
            self.rugs.add(f64::from(u8::from(is_rug)));
        }
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    fn mean(self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
}
