//! Numbers, kept as small as they are: few different ones as codes of a byte, whole ones in four bytes, others in eight.

use std::collections::HashMap;
use std::ops::Range;

use super::bitmap::Bitmap;
use super::chunked::{Builder, CHUNK, Chunked};
use super::plan::{Plan, Segment};

/// A number, or nothing, for each row. Cheap to clone but for a bit per row.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    cells: Cells,
    known: Bitmap,
}

#[derive(Clone, Debug)]
enum Cells {
    /// At most [`FEW`] different values; a code is an index.
    Few {
        codes: Chunked<u8>,
        levels: Vec<f64>,
    },
    Whole(Chunked<i32>),
    Any(Chunked<f64>),
}

/// As many values as a byte can tell apart.
pub const FEW: usize = 1 << 8;

impl Default for Cells {
    fn default() -> Self {
        Self::Few { codes: Chunked::default(), levels: Vec::new() }
    }
}

impl Measures {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of which the number is known.
    #[must_use]
    pub const fn known(&self) -> &Bitmap {
        &self.known
    }

    /// The number of a row, where it is known.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        self.known.contains(row).then(|| self.raw(row))
    }

    /// The number of a row; NaN where it is unknown.
    #[must_use]
    pub fn value(&self, row: usize) -> f64 {
        if self.known.contains(row) { self.raw(row) } else { f64::NAN }
    }

    /// Whatever stands in the place of a row: its number, if it is known.
    fn raw(&self, row: usize) -> f64 {
        match &self.cells {
            Cells::Few { codes, levels } => levels.get(usize::from(codes.at(row))).copied().unwrap_or(f64::NAN),
            Cells::Whole(numbers) => f64::from(numbers.at(row)),
            Cells::Any(numbers) => numbers.at(row),
        }
    }

    /// The known numbers with their rows, by row.
    pub fn known_values(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        (0..).zip(self.iter()).filter(|(_, value)| !value.is_nan())
    }

    /// All numbers by row; NaN where unknown.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        // One loop per representation would be three times this; the branch is always taken the same way.
        let mut few = None;
        let mut whole = None;
        let mut any = None;
        match &self.cells {
            Cells::Few { codes, levels } => few = Some((codes.iter(), levels)),
            Cells::Whole(numbers) => whole = Some(numbers.iter()),
            Cells::Any(numbers) => any = Some(numbers.iter()),
        }
        (0..self.len()).map(move |row| {
            let value = if let Some(numbers) = &mut any {
                numbers.next()
            } else if let Some(numbers) = &mut whole {
                numbers.next().map(f64::from)
            } else {
                few.as_mut().and_then(|(codes, levels)| levels.get(usize::from(codes.next()?)).copied())
            };
            value.filter(|_| self.known.contains(row)).unwrap_or(f64::NAN)
        })
    }

    /// The numbers of the rows of one piece ([`CHUNK`](super::chunked::CHUNK) rows from `index · CHUNK` on), read where they lie or written to
    /// `buffer`. What stands where a number is unknown means nothing.
    #[must_use]
    pub fn piece<'a>(&'a self, index: usize, buffer: &'a mut Vec<f64>) -> &'a [f64] {
        buffer.clear();
        match &self.cells {
            Cells::Any(numbers) => return numbers.piece(index),
            Cells::Whole(numbers) => buffer.extend(numbers.piece(index).iter().map(|&number| f64::from(number))),
            Cells::Few { codes, levels } => {
                let level = |&code: &u8| levels.get(usize::from(code)).copied().unwrap_or(f64::NAN);
                buffer.extend(codes.piece(index).iter().map(level));
            }
        }
        buffer
    }

    /// Calls `take` with the known numbers of `rows` within a range, by row; how many there are.
    pub fn each_of(&self, rows: &Bitmap, range: Range<usize>, mut take: impl FnMut(f64)) -> u32 {
        let (mut buffer, mut count) = (Vec::new(), 0);
        let end = range.end.min(self.len());
        for index in range.start / CHUNK..end.div_ceil(CHUNK) {
            let begin = index * CHUNK;
            let values = self.piece(index, &mut buffer);
            for (word, bits) in rows.words_within(range.start.max(begin)..end.min(begin + CHUNK)) {
                let mut rest = bits & self.known.words()[word];
                count += rest.count_ones();
                while rest != 0 {
                    take(values[word * 64 + rest.trailing_zeros() as usize - begin]);
                    rest &= rest - 1;
                }
            }
        }
        count
    }

    /// The least and the greatest of the known numbers of `rows`.
    #[must_use]
    pub fn extremes(&self, rows: &Bitmap) -> Option<(f64, f64)> {
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        let count = self.each_of(rows, 0..self.len(), |value| {
            least = least.min(value);
            greatest = greatest.max(value);
        });
        (count > 0).then_some((least, greatest))
    }

    /// Whether there are so few different ones that a row has a code of a byte for its number.
    #[must_use]
    pub const fn is_few(&self) -> bool {
        matches!(self.cells, Cells::Few { .. })
    }

    /// Where there are few different ones: the code of each row, which means nothing where the number is unknown, and the
    /// places of the codes' numbers among all, by rising number.
    #[must_use]
    pub fn few(&self) -> Option<(&Chunked<u8>, [u8; FEW])> {
        let Cells::Few { codes, levels } = &self.cells else { return None };
        let mut rising: Vec<usize> = (0..levels.len()).collect();
        rising.sort_unstable_by(|&one, &other| levels[one].total_cmp(&levels[other]));
        let mut place_of = [0; FEW];
        for (place, code) in rising.into_iter().enumerate() {
            place_of[code] = u8::try_from(place).unwrap_or(u8::MAX);
        }
        Some((codes, place_of))
    }

    /// Where there are few different ones: all of them, rising; some may be of no row any more.
    #[must_use]
    pub fn few_values(&self) -> Vec<f64> {
        let Cells::Few { levels, .. } = &self.cells else { return Vec::new() };
        let mut rising = levels.clone();
        rising.sort_unstable_by(f64::total_cmp);
        rising
    }

    /// The rows whose number is known and `holds`.
    #[must_use]
    pub fn rows_where(&self, holds: impl Fn(f64) -> bool) -> Bitmap {
        let mut rows = match &self.cells {
            Cells::Few { codes, levels } => {
                let mut holding = [false; FEW];
                holding.iter_mut().zip(levels).for_each(|(cell, &level)| *cell = holds(level));
                codes.rows_where(|code| holding[usize::from(code)])
            }
            Cells::Whole(numbers) => numbers.rows_where(|number| holds(f64::from(number))),
            Cells::Any(numbers) => numbers.rows_where(holds),
        };
        rows.intersect(&self.known);
        rows
    }

    /// The greatest of all.
    #[must_use]
    pub fn greatest(&self) -> Option<f64> {
        self.extremes(&self.known).map(|(_, greatest)| greatest)
    }

    /// The same numbers, as if of no row outside `rows` anything were known.
    #[must_use]
    pub fn only(&self, rows: &Bitmap) -> Self {
        Self { cells: self.cells.clone(), known: self.known.and(rows) }
    }

    /// The numbers of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let cells = match &self.cells {
            Cells::Few { codes, levels } => Cells::Few { codes: codes.gather(rows), levels: levels.clone() },
            Cells::Whole(numbers) => Cells::Whole(numbers.gather(rows)),
            Cells::Any(numbers) => Cells::Any(numbers.gather(rows)),
        };
        Self { cells, known: rows.iter().map(|&row| self.known.contains(row as usize)).collect() }
    }

    /// The numbers of the next revision: `fresh` are those of the rows that changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, fresh: &Self) -> Self {
        let known = splice(&self.known, plan, &fresh.known);
        let mut cells = self.cells.clone();
        let fresh_cells = cells.admit(&fresh.iter().collect::<Vec<_>>());
        let cells = match (&cells, &fresh_cells) {
            (Cells::Few { codes, levels }, Cells::Few { codes: fresh, .. }) => {
                Cells::Few { codes: codes.spliced(plan, fresh), levels: levels.clone() }
            }
            (Cells::Whole(numbers), Cells::Whole(fresh)) => Cells::Whole(numbers.spliced(plan, fresh)),
            _ => Cells::Any(cells.widest().spliced(plan, &fresh_cells.widest())),
        };
        Self { cells, known }
    }

    /// Unknown in all of `len` rows.
    #[must_use]
    pub fn unknown(len: usize) -> Self {
        (0..len).map(|_| None).collect()
    }

    /// The memory that it takes, in bytes, shared or not.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let cells = match &self.cells {
            Cells::Few { codes, levels } => codes.bytes() + levels.capacity() * 8,
            Cells::Whole(numbers) => numbers.bytes(),
            Cells::Any(numbers) => numbers.bytes(),
        };
        cells + self.known.bytes()
    }
}

