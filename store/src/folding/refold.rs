//! Folding alerts anew, from everything that is stored.
//!
//! Once only bars are left of a week, nothing that reaches into it can be folded anew: what is stored of it stands. Whether
//! that is so is asked after the observations were read: a week is dropped only when nobody reads it, so that what was
//! read before the answer is whole.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::observation::Observation;
use domain::outcome::{Fold, Happening, Policy, Subject};
use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use uuid::Uuid;

use super::StoredFold;
use crate::alerts::row::recorded_peak;
use crate::engine::{Rows, Transaction};
use crate::entity::alert;
use crate::error::{Doing, StoreError};
use crate::retention::weeks;
use crate::snapshots;
use crate::stored::{quantity, stored as known};
use crate::week::Week;

/// A fresh fold of a stored alert, sealed if it was sealed, and all that happened in it. `None` where its observations are
/// no longer kept.
pub(crate) async fn fold_from_storage(
    connection: &impl ConnectionTrait,
    stored: &StoredFold,
    policy: &Policy,
) -> Result<Option<(Fold, Vec<Happening>)>, StoreError> {
    let subject = subject_of(connection, stored).await?;
    let fold = fold_anew(connection, stored.token_id, subject, policy).await?;
    let kept = is_kept(stored, &rolled_since(connection, stored.alerted_at).await?);
    Ok(kept.then(|| sealed_as(stored, fold, policy)))
}

/// The weeks of which only bars are left, from the week of a moment on.
async fn rolled_since(connection: &impl ConnectionTrait, since: Timestamp) -> Result<Vec<Week>, StoreError> {
    weeks::rolled_in(connection, since, Timestamp::MAX).await
}

/// Whether none of an alert's observations can have been in one of these weeks.
fn is_kept(stored: &StoredFold, rolled: &[Week]) -> bool {
    let reaches = |week: &Week| week.starts_at() <= stored.window_end && week.ends_at() > stored.alerted_at;
    !rolled.iter().any(reaches)
}

/// A fresh, open fold of all stored observations that are the subject's.
pub(crate) async fn fold_anew(
    connection: &impl ConnectionTrait,
    token_id: i64,
    subject: Subject,
    policy: &Policy,
) -> Result<(Fold, Vec<Happening>), StoreError> {
    let observations = snapshots::between(connection, token_id, subject.alerted_at, subject.window_end()).await?;
    fold_those(token_id, subject, &observations, policy)
}

/// What the fold must know of a stored alert.
pub(crate) async fn subject_of(connection: &impl ConnectionTrait, stored: &StoredFold) -> Result<Subject, StoreError> {
    let found = alert::Entity::find()
        .filter(alert::Column::TokenId.eq(stored.token_id))
        .filter(alert::Column::AlertId.eq(stored.alert_id))
        .one(connection)
        .await
        .doing("reading an alert to fold it anew")?;
    subject(stored, &known("outcomes.alert_id", &stored.alert_id, found)?)
}

fn subject(stored: &StoredFold, alert: &alert::Model) -> Result<Subject, StoreError> {
    Ok(Subject {
        alerted_at: stored.alerted_at,
        window: stored.window_end.since(stored.alerted_at),
        expected_interval: stored.expected_interval.map(|micros| Duration::from_micros(micros.unsigned_abs())),
        quoted_price_usd: quantity("alerts.entry_price_usd", alert.entry_price_usd)?,
        trusted_peak: recorded_peak(alert)?.filter(|_| alert.trust_recorded_peak),
        recorded_at: alert.recorded_at.0,
    })
}

/// Fresh folds of many alerts, sealed where they were sealed, in the order of `stored`; `None` for those whose observations
/// are no longer kept.
pub(super) async fn fold_many(
    transaction: &Transaction,
    stored: &[StoredFold],
    policy: &Policy,
) -> Result<Vec<Option<(Fold, Vec<Happening>)>>, StoreError> {
    let folds = fold_open(transaction, stored, policy).await?;
    let seal = |(stored, fold): (&StoredFold, Option<_>)| fold.map(|fold| sealed_as(stored, fold, policy));
    Ok(stored.iter().zip(folds).map(seal).collect())
}

