//! Renewing, giving up and taking over.

use std::collections::BTreeMap;

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use super::patience::Patience;
use super::{Claim, Fence, Holder, Kept, LONGEST_LEASE, LeaseRow, LeaseTime, SHARDS, Shard};
use crate::engine::{Engine, Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::stored::stored;
use crate::write::Work;

/// How many shards the tracker with this place (from 0) among so many takes: all shards are divided, and no two shares
/// differ by more than one.
#[must_use]
pub const fn share(place: usize, trackers: usize) -> usize {
    let trackers = if trackers == 0 { 1 } else { trackers };
    SHARDS / trackers + (place < SHARDS % trackers) as usize
}

/// See [`super::Leases::keep`].
pub(super) struct Keep<'a> {
    pub(super) claim: Claim,
    pub(super) give_up: &'a [Shard],
}

impl Work for Keep<'_> {
    type Done = Kept;
    const DOING: &'static str = "keeping leases";

    async fn run(&self, transaction: &Transaction) -> Result<Kept, StoreError> {
        let claim = self.claim;
        Patience::of(claim.lease).limit(transaction).await.doing(Self::DOING)?;
        let now = present(transaction, claim.time).await?;
        let (place, trackers) = sign_in(transaction, claim, now).await?;
        let share = share(place, trackers);
        let mut epochs = renew(transaction, claim, now).await?;
        give_up(transaction, claim.holder, self.give_up).await?;
        epochs.retain(|shard, _| !self.give_up.contains(shard));
        let wanted = share.saturating_sub(epochs.len());
        // What was just given up is for others.
        if wanted > 0 && self.give_up.is_empty() {
            epochs.extend(take(transaction, claim, now, wanted).await?);
        }
        Ok(Kept { fence: Fence { holder: claim.holder, lease: claim.lease, epochs }, trackers, share })
    }
}

/// The present moment for leases.
pub(super) async fn present(connection: &impl ConnectionTrait, time: LeaseTime) -> Result<Timestamp, StoreError> {
    let doing = "asking the database for the time";
    match time {
        LeaseTime::At(now) => Ok(now),
        LeaseTime::Database => {
            let backend = connection.get_database_backend();
            let sql = format!("SELECT {}", crate::engine::present_moment(backend));
            let row = connection.query_one_raw(Statement::from_string(backend, sql)).await.doing(doing)?;
            let row =
                row.ok_or_else(|| StoreError::Corrupt { what: "the database does not tell the time".to_owned() })?;
            Ok(row.try_get_by_index::<Moment>(0).doing(doing)?.0)
        }
    }
}

/// Says that this tracker lives; returns its place among those that do, and their number.
async fn sign_in(transaction: &Transaction, claim: Claim, now: Timestamp) -> Result<(usize, usize), StoreError> {
    let doing = "signing in among the trackers";
    let Claim { holder, lease, .. } = claim;
    let backend = transaction.get_database_backend();
    let run = async |sql: &str, values: Vec<sea_orm::Value>| {
        transaction.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await.doing(doing)
    };
    run(
        "INSERT INTO trackers (holder, expires_at) VALUES ($1, $2)
         ON CONFLICT (holder) DO UPDATE SET expires_at = excluded.expires_at",
        vec![holder.to_string().into(), Moment(now.plus(lease)).into()],
    )
    .await?;
    // Those long gone are forgotten, unless one of them is at it again at this moment.
    let sql = format!(
        "DELETE FROM trackers WHERE holder IN
         (SELECT holder FROM trackers WHERE expires_at < $1 AND holder <> $2 {})",
        transaction.skip_locked(),
    );
    run(&sql, vec![Moment(now.minus(LONGEST_LEASE)).into(), holder.to_string().into()]).await?;
    let living = run(
        "SELECT holder FROM trackers WHERE expires_at > $1 AND expires_at <= $2 ORDER BY holder",
        vec![Moment(now).into(), Moment(now.plus(LONGEST_LEASE)).into()],
    )
    .await?;
    let living: Vec<String> =
        living.iter().map(|row| row.try_get_by_index(0).doing(doing)).collect::<Result<_, _>>()?;
    let place = living.iter().position(|living| *living == holder.to_string()).unwrap_or(0);
    Ok((place, living.len().max(1)))
}

