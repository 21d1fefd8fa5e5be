//! A recorded peak that is vouched for later than the alert was recorded, as by a second import.

use std::borrow::Cow;
use std::iter::once;

use domain::alert::{Alert, RecordedPeak};
use domain::outcome::{Fold, Policy};

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::folding::{self, StoredFold};
use crate::{outcomes, policies};

/// Takes over the alert's recorded peak. Nothing is folded anew for it, unless the state cannot be read: a recorded peak is
/// no point of the path. False where a peak was trusted before: it stays.
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
    if let Some((fold, policy)) = with_peak(transaction, &stored, peak, policy).await? {
        let row = outcomes::row::row(stored.token_id, alert.id.0, change, &fold, &policy);
        folding::write(transaction, &[row]).await?;
    }
    Ok(true)
}

/// The alert's fold with the peak, and the policy that it is under. `None` where nothing of it can be read, nor folded.
async fn with_peak<'a>(
    transaction: &Transaction,
    stored: &StoredFold,
    peak: RecordedPeak,
    policy: &'a Policy,
) -> Result<Option<(Fold, Cow<'a, Policy>)>, StoreError> {
    if let Some(fold) = &stored.fold {
        let own = match fold.policy_version() {
            version if version == policy.version => Some(Cow::Borrowed(policy)),
            version => policies::of_version(transaction, version).await?.map(Cow::Owned),
        };
        if let Some(own) = own {
            let mut fold = Fold::clone(fold);
            fold.trust(peak);
            return Ok(Some((fold, own)));
        }
    }
    let fresh = folding::fold_from_storage(transaction, stored, policy).await?;
    Ok(fresh.map(|(fold, _)| (fold, Cow::Borrowed(policy))))
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
