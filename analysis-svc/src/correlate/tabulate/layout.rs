//! The outcomes of all alerts laid out for tabulation: worked out once for a revision, whatever is asked of it.

use std::sync::Arc;

use super::buckets::Buckets;
use super::repeats::Repeats;
use crate::dataset::Snapshot;
use crate::statistics::split_sum::Split;

/// What hangs on the outcomes alone.
#[derive(Debug)]
pub struct Layout {
    /// The greatest gains.
    pub gains: Buckets,
    /// The net returns of the simulated exits.
    pub exits: Buckets,
    /// Where gains are split to be summed.
    pub gain_split: Split,
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
                let others = scope.spawn(|| {
                    let _ = labels.max_gain_pct.places();
                    Repeats::of(snapshot)
                });
                let buckets = [gains, &labels.exit_return_pct.order()].map(|order| Buckets::of(order, rows));
                let repeats = match others.join() {
                    Ok(repeats) => repeats,
                    Err(panicked) => std::panic::resume_unwind(panicked),
                };
                let [gains, exits] = buckets;
                Self { gains, exits, gain_split: Self::gain_split(snapshot), repeats }
            })
        })
    }

    /// Where the gains of a revision are split to be summed.
    #[must_use]
    pub fn gain_split(snapshot: &Snapshot) -> Split {
        let gains = &snapshot.labels().max_gain_pct;
        let order = gains.order();
        let ends = [order.rows().first(), order.rows().last()];
        let [least, greatest] = ends.map(|row| row.map_or(0.0, |&row| gains.value(row as usize).abs()));
        Split::of(snapshot.len(), least.max(greatest))
    }
}
