//! Who is asked about: the alerts of a window that a filter keeps, by how they count.

use domain::cohort::{Census, Standing};
use domain::filter::Filter;
use domain::timestamp::Timestamp;

use crate::dataset::{Bitmap, Snapshot};

/// `[start, end)` on `alerted_at`; an open end is unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub start: Option<Timestamp>,
    /// The first moment after it.
    pub end: Option<Timestamp>,
}

impl Window {
    /// Whether it includes a moment.
    #[must_use]
    pub fn includes(&self, moment: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= moment) && self.end.is_none_or(|end| moment < end)
    }
}

/// The alerts that are asked about.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The matured ones: these alone enter rates.
    pub matured: Bitmap,
    /// The ones whose feed was lost.
    pub lost: Bitmap,
    /// How many there are of each standing.
    pub census: Census,
    /// A filter chose them: such a look describes, and gets no verdict.
    pub is_filtered: bool,
}

impl Selection {
    /// The alerts of `window` that `filter` keeps. How an alert counts is a fact of its token's whole history: it is
    /// settled before either is applied.
    #[must_use]
    pub fn of(snapshot: &Snapshot, window: Window, filter: &Filter) -> Self {
        let is_filtered = !filter.is_everything();
        let mut selection = Self {
            matured: Bitmap::none(snapshot.len()),
            lost: Bitmap::none(snapshot.len()),
            census: Census::default(),
            is_filtered,
        };
        for (row, (record, &standing)) in snapshot.records().zip(snapshot.standings()).enumerate() {
            if !window.includes(record.alert.alerted_at) || (is_filtered && !filter.keeps(record)) {
                continue;
            }
            selection.census.add(standing);
            match standing {
                Standing::Matured => selection.matured.insert(row),
                Standing::Lost => selection.lost.insert(row),
                Standing::Pending | Standing::NoData | Standing::Repeated | Standing::Shadow => {}
            }
        }
        selection
    }

    /// The first and the last alert of the matured ones.
    #[must_use]
    pub fn span(&self, snapshot: &Snapshot) -> Option<(Timestamp, Timestamp)> {
        let mut moments = self.matured.rows().map(|row| snapshot.record(row).alert.alerted_at);
        let first = moments.next()?;
        Some((first, moments.last().unwrap_or(first)))
    }

    /// Over how many days the matured ones lie, from the first to the last; one at the least, none for none.
    #[must_use]
    pub fn days(&self, snapshot: &Snapshot) -> Option<f64> {
        let (first, last) = self.span(snapshot)?;
        Some((last.since(first).as_secs_f64() / 86_400.0).max(1.0))
    }
}
