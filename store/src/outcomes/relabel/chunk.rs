//! A few alerts at a time.

use std::collections::HashMap;

use domain::alert::AlertId;
use domain::outcome::{Fold, Policy};
use domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Anew, Labels, Relabelled, approximate};
use crate::engine::{Engine, Rows, Transaction};
use crate::error::{Doing, StoreError};
use crate::folding::{self, StoredFold};
use crate::locking;
use crate::outcomes::row;
use crate::policies::KnownPolicies;
use crate::write::Work;

/// Alerts to fold under the policy in force, those excepted that are by now.
pub(super) struct Chunk<'a> {
    pub(super) alerts: &'a [AlertId],
    pub(super) policy: &'a Policy,
    pub(super) known: &'a KnownPolicies,
    pub(super) now: Timestamp,
    pub(super) approximate: bool,
}

impl Work for Chunk<'_> {
    type Done = Vec<Relabelled>;
    const DOING: &'static str = "relabelling outcomes";

    async fn run(&self, transaction: &Transaction) -> Result<Vec<Relabelled>, StoreError> {
        let keys = self.keys(transaction).await?;
        let locked = locking::lock_numbers(transaction, keys.iter().map(|(token_id, _)| *token_id)).await?;
        let made = self.make(transaction, &keys).await?;
        let models: Vec<_> = made
            .iter()
            .filter_map(|one| {
                let (fold, stored) = (one.fold.as_ref()?, &one.stored);
                // What open outcomes say so far is not part of the dataset; that one is open again is.
                let change = if fold.is_sealed() || stored.sealed { locked.change } else { stored.dataset_change };
                Some(row::row(stored.token_id, stored.alert_id, change, fold, self.policy))
            })
            .collect();
        folding::write(transaction, &models).await?;
        self.mark(transaction, &made).await?;
        Ok(made.into_iter().map(|one| one.told).collect())
    }
}

struct Made {
    stored: StoredFold,
    fold: Option<Fold>,
    told: Relabelled,
}

impl Chunk<'_> {
    /// The same without writing.
    pub(super) async fn try_out(&self, engine: &Engine) -> Result<Vec<Relabelled>, StoreError> {
        let snapshot = engine.snapshot().await.doing("trying a relabelling out")?;
        let keys = self.keys(&snapshot).await?;
        Ok(self.make(&snapshot, &keys).await?.into_iter().map(|one| one.told).collect())
    }

    /// Token and alert of those that are still there.
    async fn keys(&self, transaction: &Transaction) -> Result<Vec<(i64, Uuid)>, StoreError> {
        let doing = "looking for alerts to relabel";
        let rows = Rows::default().with("alert_id", self.alerts.iter().map(|id| id.0));
        let sql = format!(
            "{} SELECT alert_ids.token_id, alert_ids.alert_id FROM given
             JOIN alert_ids ON alert_ids.alert_id = given.alert_id",
            rows.given(),
        );
        let found = transaction.bulk(&sql, &rows).await.doing(doing)?;
        found
            .iter()
            .map(|row| Ok((row.try_get_by_index(0).doing(doing)?, row.try_get_by_index(1).doing(doing)?)))
            .collect()
    }

    async fn make(&self, transaction: &Transaction, keys: &[(i64, Uuid)]) -> Result<Vec<Made>, StoreError> {
        let mut stored = folding::of_alerts(transaction, keys).await?;
        stored.retain(|one| one.fold.as_ref().is_none_or(|fold| fold.policy_version() != self.policy.version));
        let mut befores = HashMap::new();
        for one in &stored {
            let Some(fold) = &one.fold else { continue };
            if let Some(policy) = self.known.find(transaction, fold.policy_version()).await? {
                befores.insert(one.alert_id, Labels::of(fold.outcome(&policy), &policy));
            }
        }
        let folds = folding::fold_open(transaction, &stored, self.policy).await?;
        let mut made = Vec::with_capacity(stored.len());
        for (stored, exact) in stored.into_iter().zip(folds) {
            let (fold, is_approximate) = match exact {
                Some((fold, _)) => (Some(fold), false),
                None if self.approximate => (Some(approximate::fold(transaction, &stored, self.policy).await?), true),
                None => (None, false),
            };
            let fold = fold.map(|fold| self.sealed_where_due(fold));
            let told = fold.as_ref().map_or(Relabelled::Beyond, |fold| {
                Relabelled::Anew(Box::new(Anew {
                    before: befores.remove(&stored.alert_id),
                    after: Labels::of(fold.outcome(self.policy), self.policy),
                    approximate: is_approximate,
                }))
            });
            made.push(Made { stored, fold, told });
        }
        Ok(made)
    }

    /// As it would stand by now, had it been folded under this policy from the begin.
    fn sealed_where_due(&self, mut fold: Fold) -> Fold {
        let due = fold.seal_due(self.policy);
        if due <= self.now {
            fold.seal(self.policy, due, &mut Vec::new());
        }
        fold
    }

    /// Notes which outcomes come from bars.
    async fn mark(&self, transaction: &Transaction, made: &[Made]) -> Result<(), StoreError> {
        let approximate: Vec<_> = made
            .iter()
            .filter(|one| matches!(&one.told, Relabelled::Anew(anew) if anew.approximate))
            .map(|one| &one.stored)
            .collect();
        let rows = Rows::default()
            .with("token_id", approximate.iter().map(|stored| stored.token_id))
            .with("alert_id", approximate.iter().map(|stored| stored.alert_id))
            .with("approximate", approximate.iter().map(|_| true));
        let sql = rows.update("outcomes", &["token_id", "alert_id"]);
        transaction.bulk(&sql, &rows).await.map(|_| ()).doing("marking approximate outcomes")
    }
}
