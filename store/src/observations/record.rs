//! Storing a batch and folding it, within a transaction.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use sea_orm::{DbErr, FromQueryResult};

use super::intake::{Sorted, same_values};
use super::{AlertHappening, Batch, BatchReport, Reception};
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::entity::price_snapshot::Model;
use crate::error::{Doing, StoreError, is_unique_violation};
use crate::folding::{self, NewObservations, ReachedFolds};
use crate::leases::{Fence, Shard};
use crate::locking::{Locked, Numbers};
use crate::retention::weeks;
use crate::rules::Rules;
use crate::week::Week;
use crate::write::Work;
use crate::{pools, snapshots};

/// The key of a stored observation.
type StoredKey = (i64, Timestamp, String);

/// Stores a batch.
pub(super) struct Record<'a> {
    pub(super) batch: &'a Batch,
    pub(super) sorted: Sorted,
    /// The weeks of candidates that may be closed by now.
    pub(super) old: BTreeSet<Week>,
    pub(super) now: Timestamp,
    pub(super) rules: &'a Rules,
    pub(super) numbers: &'a Numbers,
    pub(super) fence: Option<&'a Fence>,
    /// Something is stored that the folds have not seen: every observation is asked for before it is stored.
    pub(super) careful: AtomicBool,
}

/// An observation of a token that is followed.
struct Item<'a> {
    /// Its place in the batch.
    index: usize,
    token_id: i64,
    seen: &'a Observation,
}

impl<'a> Record<'a> {
    /// What can be stored, in the order of the primary key, which is that of the folds.
    fn items(&self, locked: &Locked, closed: &BTreeSet<Week>, receptions: &mut [Reception]) -> Vec<Item<'a>> {
        let mut items = Vec::with_capacity(self.sorted.candidates.len());
        // The candidates of one token stand together.
        let mut last: Option<(TokenKey, Option<i64>)> = None;
        for index in self.sorted.candidates.iter().copied() {
            let (token, seen) = &self.batch.observations[index];
            let number = match last {
                Some((same, number)) if same == *token => number,
                _ => locked.tokens.get(token).copied(),
            };
            last = Some((*token, number));
            if !closed.is_empty() && closed.contains(&Week::of(seen.observed_at)) {
                receptions[index] = Reception::OutsideRetention;
                continue;
            }
            match number {
                Some(token_id) => items.push(Item { index, token_id, seen }),
                None => receptions[index] = Reception::UnknownToken,
            }
        }
        items.sort_by_key(|item| item.token_id);
        items
    }
}

impl Work for Record<'_> {
    type Done = BatchReport;
    const DOING: &'static str = "storing prices";

    fn goes_another_way(&self, after: &DbErr) -> bool {
        is_unique_violation(after) && !self.careful.swap(true, Ordering::Relaxed)
    }

    async fn run(&self, transaction: &Transaction) -> Result<BatchReport, StoreError> {
        record(transaction, self, self.sorted.receptions.clone()).await
    }
}

async fn record(
    transaction: &Transaction,
    work: &Record<'_>,
    mut receptions: Vec<Reception>,
) -> Result<BatchReport, StoreError> {
    let Record { batch, sorted, now, rules, numbers, careful, .. } = work;
    if let Some(fence) = work.fence {
        let tokens = batch.observations.iter().map(|(token, _)| token);
        let shards = tokens.chain(batch.pools.iter().map(|(token, _)| token)).map(Shard::of);
        fence.check(transaction, shards).await?;
    }
    let tokens = sorted.candidates.iter().map(|index| batch.observations[*index].0);
    let locked = numbers.lock(transaction, tokens.chain(batch.pools.iter().map(|(token, _)| *token))).await?;

    let closed = match work.old.is_empty() {
        true => BTreeSet::new(),
        false => weeks::hold_open(transaction, &work.old, *now).await?,
    };
    let items = work.items(&locked, &closed, &mut receptions);
    let reached = folding::reached_by(transaction, &of_items(items.iter())).await?;
    let (certain, doubtful) = sort_by_novelty(&items, &reached, careful.load(Ordering::Relaxed));
    transaction.copy_in("price_snapshots", &snapshots::rows(&certain)).await.doing("storing prices")?;
    let refused = insert(transaction, &doubtful).await?;
    for (index, reception) in answer_refused(transaction, work, &refused, &receptions).await? {
        receptions[index] = reception;
    }

    let refused: HashSet<usize> = refused.into_values().collect();
    let new = of_items(items.iter().filter(|item| !refused.contains(&item.index)));
    let moment = folding::Moment { now: *now, change: locked.change };
    let happenings = folding::take_in(transaction, reached, &new, &rules.policy, moment).await?;
    pools::write(transaction, &batch.pools, &locked).await?;
    Ok(BatchReport { receptions, happenings: named(happenings, &locked)? })
}

