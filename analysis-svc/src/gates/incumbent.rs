//! What every candidate is held against: the config in force over some window, and how the alerts under it did day by day.

use std::sync::Arc;

use domain::gate::{Catalogue, FilterConfig};

use super::baseline::Baseline;
use super::replay::Replay;
use super::thinning::ByDay;
use crate::correlate::selection::{Selection, Window};
use crate::dataset::Snapshot;
use crate::dataset::filter::Kept;

/// The config in force and its alerts. It hangs on nothing that a candidate turns, and is kept with the revision.
#[derive(Clone, Debug)]
pub struct Incumbent {
    /// The alerts of the window.
    pub selection: Selection,
    /// The config in force and the matured alerts under it.
    pub baseline: Baseline,
    /// Those by day.
    pub by_day: ByDay,
}

/// What it hangs on beside the revision.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    window: Window,
    given: Option<FilterConfig>,
    catalogue: Catalogue,
}

impl Incumbent {
    /// Of the alerts of `window` under the config that is `given`, or that they obey. It is worked out once for each of the last
    /// few configs and windows.
    #[must_use]
    pub fn of(snapshot: &Snapshot, catalogue: &Catalogue, given: Option<&FilterConfig>, window: Window) -> Arc<Self> {
        let asked = Asked { window, given: given.cloned(), catalogue: catalogue.clone() };
        snapshot.derived().recent(asked, |_| {
            let selection = Selection::of(snapshot, window, &Kept::everything());
            let baseline = Baseline::of(snapshot, &selection, catalogue, given);
            let by_day = Replay::of(snapshot).by_day(&baseline.rows);
            Self { selection, baseline, by_day }
        })
    }
}
