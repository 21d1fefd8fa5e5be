//! Which alerts a config lets through.

use domain::gate::{Catalogue, FilterConfig};

use crate::dataset::{Bitmap, Snapshot, gates};

/// The alerts of `rows` that meet every gate of `config`.
#[must_use]
pub fn passing(snapshot: &Snapshot, catalogue: &Catalogue, config: &FilterConfig, rows: &Bitmap) -> Bitmap {
    gates::passing(snapshot, catalogue, config).and(rows)
}
