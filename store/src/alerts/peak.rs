//! A recorded peak that is vouched for later than the alert was recorded, as by a second import.

use std::iter::once;

use domain::alert::{Alert, RecordedPeak};
use domain::outcome::Policy;

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::{folding, outcomes};

/// Takes over the alert's recorded peak and folds its outcome anew. False where a peak was trusted before: it stays.
pub(super) async fn take(
    transaction: &Transaction,
    alert: &Alert,
    change: i64,
    policy: &Policy,
) -> Result<bool, StoreError> {
    let Some(peak) = alert.recorded_peak else { return Ok(false) };
    if !write(transaction, alert, peak).await? {
        return Ok(false);
    }
    let Some(stored) = folding::of_alert(transaction, alert.id).await? else { return Ok(false) };
    let (fold, _) = folding::fold_from_storage(transaction, &stored, policy).await?;
    let row = outcomes::row::row(stored.token_id, alert.id.0, change, &fold, policy);
    folding::write(transaction, &[row]).await?;
    Ok(true)
}

async fn write(transaction: &Transaction, alert: &Alert, peak: RecordedPeak) -> Result<bool, StoreError> {
    let rows = Rows::default()
        .with("alert_id", once(alert.id.0))
        .with("recorded_peak_price_usd", once(peak.price_usd.get()))
        .with("recorded_peak_at", once(peak.at.map(Moment)))
        .with("trust_recorded_peak", once(true));
    // The token comes by way of `alert_ids`: it leads the key of `alerts`.
    let sql = format!(
        "{} UPDATE alerts SET recorded_peak_price_usd = given.recorded_peak_price_usd,
             recorded_peak_at = given.recorded_peak_at, trust_recorded_peak = given.trust_recorded_peak
         FROM given JOIN alert_ids ON alert_ids.alert_id = given.alert_id
         WHERE alerts.token_id = alert_ids.token_id AND alerts.alert_id = given.alert_id
           AND NOT alerts.trust_recorded_peak
         RETURNING alerts.token_id",
        rows.given(),
    );
    Ok(!transaction.bulk(&sql, &rows).await.doing("taking over a recorded peak")?.is_empty())
}
