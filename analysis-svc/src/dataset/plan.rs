//! How the rows of one revision become those of the next: which stay, which go, which are new, and which have new values.
//! Rows stand in the order of (`alerted_at`, `alert_id`), so that what is new usually comes last and moves nothing.

use std::ops::Range;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;

/// What rows are ordered by. No two alerts have one.
pub type Key = (Timestamp, AlertId);

/// Some of the rows of the next revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// These rows of the present one.
    Kept(Range<usize>),
    /// This one of the changed rows.
    Fresh(usize),
}

/// A row that stays and has new values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwritten {
    /// The row in the next revision.
    pub row: usize,
    /// The row in the present one.
    pub before: usize,
    /// The one of the changed rows that has the values.
    pub fresh: usize,
}

/// A new row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// The row in the next revision.
    pub row: usize,
    /// It stands before this row of the present one.
    pub before: usize,
    /// The one of the changed rows that it is.
    pub fresh: usize,
}

/// The way from one revision to the next.
#[derive(Clone, Debug)]
pub struct Plan {
    segments: Vec<Segment>,
    overwritten: Vec<Overwritten>,
    removed: Vec<usize>,
    unmoved: usize,
    len: usize,
}

impl Plan {
    /// From `rows` rows, whose keys `key` gives, to those with `fresh` (ascending) put in, or put in the place of the row
    /// with the same key, and without the rows `removed` (ascending).
    #[must_use]
    pub fn of(rows: usize, key: impl Fn(usize) -> Key, removed: &[usize], fresh: &[Key]) -> Self {
        let mut plan =
            Self { segments: Vec::new(), overwritten: Vec::new(), removed: removed.to_vec(), unmoved: rows, len: 0 };
        let mut removed = removed.iter().copied().peekable();
        let mut begun = 0;
        let mut keep = |plan: &mut Self, end: usize| {
            while let Some(gone) = removed.next_if(|&gone| gone < end) {
                plan.keep(begun..gone);
                plan.unmoved = plan.unmoved.min(gone);
                begun = gone + 1;
            }
            plan.keep(begun..end);
            begun = end;
        };
        let mut from = 0;
        for (index, &fresh_key) in fresh.iter().enumerate() {
            from += first_at_or_after(from, rows, &key, fresh_key);
            // A removed row with this key is put back by what is fresh.
            if from < rows && key(from) == fresh_key && !plan.is_removed(from) {
                keep(&mut plan, from + 1);
                plan.overwritten.push(Overwritten { row: plan.len - 1, before: from, fresh: index });
            } else {
                keep(&mut plan, from);
                plan.unmoved = plan.unmoved.min(from);
                plan.segments.push(Segment::Fresh(index));
                plan.len += 1;
            }
        }
        keep(&mut plan, rows);
        plan
    }

    fn keep(&mut self, rows: Range<usize>) {
        if !rows.is_empty() {
            self.len += rows.len();
            match self.segments.last_mut() {
                Some(Segment::Kept(last)) if last.end == rows.start => last.end = rows.end,
                _ => self.segments.push(Segment::Kept(rows)),
            }
        }
    }

    fn is_removed(&self, row: usize) -> bool {
        self.removed.binary_search(&row).is_ok()
    }

    /// How many rows the next revision has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Rows of the present revision below this one keep their places.
    #[must_use]
    pub const fn unmoved(&self) -> usize {
        self.unmoved
    }

    /// The rows of the next revision, in their order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The rows that stay and have new values.
    #[must_use]
    pub fn overwritten(&self) -> &[Overwritten] {
        &self.overwritten
    }

    /// The rows of the present revision that go.
    #[must_use]
    pub fn removed(&self) -> &[usize] {
        &self.removed
    }

    /// The new rows, ascending.
    pub fn inserted(&self) -> impl Iterator<Item = Inserted> + '_ {
        let (mut row, mut before) = (0, 0);
        self.segments.iter().filter_map(move |segment| match segment {
            Segment::Kept(rows) => {
                row += rows.len();
                before = rows.end;
                None
            }
            Segment::Fresh(fresh) => {
                row += 1;
                Some(Inserted { row: row - 1, before, fresh: *fresh })
            }
        })
    }

    /// All rows with new values, new or not, as (row in the next revision, changed row), in no particular order.
    pub fn touched(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let overwritten = self.overwritten.iter().map(|change| (change.row, change.fresh));
        overwritten.chain(self.inserted().map(|new| (new.row, new.fresh)))
    }

    /// Where each row of the present revision from [`Self::unmoved`] on stands in the next one; [`Self::GONE`] where it
    /// does not.
    #[must_use]
    pub fn moved(&self, rows: usize) -> Vec<u32> {
        let mut moved = vec![Self::GONE; rows - self.unmoved];
        let mut at = 0_usize;
        for segment in &self.segments {
            match segment {
                Segment::Fresh(_) => at += 1,
                Segment::Kept(kept) => {
                    let begin = kept.start.max(self.unmoved).min(kept.end);
                    at += begin - kept.start;
                    for place in &mut moved[begin - self.unmoved.min(begin)..kept.end.saturating_sub(self.unmoved)] {
                        *place = u32::try_from(at).unwrap_or(Self::GONE);
                        at += 1;
                    }
                }
            }
        }
        moved
    }

    /// Stands for a row that goes.
    pub const GONE: u32 = u32::MAX;
}

/// How far behind `from` the first row stands whose key is not before `wanted`.
fn first_at_or_after(from: usize, rows: usize, key: &impl Fn(usize) -> Key, wanted: Key) -> usize {
    let (mut low, mut high) = (from, rows);
    while low < high {
        let middle = low + (high - low) / 2;
        if key(middle) < wanted { low = middle + 1 } else { high = middle }
    }
    low - from
}
