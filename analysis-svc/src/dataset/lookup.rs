//! Conditions on what is not kept in memory: every alert is read once more, and each condition asked of it.

use std::sync::Arc;

use domain::filter::Filter;
use futures::TryStreamExt;
use store::Store;
use store::dataset::{Load, Revision as Watermark, settled};

use super::filter::{LookedUp, Truth, not_kept};
use super::load::DatasetError;
use super::snapshot::Snapshot;

/// What the conditions of `filter` say that neither the columns nor `known` can answer. `None` where the store has moved on
/// since the snapshot.
pub(super) async fn look_up(
    store: &Store,
    filter: &Filter,
    watermark: Watermark,
    snapshot: &Snapshot,
    known: &LookedUp,
) -> Result<Option<LookedUp>, DatasetError> {
    let mut asked = Vec::new();
    not_kept(snapshot, filter.expression(), &mut asked);
    asked.retain(|condition| !known.contains_key(&condition.to_string()));
    if asked.is_empty() {
        return Ok(Some(LookedUp::new()));
    }
    let Load { revision, mut records, .. } = store.dataset().load(Watermark::default()).await?;
    if revision != watermark {
        return Ok(None);
    }
    let mut truths = vec![Truth::unknown(snapshot.len()); asked.len()];
    while let Some(record) = records.try_next().await? {
        let Some(row) = snapshot.row_of(&record) else { return Ok(None) };
        let settled = settled(&record);
        let record = settled.as_ref().unwrap_or(&record);
        for (truth, condition) in truths.iter_mut().zip(&asked) {
            truth.put(row, condition.truth(record));
        }
    }
    let texts = asked.iter().map(ToString::to_string);
    Ok(Some(texts.zip(truths.into_iter().map(Arc::new)).collect()))
}