fn of_items<'a: 'i, 'i>(items: impl Iterator<Item = &'i Item<'a>>) -> NewObservations<'a> {
    NewObservations::sorted(items.map(|item| (item.token_id, item.seen)))
}

/// Observations that cannot be stored yet, and those of which only the database knows. Whatever is stored was seen by
/// every fold that it reaches, so what comes after all that one of them saw is not stored.
fn sort_by_novelty<'a, 'i>(
    items: &'i [Item<'a>],
    reached: &ReachedFolds,
    careful: bool,
) -> (Vec<(i64, &'a Observation)>, Vec<&'i Item<'a>>) {
    let (mut certain, mut doubtful) = (Vec::with_capacity(items.len()), Vec::new());
    for item in items {
        if !careful && reached.await_it(item.token_id, item.seen) {
            certain.push((item.token_id, item.seen));
        } else {
            doubtful.push(item);
        }
    }
    (certain, doubtful)
}

/// Inserts what is not there yet; returns the places of the rest, by key.
async fn insert(transaction: &Transaction, items: &[&Item<'_>]) -> Result<HashMap<StoredKey, usize>, StoreError> {
    let doing = "storing prices";
    let plain: Vec<_> = items.iter().map(|item| (item.token_id, item.seen)).collect();
    let rows = snapshots::rows(&plain);
    let sql = rows.insert_into("price_snapshots", "ON CONFLICT DO NOTHING RETURNING token_id, observed_at, source");
    let key = |item: &Item<'_>| (item.token_id, item.seen.observed_at, item.seen.source.to_string());
    let mut refused: HashMap<_, _> = items.iter().map(|item| (key(item), item.index)).collect();
    for row in transaction.bulk(&sql, &rows).await.doing(doing)? {
        let observed_at: Moment = row.try_get_by_index(1).doing(doing)?;
        let inserted = (row.try_get_by_index(0).doing(doing)?, observed_at.0, row.try_get_by_index(2).doing(doing)?);
        refused.remove(&inserted);
    }
    Ok(refused)
}

/// The answers to what was not stored, and to what repeats it in the batch: a repetition of one that was not stored meets
/// what that one met.
async fn answer_refused(
    transaction: &Transaction,
    work: &Record<'_>,
    refused: &HashMap<StoredKey, usize>,
    receptions: &[Reception],
) -> Result<Vec<(usize, Reception)>, StoreError> {
    let mut places: HashMap<usize, Vec<usize>> = refused.values().map(|index| (*index, vec![*index])).collect();
    let mut answers = Vec::new();
    for (index, earlier) in &work.sorted.repeats {
        if matches!(receptions[*earlier], Reception::UnknownToken | Reception::OutsideRetention) {
            answers.push((*index, receptions[*earlier]));
        } else if let Some(places) = places.get_mut(earlier) {
            places.push(*index);
        }
    }
    for (earlier, stored) in stored_under(transaction, refused).await? {
        for index in places.remove(&earlier).unwrap_or_default() {
            let same = same_values(&work.batch.observations[index].1, &stored);
            answers.push((index, if same { Reception::Duplicate } else { Reception::Conflict }));
        }
    }
    Ok(answers)
}

/// What is stored under these keys, with what stands beside them.
async fn stored_under(
    transaction: &Transaction,
    refused: &HashMap<StoredKey, usize>,
) -> Result<Vec<(usize, Observation)>, StoreError> {
    let doing = "comparing prices with stored ones";
    let rows = Rows::default()
        .with("token_id", refused.keys().map(|(token_id, ..)| *token_id))
        .with("observed_at", refused.keys().map(|(_, at, _)| Moment(*at)))
        .with("source", refused.keys().map(|(.., source)| source));
    let sql = format!(
        "{} SELECT price_snapshots.* FROM given JOIN price_snapshots
         ON price_snapshots.token_id = given.token_id AND price_snapshots.observed_at = given.observed_at
         AND price_snapshots.source = given.source",
        rows.given(),
    );
    let mut found = Vec::with_capacity(refused.len());
    for row in transaction.bulk(&sql, &rows).await.doing(doing)? {
        let model = Model::from_query_result(&row, "").doing(doing)?;
        let key = (model.token_id, model.observed_at.0, model.source.clone());
        if let Some(index) = refused.get(&key) {
            found.push((*index, snapshots::observation(model)?));
        }
    }
    Ok(found)
}

/// With the tokens' keys instead of their numbers.
pub(crate) fn named(
    happenings: Vec<(i64, domain::alert::AlertId, domain::outcome::Happening)>,
    locked: &Locked,
) -> Result<Vec<AlertHappening>, StoreError> {
    if happenings.is_empty() {
        return Ok(Vec::new());
    }
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
