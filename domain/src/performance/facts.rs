//! What the summary needs of one alert, packed small: a million of them fit into memory while they are sorted.

use crate::record::AlertRecord;

/// The labels and numbers of one alert that a summary counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {}

impl Facts {
    pub(super) fn of(_record: &AlertRecord) -> Self {
        todo!()
    }
}
