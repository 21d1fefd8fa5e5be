//! What the analysis loads, and how it learns that there is something new.

use domain::record::AlertRecord;
use futures::stream::BoxStream;

use crate::error::StoreError;
use crate::store::Store;

/// See [`Store::dataset`].
#[derive(Clone, Copy)]
pub struct Dataset<'a> {
    pub(crate) store: &'a Store,
}

/// A state of the dataset: every recorded alert, and every sealed outcome. It grows whenever an alert is recorded or an
/// outcome is sealed or folded anew after that. What open outcomes say so far is not part of it.
///
/// The same revision is the same data: a revision never lies beyond a transaction that may still commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub i64);

impl Dataset<'_> {
    /// The present state. One look at an index.
    pub async fn revision(&self) -> Result<Revision, StoreError> {
        todo!()
    }

    /// The alerts that changed after `after` and up to `upto`, each as it is now, in no particular order. With
    /// `Revision::default()` as `after` this is everything. An alert that was in an earlier load replaces it, by its id.
    #[must_use]
    pub fn load(&self, after: Revision, upto: Revision) -> BoxStream<'static, Result<AlertRecord, StoreError>> {
        let _ = (after, upto);
        todo!()
    }
}
