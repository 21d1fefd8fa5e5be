//! Who is asked about: the alerts of a window that a filter keeps, by how they count.

use domain::cohort::{Census, Standing};
use domain::timestamp::Timestamp;

use crate::dataset::filter::Kept;
use crate::dataset::{Bitmap, Snapshot};

/// `[start, end)` on `alerted_at`; an open end is unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub start: Option<Timestamp>,
    /// The first moment after it.
    pub end: Option<Timestamp>,
}

/// The alerts that are asked about.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The matured ones: these alone enter rates.
    pub matured: Bitmap,
    /// The ones whose feed was lost.
    pub lost: Bitmap,
    /// The ones that are still followed.
    pub pending: Bitmap,
    /// How many there are of each standing.
    pub census: Census,
    /// A filter chose them: such a look describes, and gets no verdict.
    pub is_filtered: bool,
    /// All alerts since the beginning: the one question of which anything is decided.
    pub is_standing: bool,
}

impl Selection {
    /// The alerts of `window` that a filter keeps. How an alert counts is a fact of its token's whole history: it is
    /// settled before either is applied.
    #[must_use]
    pub fn of(snapshot: &Snapshot, window: Window, kept: &Kept) -> Self {
        let mut rows = Bitmap::of_range(snapshot.len(), snapshot.rows_between(window.start, window.end));
        if let Some(kept) = kept.rows() {
            rows.intersect(kept);
        }
        Self {
            matured: rows.and(snapshot.standing(Standing::Matured)),
            lost: rows.and(snapshot.standing(Standing::Lost)),
            pending: rows.and(snapshot.standing(Standing::Pending)),
            census: snapshot.standings().census(&rows),
            is_filtered: !kept.is_everything(),
            is_standing: kept.is_everything() && window == Window::default(),
        }
    }

    /// The first and the last alert of the matured ones.
    #[must_use]
    pub fn span(&self, snapshot: &Snapshot) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.matured.first()?, self.matured.last()?);
        Some((snapshot.alerted_at(first), snapshot.alerted_at(last)))
    }

    /// Over how many days the matured ones lie, from the first to the last; one at the least, none for none.
    #[must_use]
    pub fn days(&self, snapshot: &Snapshot) -> Option<f64> {
        let (first, last) = self.span(snapshot)?;
        Some((last.since(first).as_secs_f64() / 86_400.0).max(1.0))
    }
}
