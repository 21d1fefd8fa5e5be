//! The alerts that are still followed, as far as they have come: they say how soon as well as others, for as long as they were
//! watched.

use std::collections::HashMap;

use domain::field::OutcomeField;
use domain::outcome::Outcome;
use domain::timestamp::Timestamp;
use store::outcomes;

use crate::dataset::{Bitmap, Snapshot};

/// Open outcomes by row.
#[derive(Debug, Default)]
pub struct Young {
    by_row: HashMap<usize, (Timestamp, Outcome)>,
}

impl Young {
    /// Those of alerts that the snapshot has and that are open in it too.
    #[must_use]
    pub fn of(snapshot: &Snapshot, open: Vec<outcomes::Young>) -> Self {
        let row = |young: &outcomes::Young| {
            snapshot.row_at(young.alerted_at, young.id).filter(|&row| snapshot.sealed_at(row).is_none())
        };
        let by_row = open.into_iter().filter_map(|young| Some((row(&young)?, (young.alerted_at, young.outcome))));
        Self { by_row: by_row.collect() }
    }

    /// Their rows, among those of `rows`.
    #[must_use]
    pub fn among(&self, rows: &Bitmap) -> Bitmap {
        let mut among = Bitmap::none(rows.len());
        self.by_row.keys().filter(|&&row| rows.contains(row)).for_each(|&row| among.insert(row));
        among
    }

    /// How long after the alert a moment of its open outcome was, in milliseconds: of `pumped_at`, `rug_hit_at` and
    /// `last_price_at` (until when it was observed). `None` where that has not been.
    #[must_use]
    pub fn delay_ms(&self, row: usize, of: OutcomeField) -> Option<u32> {
        let (alerted_at, outcome) = self.by_row.get(&row)?;
        let at = match of {
            OutcomeField::PumpedAt => outcome.pumped_at,
            OutcomeField::RugHitAt => outcome.rug_hit_at,
            OutcomeField::LastPriceAt => outcome.last_price_at,
            _ => None,
        }?;
        u32::try_from(at.since(*alerted_at).as_millis()).ok()
    }
}