async fn renew(transaction: &Transaction, claim: Claim, now: Timestamp) -> Result<BTreeMap<Shard, i64>, StoreError> {
    let doing = "renewing leases";
    let statement = Statement::from_sql_and_values(
        transaction.get_database_backend(),
        "UPDATE tracker_leases SET expires_at = $1 WHERE holder = $2 AND shard >= 0 RETURNING shard, epoch",
        [Moment(now.plus(claim.lease)).into(), claim.holder.to_string().into()],
    );
    epochs(&transaction.query_all_raw(statement).await.doing(doing)?, doing)
}

pub(super) async fn give_up(transaction: &Transaction, holder: Holder, shards: &[Shard]) -> Result<(), StoreError> {
    let rows = Rows::default()
        .with("shard", shards.iter().map(|shard| shard.number()))
        .with("holder", shards.iter().map(|_| holder.to_string()))
        .with("expires_at", shards.iter().map(|_| Moment(Timestamp::EPOCH)));
    let sql = format!(
        "{} UPDATE tracker_leases SET holder = '', expires_at = given.expires_at FROM given
         WHERE tracker_leases.shard = given.shard AND tracker_leases.holder = given.holder",
        rows.given()
    );
    transaction.bulk(&sql, &rows).await.map(|_| ()).doing("giving up leases")
}

/// Takes at most `wanted` shards whose lease is nobody's.
async fn take(
    transaction: &Transaction,
    claim: Claim,
    now: Timestamp,
    wanted: usize,
) -> Result<BTreeMap<Shard, i64>, StoreError> {
    let doing = "taking over leases";
    let sql = format!(
        "WITH free AS MATERIALIZED
             (SELECT shard AS free_shard FROM tracker_leases WHERE shard >= 0 AND {FREE} ORDER BY shard LIMIT $3 {})
         UPDATE tracker_leases SET holder = $4, expires_at = $5, epoch = epoch + 1
         FROM free WHERE shard = free_shard RETURNING shard, epoch",
        transaction.skip_locked(),
    );
    let [now_, latest] = bounds(now);
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let values = [now_, latest, wanted.into(), claim.holder.to_string().into(), Moment(now.plus(claim.lease)).into()];
    let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
    epochs(&transaction.query_all_raw(statement).await.doing(doing)?, doing)
}

/// Holds for leases that are nobody's at `$1`; `$2` is the latest moment that a lease can expire at, both of [`bounds`].
pub(super) const FREE: &str = "(expires_at <= $1 OR expires_at > $2)";

pub(super) fn bounds(now: Timestamp) -> [sea_orm::Value; 2] {
    [Moment(now).into(), Moment(now.plus(LONGEST_LEASE)).into()]
}

fn epochs(rows: &[QueryResult], doing: &'static str) -> Result<BTreeMap<Shard, i64>, StoreError> {
    rows.iter()
        .map(|row| {
            let number = row.try_get_by_index(0).doing(doing)?;
            Ok((Shard::from_number(number), row.try_get_by_index(1).doing(doing)?))
        })
        .collect()
}

pub(super) async fn anything_free(engine: &Engine, time: LeaseTime) -> Result<bool, StoreError> {
    let now = present(engine, time).await?;
    let sql = format!("SELECT 1 FROM tracker_leases WHERE shard >= 0 AND {FREE} LIMIT 1");
    let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, bounds(now));
    let found = engine.query_one_raw(statement).await.doing("looking for leases that are nobody's")?;
    Ok(found.is_some())
}

pub(super) async fn list(engine: &Engine) -> Result<Vec<LeaseRow>, StoreError> {
    let doing = "reading the leases";
    let sql = "SELECT shard, holder, epoch, expires_at FROM tracker_leases WHERE shard >= 0 ORDER BY shard";
    let statement = Statement::from_string(engine.get_database_backend(), sql);
    let rows = engine.query_all_raw(statement).await.doing(doing)?;
    rows.iter()
        .map(|row| {
            let holder: String = row.try_get_by_index(1).doing(doing)?;
            let holder = match holder.as_str() {
                "" => None,
                text => Some(Holder(stored("tracker_leases.holder", &holder, Uuid::parse_str(text).ok())?)),
            };
            Ok(LeaseRow {
                shard: Shard::from_number(row.try_get_by_index(0).doing(doing)?),
                holder,
                epoch: row.try_get_by_index(2).doing(doing)?,
                expires_at: row.try_get_by_index::<Moment>(3).doing(doing)?.0,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_shards_and_differ_by_one_at_most() {
        for trackers in 1..=100 {
            let shares: Vec<usize> = (0..trackers).map(|place| share(place, trackers)).collect();
            assert_eq!(shares.iter().sum::<usize>(), SHARDS);
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1, "{shares:?}");
        }
    }
}
