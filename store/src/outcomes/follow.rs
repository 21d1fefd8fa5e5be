//! What to follow.

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::FollowedToken;
use crate::engine::Engine;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::leases::Fence;
use crate::pools::PinnedPool;
use crate::stored::token_key;

/// An outcome is never due before its window ends, and there is an index on when it is due. The ticker of the newest alert
/// comes by rank: looked up by its time, thousands of alerts of one moment would each be compared with all others.
const SQL: &str = "
    SELECT tokens.chain, tokens.address, followed.symbol,
           followed.newest, followed.until, followed.alerted, pools.pool, pools.dex_name, pools.pinned_at,
           (SELECT MAX(price_snapshots.observed_at) FROM price_snapshots
            WHERE price_snapshots.token_id = followed.token_id AND price_snapshots.observed_at >= followed.oldest)
    FROM (SELECT token_id, MAX(alerted_at) AS newest, MIN(alerted_at) AS oldest, MAX(window_end) AS until,
                 MAX(CASE WHEN decision = 'alerted' THEN 1 ELSE 0 END) AS alerted,
                 MAX(CASE WHEN recency = 1 THEN symbol END) AS symbol
          FROM (SELECT outcomes.token_id, outcomes.alerted_at, outcomes.window_end, alerts.decision, alerts.symbol,
                       ROW_NUMBER() OVER (PARTITION BY outcomes.token_id
                                          ORDER BY outcomes.alerted_at DESC, outcomes.alert_id) AS recency
                FROM outcomes
                JOIN alerts ON alerts.token_id = outcomes.token_id AND alerts.alert_id = outcomes.alert_id
                WHERE outcomes.sealed_at IS NULL AND outcomes.seal_due_at > $1 AND outcomes.window_end > $1
               ) AS open_alerts
          GROUP BY token_id) AS followed
    JOIN tokens ON tokens.token_id = followed.token_id
    LEFT JOIN pools ON pools.token_id = followed.token_id
    WHERE 1 = 1";

pub(super) async fn follow_list(
    engine: &Engine,
    now: Timestamp,
    fence: Option<&Fence>,
) -> Result<Vec<FollowedToken>, StoreError> {
    let sql = format!("{SQL} {}", fence.map(Fence::condition).unwrap_or_default());
    let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, [Moment(now).into()]);
    let rows = engine.query_all_raw(statement).await.doing("reading which tokens to follow")?;
    rows.iter().map(followed).collect()
}

fn followed(row: &QueryResult) -> Result<FollowedToken, StoreError> {
    let doing = "reading a token to follow";
    let moment = |index| row.try_get_by_index::<Option<Moment>>(index).map(|at| at.map(|at| at.0)).doing(doing);
    let text = |index| row.try_get_by_index::<Option<String>>(index).doing(doing);
    let token = token_key(&text(0)?.unwrap_or_default(), &text(1)?.unwrap_or_default())?;
    let pool = match (text(6)?, moment(8)?) {
        (Some(address), Some(pinned_at)) => {
            Some(PinnedPool { address: address.into(), dex_name: text(7)?.map(Into::into), pinned_at })
        }
        _ => None,
    };
    Ok(FollowedToken {
        token,
        symbol: text(2)?.unwrap_or_default().into(),
        newest_alerted_at: row.try_get_by_index::<Moment>(3).doing(doing)?.0,
        until: row.try_get_by_index::<Moment>(4).doing(doing)?.0,
        alerted: row.try_get_by_index::<i32>(5).doing(doing)? == 1,
        pool,
        last_observed_at: moment(9)?,
    })
}
