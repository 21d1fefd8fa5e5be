//! Folding one alert anew, from everything that is stored.

use std::time::Duration;

use domain::outcome::{Fold, Happening, Policy, Subject};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::StoredFold;
use crate::alerts::row::recorded_peak;
use crate::entity::alert;
use crate::error::{Doing, StoreError};
use crate::snapshots;
use crate::stored::{quantity, stored};

/// A fresh fold of a stored alert, sealed if it was sealed, and all that happened in it.
pub(crate) async fn fold_from_storage(
    connection: &impl ConnectionTrait,
    stored: &StoredFold,
    policy: &Policy,
) -> Result<(Fold, Vec<Happening>), StoreError> {
    let subject = subject_of(connection, stored).await?;
    let (mut fold, mut happenings) = fold_anew(connection, stored.token_id, subject, policy).await?;
    if stored.sealed {
        let due = fold.seal_due(policy);
        fold.seal(policy, due, &mut happenings);
    }
    Ok((fold, happenings))
}

/// A fresh, open fold of all stored observations that are the subject's.
pub(crate) async fn fold_anew(
    connection: &impl ConnectionTrait,
    token_id: i64,
    subject: Subject,
    policy: &Policy,
) -> Result<(Fold, Vec<Happening>), StoreError> {
    let observations = snapshots::between(connection, token_id, subject.alerted_at, subject.window_end()).await?;
    let mut fold = Fold::begin(subject, policy);
    let mut happenings = Vec::new();
    for observation in &observations {
        fold.observe(policy, observation, &mut happenings).map_err(|error| StoreError::Corrupt {
            what: format!("the observations of token {token_id}, read in order, are out of order: {error}"),
        })?;
    }
    Ok((fold, happenings))
}

/// What the fold must know of a stored alert.
async fn subject_of(connection: &impl ConnectionTrait, fold: &StoredFold) -> Result<Subject, StoreError> {
    let found = alert::Entity::find()
        .filter(alert::Column::TokenId.eq(fold.token_id))
        .filter(alert::Column::AlertId.eq(fold.alert_id))
        .one(connection)
        .await
        .doing("reading an alert to fold it anew")?;
    let alert = stored("outcomes.alert_id", &fold.alert_id, found)?;
    Ok(Subject {
        alerted_at: fold.alerted_at,
        window: fold.window_end.since(fold.alerted_at),
        expected_interval: fold.expected_interval.map(|micros| Duration::from_micros(micros.unsigned_abs())),
        quoted_price_usd: quantity("alerts.entry_price_usd", alert.entry_price_usd)?,
        trusted_peak: recorded_peak(&alert)?.filter(|_| alert.trust_recorded_peak),
        recorded_at: alert.recorded_at.0,
    })
}
