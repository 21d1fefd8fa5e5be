//! The alerts laid out for counting: those of one day with one outcome lie together, in whole words. Then a single popcount
//! of a combination says how many alerts it has, how many pumps and how many rugs, and each of that by day.

use std::ops::Range;

use super::counts::Counts;
use crate::inference::Target;

/// One alert to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The row that it has in the data.
    pub row: u32,
    /// The UTC day; any number that is the same for alerts of the same day.
    pub day: u32,
    /// Whether it pumped.
    pub pump: Option<bool>,
    /// Whether it was a rug.
    pub rug: Option<bool>,
}

/// The place of every alert, a bit in words.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The row at each bit; `NOBODY` in the gaps behind a segment.
    places: Vec<u32>,
    days: Vec<Day>,
    all: Counts,
}

const NOBODY: u32 = u32::MAX;

/// The alerts of one day.
#[derive(Clone, Debug)]
pub struct Day {
    /// Their words.
    pub words: Range<usize>,
    /// The words of each outcome, counted from the day's first.
    segments: Vec<Segment>,
    pump: OfDay,
    rug: OfDay,
}

#[derive(Clone, Debug)]
struct Segment {
    words: Range<usize>,
    pump: Option<bool>,
    rug: Option<bool>,
}

/// How many of a day's alerts have an outcome.
#[derive(Clone, Copy, Debug, Default)]
struct OfDay {
    events: u32,
    known: u32,
}

impl OfDay {
    fn rate(self) -> f64 {
        if self.known == 0 { 0.0 } else { f64::from(self.events) / f64::from(self.known) }
    }
}

impl Layout {
    /// Lays alerts out. The order in which they are given makes no difference.
    #[must_use]
    pub fn of(mut cases: Vec<Case>) -> Self {
        cases.sort_unstable_by_key(|case| (case.day, case.pump, case.rug, case.row));
        let mut layout = Self { places: Vec::with_capacity(cases.len()), days: Vec::new(), all: Counts::default() };
        for of_day in cases.chunk_by(|a, b| a.day == b.day) {
            layout.push_day(of_day);
        }
        let all = vec![u64::MAX; layout.words()];
        layout.all = layout.count(&all);
        layout
    }

    fn push_day(&mut self, cases: &[Case]) {
        let first = self.words();
        let (mut pump, mut rug) = (OfDay::default(), OfDay::default());
        let mut segments = Vec::new();
        for alike in cases.chunk_by(|a, b| (a.pump, a.rug) == (b.pump, b.rug)) {
            let Some(&Case { pump: pumped, rug: rugged, .. }) = alike.first() else { continue };
            let count = u32::try_from(alike.len()).unwrap_or(u32::MAX);
            for (of_day, label) in [(&mut pump, pumped), (&mut rug, rugged)] {
                of_day.known += if label.is_some() { count } else { 0 };
                of_day.events += if label == Some(true) { count } else { 0 };
            }
            let begin = self.words() - first;
            self.places.extend(alike.iter().map(|case| case.row));
            self.places.resize(self.places.len().next_multiple_of(64), NOBODY);
            segments.push(Segment { words: begin..self.words() - first, pump: pumped, rug: rugged });
        }
        self.days.push(Day { words: first..self.words(), segments, pump, rug });
    }

    /// How many words a set takes.
    #[must_use]
    pub fn words(&self) -> usize {
        self.places.len() / 64
    }

    /// The days.
    #[must_use]
    pub fn days(&self) -> &[Day] {
        &self.days
    }

    /// How all of them did.
    #[must_use]
    pub const fn all(&self) -> &Counts {
        &self.all
    }

    /// The alerts for which `part` says 0, 1, … below `parts`, each as a set of its own.
    #[must_use]
    pub fn parted(&self, parts: usize, part: impl Fn(usize) -> Option<usize>) -> Vec<Vec<u64>> {
        let mut sets = vec![vec![0_u64; self.words()]; parts];
        for (place, &row) in self.places.iter().enumerate().filter(|(_, row)| **row != NOBODY) {
            if let Some(set) = part(row as usize).and_then(|part| sets.get_mut(part)) {
                set[place / 64] |= 1 << (place % 64);
            }
        }
        sets
    }

    /// How the alerts of a set did, by the plain way.
    #[must_use]
    pub fn count(&self, set: &[u64]) -> Counts {
        let mut counts = Counts::default();
        let places = |range: &Range<usize>| self.places[range.start * 64..range.end * 64].iter().enumerate();
        for day in &self.days {
            let mut of_day = CountsOfDay::default();
            for segment in &day.segments {
                let words = day.words.start + segment.words.start..day.words.start + segment.words.end;
                let members = places(&words)
                    .filter(|(place, row)| **row != NOBODY && set[words.start + place / 64] >> (place % 64) & 1 == 1);
                of_day.add(segment, u32::try_from(members.count()).unwrap_or(u32::MAX));
            }
            day.add_to(&mut counts, of_day);
        }
        counts
    }
}

/// How many alerts of a combination a day has.
#[derive(Clone, Copy, Debug, Default)]
struct CountsOfDay {
    alerts: u32,
    pumps: u32,
    pump_known: u32,
    rugs: u32,
    rug_known: u32,
}

impl CountsOfDay {
    #[inline]
    fn add(&mut self, segment: &Segment, count: u32) {
        let masked = |holds: bool| if holds { count } else { 0 };
        self.alerts += count;
        self.pumps += masked(segment.pump == Some(true));
        self.pump_known += masked(segment.pump.is_some());
        self.rugs += masked(segment.rug == Some(true));
        self.rug_known += masked(segment.rug.is_some());
    }
}

impl Day {
    /// Adds the day's alerts that are in both sets of the day's words.
    #[inline]
    pub fn count_both(&self, counts: &mut Counts, one: &[u64], other: &[u64]) {
        let mut of_day = CountsOfDay::default();
        for segment in &self.segments {
            let words = segment.words.clone();
            of_day.add(segment, in_both(&one[words.clone()], &other[words]));
        }
        self.add_to(counts, of_day);
    }

    #[inline]
    fn add_to(&self, counts: &mut Counts, of_day: CountsOfDay) {
        if of_day.alerts == 0 {
            return;
        }
        counts.alerts += of_day.alerts;
        let parts = [
            (Target::Pump, self.pump, of_day.pumps, of_day.pump_known),
            (Target::Rug, self.rug, of_day.rugs, of_day.rug_known),
        ];
        for (target, all, events, known) in parts {
            let count = counts.of_mut(target);
            count.events += events;
            count.known += known;
            count.trials += known.min(all.events);
            count.expected += f64::from(known) * all.rate();
        }
    }
}

/// How many bits are set in both.
#[inline]
fn in_both(one: &[u64], other: &[u64]) -> u32 {
    let count: u64 = one.iter().zip(other).map(|(one, other)| u64::from((one & other).count_ones())).sum();
    count as u32
}
