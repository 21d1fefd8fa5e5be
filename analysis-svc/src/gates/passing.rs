//! Which alerts a config lets through.

use domain::gate::{Catalogue, FilterConfig, Screen};

use crate::dataset::{Bitmap, Snapshot};

/// The alerts of `rows` that meet every gate of `config`.
#[must_use]
pub fn passing(snapshot: &Snapshot, catalogue: &Catalogue, config: &FilterConfig, rows: &Bitmap) -> Bitmap {
    let screen = Screen::new(catalogue, config);
    let mut kept = Bitmap::none(snapshot.len());
    let passing = rows.rows().filter(|&row| screen.passes(&snapshot.record(row).alert));
    passing.for_each(|row| kept.insert(row));
    kept
}
