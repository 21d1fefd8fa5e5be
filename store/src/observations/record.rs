//! Storing a batch and folding it, within a transaction.

use std::collections::{HashMap, HashSet};

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use sea_orm::FromQueryResult;

use super::intake::same_values;
use super::{AlertHappening, Batch, BatchReport, Reception};
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::entity::price_snapshot::Model;
use crate::error::{Doing, StoreError};
use crate::folding::{self, NewObservations};
use crate::leases::{Fence, Shard};
use crate::locking::{self, Locked};
use crate::rules::Rules;
use crate::write::Work;
use crate::{pools, snapshots};

/// The key of a stored observation.
type StoredKey = (i64, Timestamp, String);

/// Stores a batch that was sorted.
pub(super) struct Record<'a> {
    pub(super) batch: &'a Batch,
    pub(super) receptions: Vec<Reception>,
    pub(super) candidates: Vec<usize>,
    pub(super) repeats: Vec<(usize, usize)>,
    pub(super) now: Timestamp,
    pub(super) rules: &'a Rules,
    pub(super) fence: Option<&'a Fence>,
}

impl Work for Record<'_> {
    type Done = BatchReport;
    const DOING: &'static str = "storing prices";

    async fn run(&self, transaction: &Transaction) -> Result<BatchReport, StoreError> {
        record(transaction, self, self.receptions.clone()).await
    }
}

async fn record(
    transaction: &Transaction,
    work: &Record<'_>,
    mut receptions: Vec<Reception>,
) -> Result<BatchReport, StoreError> {
    let Record { batch, candidates, now, rules, .. } = work;
    if let Some(fence) = work.fence {
        let tokens = batch.observations.iter().map(|(token, _)| token);
        let shards = tokens.chain(batch.pools.iter().map(|(token, _)| token)).map(Shard::of);
        fence.check(transaction, shards).await?;
    }
    let tokens = candidates.iter().map(|index| batch.observations[*index].0);
    let locked = locking::lock(transaction, tokens.chain(batch.pools.iter().map(|(token, _)| *token))).await?;

    let mut known: Vec<(usize, i64, Observation)> = Vec::with_capacity(candidates.len());
    for index in candidates.iter().copied() {
        let (token, seen) = &batch.observations[index];
        match locked.tokens.get(token) {
            Some(token_id) => {
                let observed_at = seen.observed_at.floor_to_millis();
                known.push((index, *token_id, Observation { observed_at, ..seen.clone() }));
            }
            None => receptions[index] = Reception::UnknownToken,
        }
    }
    // In the order of the primary key and of the folds.
    known.sort_by(|(_, a, seen_a), (_, b, seen_b)| {
        (a, seen_a.observed_at, &seen_a.source).cmp(&(b, seen_b.observed_at, &seen_b.source))
    });

    let inserted = insert(transaction, &known).await?;
    let mut refused: HashMap<StoredKey, Vec<usize>> = HashMap::new();
    let mut key_of_refused: HashMap<usize, StoredKey> = HashMap::new();
    let mut new: NewObservations<'_> = HashMap::new();
    for (index, token_id, seen) in &known {
        let key = (*token_id, seen.observed_at, seen.source.to_string());
        if inserted.contains(&key) {
            new.entry(*token_id).or_default().push(seen);
        } else {
            refused.insert(key.clone(), vec![*index]);
            key_of_refused.insert(*index, key);
        }
    }
    // What repeats one that was not stored is no repetition of it: it meets what that one met.
    for (index, earlier) in &work.repeats {
        if receptions[*earlier] == Reception::UnknownToken {
            receptions[*index] = Reception::UnknownToken;
        } else if let Some(places) = key_of_refused.get(earlier).and_then(|key| refused.get_mut(key)) {
            places.push(*index);
        }
    }
    for (index, reception) in compare(transaction, &refused, &batch.observations).await? {
        receptions[index] = reception;
    }

    let happenings =
        folding::take_in(transaction, &new, &rules.policy, folding::Moment { now: *now, change: locked.change })
            .await?;
    pools::write(transaction, &batch.pools, &locked).await?;
    Ok(BatchReport { receptions, happenings: named(happenings, &locked)? })
}

/// Inserts what is not there yet; returns the keys of what was inserted.
async fn insert(
    transaction: &Transaction,
    observations: &[(usize, i64, Observation)],
) -> Result<HashSet<StoredKey>, StoreError> {
    let doing = "storing prices";
    let plain: Vec<_> = observations.iter().map(|(_, token_id, seen)| (*token_id, seen)).collect();
    let rows = snapshots::rows(&plain);
    let sql = rows.insert_into("price_snapshots", "ON CONFLICT DO NOTHING RETURNING token_id, observed_at, source");
    let inserted = transaction.bulk(&sql, &rows).await.doing(doing)?;
    inserted
        .iter()
        .map(|row| {
            let observed_at: Moment = row.try_get_by_index(1).doing(doing)?;
            Ok((row.try_get_by_index(0).doing(doing)?, observed_at.0, row.try_get_by_index(2).doing(doing)?))
        })
        .collect()
}

/// Compares observations with what is stored under their keys.
async fn compare(
    transaction: &Transaction,
    refused: &HashMap<StoredKey, Vec<usize>>,
    observations: &[(TokenKey, Observation)],
) -> Result<Vec<(usize, Reception)>, StoreError> {
    let doing = "comparing prices with stored ones";
    let rows = Rows::default()
        .with("token_id", refused.keys().map(|(token_id, ..)| *token_id))
        .with("observed_at", refused.keys().map(|(_, at, _)| Moment(*at)))
        .with("source", refused.keys().map(|(.., source)| source.clone()));
    let sql = format!(
        "{} SELECT price_snapshots.* FROM given JOIN price_snapshots
         ON price_snapshots.token_id = given.token_id AND price_snapshots.observed_at = given.observed_at
         AND price_snapshots.source = given.source",
        rows.given(),
    );
    let mut receptions = Vec::with_capacity(refused.len());
    for row in transaction.bulk(&sql, &rows).await.doing(doing)? {
        let model = Model::from_query_result(&row, "").doing(doing)?;
        let key = (model.token_id, model.observed_at.0, model.source.clone());
        let stored = snapshots::observation(model)?;
        for index in refused.get(&key).into_iter().flatten() {
            let same = same_values(&observations[*index].1, &stored);
            receptions.push((*index, if same { Reception::Duplicate } else { Reception::Conflict }));
        }
    }
    Ok(receptions)
}

/// With the tokens' keys instead of their numbers.
pub(crate) fn named(
    happenings: Vec<(i64, domain::alert::AlertId, domain::outcome::Happening)>,
    locked: &Locked,
) -> Result<Vec<AlertHappening>, StoreError> {
    let keys: HashMap<i64, TokenKey> = locked.tokens.iter().map(|(key, number)| (*number, *key)).collect();
    happenings
        .into_iter()
        .map(|(token_id, alert_id, happening)| {
            let token = keys.get(&token_id).copied();
            let token = crate::stored::stored("outcomes.token_id", &token_id, token)?;
            Ok(AlertHappening { alert_id, token, happening })
        })
        .collect()
}
