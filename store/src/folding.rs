//! Keeping outcomes up to date with observations, inside a transaction that holds the tokens' locks.
//!
//! An observation in order is folded into the stored state. One that comes late, or after the seal, makes its alert fold
//! anew from all that is stored, so that any order of arrival gives what the order of time would have given.

mod arrivals;
mod news;
mod reached;
mod refold;
mod state;

use domain::alert::AlertId;
use domain::outcome::{Fold, Happening, Policy};
use domain::timestamp::Timestamp;
use uuid::Uuid;

pub(crate) use arrivals::NewObservations;
use reached::Progress;
pub(crate) use reached::{ReachedFolds, reached_by};
pub(crate) use refold::{fold_anew, fold_from_storage, fold_open, fold_those, subject_of};
pub(crate) use state::{StoredFold, of_alert, of_alerts};

use crate::engine::{Rows, Transaction};
use crate::entity::outcome::Model;
use crate::error::{Doing, StoreError};
use crate::events;
use crate::outcomes::row;

/// Rows in one UPDATE: more gain nothing, and an alert may have any number of siblings.
const MOST_AT_ONCE: usize = 4_096;

/// When, and under which number, new observations are taken in.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// The present.
    pub(crate) now: Timestamp,
    /// The number of the transaction for `dataset_change`.
    pub(crate) change: i64,
}

/// What is to be written.
#[derive(Default)]
struct Written {
    /// Open outcomes that went on: token, alert, state.
    gone_on: Vec<(i64, Uuid, Vec<u8>)>,
    /// Outcomes that were sealed or folded anew.
    changed: Vec<Model>,
    happened: Vec<(i64, AlertId, Happening)>,
}

/// Folds `observations` into every outcome that they touch, and writes those; `reached` are all that they reach (see
/// [`reached_by`]). What a fold has to be made anew from is stored already. An outcome that is due by then is sealed: history
/// that is brought along is whole as soon as its prices are there. Returns what happened: token, alert, and what.
pub(crate) async fn take_in(
    transaction: &Transaction,
    reached: ReachedFolds,
    observations: &NewObservations<'_>,
    policy: &Policy,
    moment: Moment,
) -> Result<Vec<(i64, AlertId, Happening)>, StoreError> {
    let mut written = Written::default();
    let mut late = Vec::new();
    for reached in reached {
        let (token_id, alert_id) = (reached.token_id, reached.alert_id);
        let mut happenings = Vec::new();
        match reached.go_on(observations.of_token(token_id), policy, &mut happenings) {
            Progress::Untouched => {}
            Progress::Folded(fold) => written.went_on(token_id, alert_id, *fold, happenings, policy, moment),
            Progress::Refold => late.push((token_id, alert_id)),
        }
    }
    if !late.is_empty() {
        let mut late = of_alerts(transaction, &late).await?;
        late.sort_unstable_by_key(|stored| (stored.token_id, stored.alert_id));
        for (stored, fold) in late.iter().zip(refold::fold_many(transaction, &late, policy).await?) {
            // Where its observations are no longer kept, what is stored of it stands.
            let Some((fold, all)) = fold else { continue };
            let happenings = news::of_refold(stored, all, observations.of_token(stored.token_id));
            written.anew(stored, fold, happenings, policy, moment);
        }
    }
    go_on(transaction, &written.gone_on).await?;
    write(transaction, &written.changed).await?;
    events::tell(transaction, &written.happened, moment.now).await?;
    Ok(written.happened)
}

impl Written {
    /// A fold that went on.
    fn went_on(
        &mut self,
        token_id: i64,
        alert_id: Uuid,
        mut fold: Fold,
        mut happenings: Vec<Happening>,
        policy: &Policy,
        moment: Moment,
    ) {
        if seal_where_due(&mut fold, &mut happenings, policy, moment) {
            self.changed.push(row::row(token_id, alert_id, moment.change, &fold, policy));
        } else {
            self.gone_on.push((token_id, alert_id, fold.to_bytes()));
        }
        self.tell(token_id, alert_id, happenings);
    }

    /// A fold that was made anew.
    fn anew(
        &mut self,
        stored: &StoredFold,
        mut fold: Fold,
        mut happenings: Vec<Happening>,
        policy: &Policy,
        moment: Moment,
    ) {
        let is_sealed = seal_where_due(&mut fold, &mut happenings, policy, moment);
        // What open outcomes say so far is not part of the dataset.
        let change = if is_sealed { moment.change } else { stored.dataset_change };
        self.changed.push(row::row(stored.token_id, stored.alert_id, change, &fold, policy));
        self.tell(stored.token_id, stored.alert_id, happenings);
    }

    fn tell(&mut self, token_id: i64, alert_id: Uuid, happenings: Vec<Happening>) {
        self.happened.extend(happenings.into_iter().map(|what| (token_id, AlertId(alert_id), what)));
    }
}

/// Whether a fold is sealed, by now at the latest.
fn seal_where_due(fold: &mut Fold, happenings: &mut Vec<Happening>, policy: &Policy, moment: Moment) -> bool {
    if !fold.is_sealed() {
        let due = fold.seal_due(policy);
        if due <= moment.now {
            fold.seal(policy, due, happenings);
        }
    }
    fold.is_sealed()
}

/// Writes nothing but the states.
async fn go_on(transaction: &Transaction, states: &[(i64, Uuid, Vec<u8>)]) -> Result<(), StoreError> {
    for some in states.chunks(MOST_AT_ONCE) {
        let rows = Rows::default()
            .with("token_id", some.iter().map(|(token_id, ..)| *token_id))
            .with("alert_id", some.iter().map(|(_, alert_id, _)| *alert_id))
            .with("state", some.iter().map(|(.., state)| state.as_slice()));
        let sql = rows.update("outcomes", &["token_id", "alert_id"]);
        transaction.bulk(&sql, &rows).await.doing("writing the states of outcomes")?;
    }
    Ok(())
}

/// Overwrites outcomes.
pub(crate) async fn write(transaction: &Transaction, models: &[Model]) -> Result<(), StoreError> {
    for some in models.chunks(MOST_AT_ONCE) {
        let rows = row::rows_of_changed(some);
        let sql = rows.update("outcomes", &["token_id", "alert_id"]);
        transaction.bulk(&sql, &rows).await.doing("writing outcomes")?;
    }
    Ok(())
}