impl Cells {
    /// Makes itself wide enough for `fresh` numbers too (NaN for none), and returns them laid out alike.
    fn admit(&mut self, fresh: &[f64]) -> Self {
        let is_whole = fresh.iter().all(|&value| value.is_nan() || whole(value).is_some());
        if let Self::Few { codes, levels } = self {
            let mut wider = levels.clone();
            for value in fresh.iter().filter(|value| !value.is_nan()) {
                if !wider.contains(value) {
                    wider.push(*value);
                }
            }
            if wider.len() <= FEW {
                let code = |value: &f64| wider.iter().position(|level| level == value).unwrap_or(0);
                let fresh = fresh.iter().map(|value| u8::try_from(code(value)).unwrap_or(0)).collect();
                *levels = wider;
                return Self::Few { codes: fresh, levels: Vec::new() };
            }
            let level = |code: u8| levels.get(usize::from(code)).copied().unwrap_or(0.0);
            *self = if is_whole && levels.iter().all(|&level| whole(level).is_some()) {
                Self::Whole(codes.iter().map(|code| whole(level(code)).unwrap_or(0)).collect())
            } else {
                Self::Any(codes.iter().map(level).collect())
            };
        }
        if matches!(self, Self::Whole(_)) && !is_whole {
            *self = Self::Any(self.widest());
        }
        match self {
            Self::Whole(_) => Self::Whole(fresh.iter().map(|&value| whole(value).unwrap_or(0)).collect()),
            Self::Few { .. } | Self::Any(_) => Self::Any(fresh.iter().copied().collect()),
        }
    }

