//! Folding an alert from bars, where its observations are no longer kept; week by week from whichever is there. How a bar
//! is replayed: [`domain::bar::PriceBar::replay`].

use domain::bar::Resolution;
use domain::observation::Observation;
use domain::outcome::{Fold, Policy};

use crate::engine::Transaction;
use crate::error::StoreError;
use crate::folding::{self, StoredFold};
use crate::retention::weeks;
use crate::{bars, snapshots};

/// More bars than any window has.
const ALL: u64 = 1 << 20;

/// An open fold. How well the alert was seen is taken over from the stored one: bars do not say that.
pub(super) async fn fold(transaction: &Transaction, stored: &StoredFold, policy: &Policy) -> Result<Fold, StoreError> {
    let subject = folding::subject_of(transaction, stored).await?;
    let observations = observations(transaction, stored).await?;
    let (mut fold, _) = folding::fold_those(stored.token_id, subject, &observations, policy)?;
    if let Some(live) = &stored.fold {
        fold.seen_as(live);
    }
    Ok(fold)
}

async fn observations(transaction: &Transaction, stored: &StoredFold) -> Result<Vec<Observation>, StoreError> {
    let resolution = Resolution::FIVE_MINUTES;
    let (token_id, first) = (stored.token_id, stored.alerted_at);
    // The very end of the window is an import's.
    let end = domain::timestamp::Timestamp::from_micros(stored.window_end.micros() + 1);
    let mut observations = Vec::new();
    let mut from = first;
    for week in weeks::rolled_in(transaction, first, end).await? {
        if week.starts_at() > from {
            observations.extend(snapshots::before(transaction, token_id, from, week.starts_at()).await?);
        }
        let range = (resolution.floor(from.max(week.starts_at())), week.ends_at().min(end));
        for bar in bars::beginning_in(transaction, token_id, range, ALL).await? {
            observations.extend(bar.replay(resolution, first));
        }
        from = week.ends_at();
    }
    if from < end {
        observations.extend(snapshots::before(transaction, token_id, from, end).await?);
    }
    Ok(observations)
}
