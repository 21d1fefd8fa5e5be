//! Keeping outcomes up to date with observations, inside a transaction that holds the tokens' locks.
//!
//! An observation in order is folded into the stored state. One that comes late, or after the seal, makes its alert fold
//! anew from all that is stored, so that any order of arrival gives what the order of time would have given.

mod news;
mod refold;
mod state;

use std::collections::HashMap;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::outcome::{Fold, Happening, Policy};
use domain::timestamp::Timestamp;

pub(crate) use refold::{fold_anew, fold_from_storage};
use state::{Progress, of_tokens};
pub(crate) use state::{StoredFold, of_alert, of_alerts};

use crate::engine::Transaction;
use crate::entity::outcome::Model;
use crate::error::{Doing, StoreError};
use crate::events;
use crate::outcomes::row;

/// New observations by token, each token's in the order of (`observed_at`, `source`).
pub(crate) type NewObservations<'a> = HashMap<i64, Vec<&'a Observation>>;

/// When, and under which number, new observations are taken in.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// The present.
    pub(crate) now: Timestamp,
    /// The number of the transaction for `dataset_change`.
    pub(crate) change: i64,
}

/// Folds `observations`, which are stored already, into every outcome that they touch, and writes those. An outcome that is
/// due by then is sealed with them: history that is brought along is whole as soon as its prices are there. Returns what
/// happened: token, alert, and what.
pub(crate) async fn take_in(
    transaction: &Transaction,
    observations: &NewObservations<'_>,
    policy: &Policy,
    moment: Moment,
) -> Result<Vec<(i64, AlertId, Happening)>, StoreError> {
    let (mut rows, mut happened) = (Vec::new(), Vec::new());
    let mut folded = |stored: &StoredFold, mut fold: Fold, mut happenings: Vec<Happening>| {
        let due = fold.seal_due(policy);
        if !fold.is_sealed() && due <= moment.now {
            fold.seal(policy, due, &mut happenings);
        }
        // What open outcomes say so far is not part of the dataset.
        let change = if fold.is_sealed() { moment.change } else { stored.dataset_change };
        rows.push(row::row(stored.token_id, stored.alert_id, change, &fold, policy));
        happened.extend(happenings.into_iter().map(|what| (stored.token_id, AlertId(stored.alert_id), what)));
    };
    let mut late = Vec::new();
    for stored in of_tokens(transaction, observations).await? {
        let Some(new) = observations.get(&stored.token_id) else { continue };
        let mut happenings = Vec::new();
        match stored.in_order(new, policy, &mut happenings) {
            Progress::Untouched => {}
            Progress::Folded(fold) => folded(&stored, *fold, happenings),
            Progress::Refold => late.push(stored),
        }
    }
    for (stored, (fold, all)) in late.iter().zip(refold::fold_many(transaction, &late, policy).await?) {
        let new = observations.get(&stored.token_id).map_or(&[][..], Vec::as_slice);
        folded(stored, fold, news::of_refold(stored, all, new));
    }
    write(transaction, &rows, moment.change).await?;
    events::tell(transaction, &happened, moment.now).await?;
    Ok(happened)
}

/// Overwrites outcomes; those numbered `change` as changes of the dataset.
pub(crate) async fn write(transaction: &Transaction, models: &[Model], change: i64) -> Result<(), StoreError> {
    let (changed, open): (Vec<_>, Vec<_>) = models.iter().partition(|model| model.dataset_change == change);
    for rows in [row::rows_of_open(&open), row::rows_of_changed(&changed)] {
        let sql = rows.update("outcomes", &["token_id", "alert_id"]);
        transaction.bulk(&sql, &rows).await.doing("writing outcomes")?;
    }
    Ok(())
}