    fn widest(&self) -> Chunked<f64> {
        match self {
            Self::Few { codes, levels } => {
                codes.iter().map(|code| levels.get(usize::from(code)).copied().unwrap_or(f64::NAN)).collect()
            }
            Self::Whole(numbers) => numbers.iter().map(f64::from).collect(),
            Self::Any(numbers) => numbers.clone(),
        }
    }
}

fn whole(value: f64) -> Option<i32> {
    let is_whole = value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    is_whole.then_some(value as i32)
}

/// A column of numbers that grows, as small as it can be so far.
#[derive(Debug, Default)]
pub struct MeasuresBuilder {
    cells: Growing,
    known: Bitmap,
}

#[derive(Debug)]
enum Growing {
    Few { codes: Builder<u8>, levels: Vec<f64>, code_of: HashMap<u64, u8> },
    Whole(Builder<i32>),
    Any(Builder<f64>),
}

impl Default for Growing {
    fn default() -> Self {
        Self::Few { codes: Builder::default(), levels: Vec::new(), code_of: HashMap::new() }
    }
}

impl MeasuresBuilder {
    /// One row more. What is not finite is unknown; −0 is 0.
    pub fn push(&mut self, value: Option<f64>) {
        let value = value.filter(|value| value.is_finite()).map(|value| value + 0.0);
        self.known.push(value.is_some());
        match value {
            None => self.cells.skip(),
            Some(value) => {
                while !self.cells.push(value) {
                    self.cells.widen();
                }
            }
        }
    }

    /// The memory that it takes so far, in bytes, and its sorted order will take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        const ORDER: usize = 4;
        self.known.len() * (self.cells.width() + ORDER) + self.known.len() / 4
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Measures {
        let cells = match self.cells {
            Growing::Few { codes, levels, .. } => Cells::Few { codes: codes.finish(), levels },
            Growing::Whole(numbers) => Cells::Whole(numbers.finish()),
            Growing::Any(numbers) => Cells::Any(numbers.finish()),
        };
        Measures { cells, known: self.known }
    }
}

impl Growing {
    const fn width(&self) -> usize {
        match self {
            Self::Few { .. } => 1,
            Self::Whole(_) => 4,
            Self::Any(_) => 8,
        }
    }

    fn skip(&mut self) {
        match self {
            Self::Few { codes, .. } => codes.push(0),
            Self::Whole(numbers) => numbers.push(0),
            Self::Any(numbers) => numbers.push(f64::NAN),
        }
    }

    /// False where it is too narrow.
    fn push(&mut self, value: f64) -> bool {
        match self {
            Self::Few { codes, levels, code_of } => {
                let code = code_of.get(&value.to_bits()).copied().or_else(|| {
                    let code = u8::try_from(levels.len()).ok()?;
                    levels.push(value);
                    code_of.insert(value.to_bits(), code);
                    Some(code)
                });
                code.map(|code| codes.push(code)).is_some()
            }
            Self::Whole(numbers) => whole(value).map(|value| numbers.push(value)).is_some(),
            Self::Any(numbers) => {
                numbers.push(value);
                true
            }
        }
    }

    fn widen(&mut self) {
        *self = match std::mem::take(self) {
            Self::Few { codes, levels, .. } => {
                let all_whole = levels.iter().all(|&level| whole(level).is_some());
                let codes = codes.finish();
                let level = |code: u8| levels.get(usize::from(code)).copied().unwrap_or(0.0);
                if all_whole {
                    Self::Whole(refill(codes.iter().map(|code| whole(level(code)).unwrap_or(0))))
                } else {
                    Self::Any(refill(codes.iter().map(level)))
                }
            }
            Self::Whole(numbers) => Self::Any(refill(numbers.finish().iter().map(f64::from))),
            any @ Self::Any(_) => any,
        };
    }
}

fn refill<T: super::chunked::Cell>(values: impl Iterator<Item = T>) -> Builder<T> {
    let mut builder = Builder::default();
    values.for_each(|value| builder.push(value));
    builder
}

impl FromIterator<Option<f64>> for Measures {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let mut builder = MeasuresBuilder::default();
        values.into_iter().for_each(|value| builder.push(value));
        builder.finish()
    }
}

/// A set of rows in the next revision: `fresh` says it of the rows that changed.
#[must_use]
pub fn splice(rows: &Bitmap, plan: &Plan, fresh: &Bitmap) -> Bitmap {
    let mut spliced = Bitmap::default();
    for segment in plan.segments() {
        match segment {
            Segment::Kept(kept) => spliced.extend_from(rows, kept.clone()),
            Segment::Fresh(row) => spliced.push(fresh.contains(*row)),
        }
    }
    for change in plan.overwritten() {
        spliced.set(change.row, fresh.contains(change.fresh));
    }
    spliced
}
