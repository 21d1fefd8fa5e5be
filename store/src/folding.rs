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
use domain::outcome::{Happening, Policy};

pub(crate) use refold::{fold_anew, fold_from_storage};
use state::of_tokens;
pub(crate) use state::{StoredFold, of_alert, of_alerts};

use crate::engine::Transaction;
use crate::entity::outcome::Model;
use crate::error::{Doing, StoreError};
use crate::outcomes::row;

/// New observations by token, each token's in the order of (`observed_at`, `source`).
pub(crate) type NewObservations<'a> = HashMap<i64, Vec<&'a Observation>>;

/// What the new observations made of some alerts.
#[derive(Default)]
pub(crate) struct Folded {
    /// The rows to write.
    pub(crate) rows: Vec<Model>,
    /// What happened: token, alert, and what.
    pub(crate) happenings: Vec<(i64, AlertId, Happening)>,
}

/// Folds `observations`, which are stored already, into every outcome that they touch, and writes those.
pub(crate) async fn take_in(
    transaction: &Transaction,
    observations: &NewObservations<'_>,
    policy: &Policy,
    change: i64,
) -> Result<Vec<(i64, AlertId, Happening)>, StoreError> {
    let mut folded = Folded::default();
    for stored in of_tokens(transaction, observations).await? {
        let Some(new) = observations.get(&stored.token_id) else { continue };
        take_in_one(transaction, stored, new, policy, change, &mut folded).await?;
    }
    write(transaction, &folded.rows).await?;
    Ok(folded.happenings)
}

async fn take_in_one(
    transaction: &Transaction,
    stored: StoredFold,
    new: &[&Observation],
    policy: &Policy,
    change: i64,
    folded: &mut Folded,
) -> Result<(), StoreError> {
    let (token_id, alert_id) = (stored.token_id, stored.alert_id);
    let mut happenings = Vec::new();
    let mut change_of_row = stored.dataset_change;
    let fold = match stored.in_order(new, policy, &mut happenings) {
        state::Progress::Untouched => return Ok(()),
        state::Progress::Folded(fold) => *fold,
        state::Progress::Refold => {
            let (fold, all) = fold_from_storage(transaction, &stored, policy).await?;
            happenings = news::of_refold(&stored, all, new);
            if stored.sealed {
                change_of_row = change;
            }
            fold
        }
    };
    folded.rows.push(row::row(token_id, alert_id, change_of_row, &fold, policy));
    folded.happenings.extend(happenings.into_iter().map(|happening| (token_id, AlertId(alert_id), happening)));
    Ok(())
}

/// Overwrites outcomes.
pub(crate) async fn write(transaction: &Transaction, models: &[Model]) -> Result<(), StoreError> {
    let rows = row::rows(models);
    let sql = rows.update("outcomes", &["token_id", "alert_id"]);
    transaction.bulk(&sql, &rows).await.map(|_| ()).doing("writing outcomes")
}