/// The same, all open: each alert is read with one statement for all, each token's observations with one.
pub(crate) async fn fold_open(
    transaction: &Transaction,
    stored: &[StoredFold],
    policy: &Policy,
) -> Result<Vec<Option<(Fold, Vec<Happening>)>>, StoreError> {
    let alerts = alerts_of(transaction, stored).await?;
    let mut by_token: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, fold) in stored.iter().enumerate() {
        by_token.entry(fold.token_id).or_default().push(index);
    }
    let mut folds: Vec<Option<(Fold, Vec<Happening>)>> = (0..stored.len()).map(|_| None).collect();
    for (token_id, indices) in by_token {
        let alerted_at = indices.iter().map(|index| stored[*index].alerted_at).min().unwrap_or(Timestamp::EPOCH);
        let window_end = indices.iter().map(|index| stored[*index].window_end).max().unwrap_or(Timestamp::EPOCH);
        let observations = snapshots::between(transaction, token_id, alerted_at, window_end).await?;
        for index in indices {
            let alert = alerts.get(&stored[index].alert_id);
            let alert = known("outcomes.alert_id", &stored[index].alert_id, alert)?;
            folds[index] = Some(fold_those(token_id, subject(&stored[index], alert)?, &observations, policy)?);
        }
    }
    if let Some(first) = stored.iter().map(|stored| stored.alerted_at).min() {
        let rolled = rolled_since(transaction, first).await?;
        for (stored, fold) in stored.iter().zip(&mut folds) {
            if !is_kept(stored, &rolled) {
                *fold = None;
            }
        }
    }
    Ok(folds)
}

async fn alerts_of(
    transaction: &Transaction,
    stored: &[StoredFold],
) -> Result<HashMap<Uuid, alert::Model>, StoreError> {
    let doing = "reading alerts to fold them anew";
    let rows = Rows::default()
        .with("token_id", stored.iter().map(|fold| fold.token_id))
        .with("alert_id", stored.iter().map(|fold| fold.alert_id));
    let sql = format!(
        "{} SELECT alerts.* FROM given JOIN alerts
         ON alerts.token_id = given.token_id AND alerts.alert_id = given.alert_id",
        rows.given(),
    );
    let found = transaction.bulk(&sql, &rows).await.doing(doing)?;
    found
        .iter()
        .map(|row| alert::Model::from_query_result(row, "").map(|model| (model.alert_id, model)).doing(doing))
        .collect()
}

/// Folds those of a token's observations, in order, that are the subject's.
pub(crate) fn fold_those(
    token_id: i64,
    subject: Subject,
    observations: &[Observation],
    policy: &Policy,
) -> Result<(Fold, Vec<Happening>), StoreError> {
    let first = observations.partition_point(|seen| seen.observed_at < subject.alerted_at);
    let behind = observations.partition_point(|seen| seen.observed_at <= subject.window_end());
    let mut fold = Fold::begin(subject, policy);
    let mut happenings = Vec::new();
    for observation in observations.get(first..behind).unwrap_or_default() {
        fold.observe(policy, observation, &mut happenings).map_err(|error| StoreError::Corrupt {
            what: format!("the observations of token {token_id}, read in order, are out of order: {error}"),
        })?;
    }
    Ok((fold, happenings))
}

/// Sealed if the stored one is.
fn sealed_as(
    stored: &StoredFold,
    (mut fold, mut happenings): (Fold, Vec<Happening>),
    policy: &Policy,
) -> (Fold, Vec<Happening>) {
    if stored.sealed {
        let due = fold.seal_due(policy);
        fold.seal(policy, due, &mut happenings);
    }
    (fold, happenings)
}
