//! The outcomes of all alerts laid out for tabulation: worked out once for a revision, whatever is asked of it.

use std::sync::Arc;

use super::buckets::Buckets;
use super::places::Places;
use super::repeats::Repeats;
use crate::dataset::Snapshot;

/// What hangs on the outcomes alone.
#[derive(Debug)]
pub struct Layout {
    /// The greatest gains.
    pub gains: Buckets,
    /// The net returns of the simulated exits.
    pub exits: Buckets,
    /// Where each greatest gain stands among all.
    pub gain_places: Places,
    /// Which alerts are on one token.
    pub repeats: Repeats,
}

impl Layout {
    /// Of a revision.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Arc<Self> {
        snapshot.derived().once(|| {
            let (labels, rows) = (snapshot.labels(), snapshot.len());
            let gains = &labels.max_gain_pct.order();
            std::thread::scope(|scope| {
                let others = scope.spawn(|| (Places::of(gains, rows), Repeats::of(snapshot)));
                let buckets = [gains, &labels.exit_return_pct.order()].map(|order| Buckets::of(order, rows));
                let (gain_places, repeats) = match others.join() {
                    Ok(others) => others,
                    Err(panicked) => std::panic::resume_unwind(panicked),
                };
                let [gains, exits] = buckets;
                Self { gains, exits, gain_places, repeats }
            })
        })
    }
}
