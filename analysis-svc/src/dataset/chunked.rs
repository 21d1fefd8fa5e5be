//! A column in pieces that revisions share: the next revision copies only the pieces that changed.

use std::ops::Range;
use std::sync::Arc;

use super::bitmap::Bitmap;
use super::plan::{Plan, Segment};

/// How many rows a piece has.
pub const CHUNK: usize = 1 << 13;

/// What a column can be made of.
pub trait Cell: Copy {
    /// Whether nothing would change. An unknown number is the same as another.
    fn same(self, other: Self) -> bool;
}

macro_rules! whole_cells {
    ($($type:ty)*) => {
        $(impl Cell for $type {
            fn same(self, other: Self) -> bool {
                self == other
            }
        })*
    };
}

whole_cells!(u8 u16 u32 u64 u128 i32 i64);

impl Cell for f64 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

/// One value per row. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chunked<T> {
    /// All of [`CHUNK`] rows but the last.
    chunks: Vec<Arc<[T]>>,
    len: usize,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Cell> Chunked<T> {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of a row.
    ///
    /// # Panics
    /// Where there is no such row, as a slice does.
    #[must_use]
    pub fn at(&self, row: usize) -> T {
        self.chunks[row / CHUNK][row % CHUNK]
    }

    /// All values by row.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.chunks.iter().flat_map(|chunk| chunk.iter().copied())
    }

    /// The values in pieces, for loops that a processor can run ahead in.
    pub fn slices(&self) -> impl Iterator<Item = &[T]> {
        self.chunks.iter().map(AsRef::as_ref)
    }

    /// The values of the rows of one piece: [`CHUNK`] rows from `index · CHUNK` on, none beyond the last.
    #[must_use]
    pub fn piece(&self, index: usize) -> &[T] {
        self.chunks.get(index).map(AsRef::as_ref).unwrap_or_default()
    }

    /// The rows whose value `holds`.
    #[must_use]
    pub fn rows_where(&self, holds: impl Fn(T) -> bool) -> Bitmap {
        let mut words = Vec::with_capacity(self.len.div_ceil(64));
        // A chunk has a whole number of words, all but the last one.
        for chunk in self.slices() {
            words.extend(
                chunk
                    .chunks(64)
                    .map(|values| values.iter().rev().fold(0_u64, |word, &value| word << 1 | u64::from(holds(value)))),
            );
        }
        Bitmap::from_words(words, self.len)
    }

    /// The values of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        rows.iter().map(|&row| self.at(row as usize)).collect()
    }

    /// The values of the next revision: `fresh` are those of the rows that changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, fresh: &Self) -> Self {
        let unmoved = plan.unmoved() / CHUNK;
        let mut spliced = Builder { chunks: self.chunks[..unmoved].to_vec(), open: Vec::new() };
        for segment in plan.segments() {
            match segment {
                Segment::Kept(rows) => spliced.extend_from(self, rows.start.max(unmoved * CHUNK)..rows.end),
                Segment::Fresh(row) => spliced.push(fresh.at(*row)),
            }
        }
        for change in plan.overwritten() {
            spliced.overwrite(change.row, fresh.at(change.fresh));
        }
        spliced.finish()
    }

    /// The same with some values replaced.
    #[must_use]
    pub fn overwritten(&self, changes: impl IntoIterator<Item = (usize, T)>) -> Self {
        let mut changed = Builder { chunks: self.chunks.clone(), open: Vec::new() };
        changes.into_iter().for_each(|(row, value)| changed.overwrite(row, value));
        Self { chunks: changed.chunks, len: self.len }
    }

    /// The memory that it takes, in bytes, shared or not.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.len * size_of::<T>() + self.chunks.len() * 32
    }
}

impl<T: Cell> FromIterator<T> for Chunked<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut builder = Builder::default();
        values.into_iter().for_each(|value| builder.push(value));
        builder.finish()
    }
}

/// A column that grows.
#[derive(Clone, Debug)]
pub struct Builder<T> {
    chunks: Vec<Arc<[T]>>,
    open: Vec<T>,
}

impl<T> Default for Builder<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), open: Vec::new() }
    }
}

impl<T: Cell> Builder<T> {
    /// One row more.
    pub fn push(&mut self, value: T) {
        if self.open.capacity() == 0 {
            self.open.reserve_exact(CHUNK);
        }
        self.open.push(value);
        self.close_if_full();
    }

    /// The rows of a range of a column, which begins where a chunk does if nothing was pushed yet.
    fn extend_from(&mut self, column: &Chunked<T>, rows: Range<usize>) {
        let mut at = rows.start;
        while at < rows.end {
            let chunk = &column.chunks[at / CHUNK];
            let whole = self.open.is_empty() && at.is_multiple_of(CHUNK) && rows.end - at >= CHUNK;
            if whole {
                self.chunks.push(Arc::clone(chunk));
                at += CHUNK;
                continue;
            }
            let within = at % CHUNK;
            let taken = (chunk.len() - within).min(rows.end - at).min(CHUNK - self.open.len());
            self.open.reserve_exact(CHUNK - self.open.len());
            self.open.extend_from_slice(&chunk[within..within + taken]);
            at += taken;
            self.close_if_full();
        }
    }

    fn close_if_full(&mut self) {
        if self.open.len() == CHUNK {
            self.chunks.push(Arc::from(self.open.as_slice()));
            self.open.clear();
        }
    }

    fn overwrite(&mut self, row: usize, value: T) {
        let Some(chunk) = self.chunks.get_mut(row / CHUNK) else {
            if let Some(cell) = self.open.get_mut(row % CHUNK) {
                *cell = value;
            }
            return;
        };
        if chunk.get(row % CHUNK).is_some_and(|cell| !cell.same(value)) {
            // Copies the chunk where another revision has it too.
            Arc::make_mut(chunk)[row % CHUNK] = value;
        }
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.chunks.len() * CHUNK + self.open.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column.
    #[must_use]
    pub fn finish(mut self) -> Chunked<T> {
        let len = self.len();
        if !self.open.is_empty() {
            self.chunks.push(Arc::from(self.open));
        }
        Chunked { chunks: self.chunks, len }
    }
}
