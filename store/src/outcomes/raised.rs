//! Alerts that were raised a moment ago and still wait for their first look.

use domain::alert::AlertId;
use domain::quantity::PriceUsd;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use sea_orm::{ConnectionTrait, Statement};

use crate::engine::Engine;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::leases::Fence;
use crate::stored::token_key;

/// An alert that waits for its first look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raised {
    /// Its number.
    pub alert: AlertId,
    /// Its token.
    pub token: TokenKey,
    /// What the bot says it costs, in USD.
    pub quoted_price_usd: Option<PriceUsd>,
}

pub(super) async fn raised_since(
    engine: &Engine,
    since: Timestamp,
    fence: Option<&Fence>,
) -> Result<Vec<Raised>, StoreError> {
    let doing = "looking for alerts that were just raised";
    let sql = format!(
        "SELECT alerts.alert_id, tokens.chain, tokens.address, alerts.entry_price_usd
         FROM alerts JOIN tokens ON tokens.token_id = alerts.token_id
         WHERE alerts.alerted_at >= $1 AND alerts.tracking_window IS NULL {}
           AND NOT EXISTS (SELECT 1 FROM price_snapshots
                           WHERE price_snapshots.token_id = alerts.token_id
                             AND price_snapshots.observed_at >= $1
                             AND price_snapshots.observed_at >= alerts.alerted_at)",
        fence.map(Fence::condition).unwrap_or_default()
    );
    let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, [Moment(since).into()]);
    let rows = engine.query_all_raw(statement).await.doing(doing)?;
    rows.iter()
        .map(|row| {
            let (id, chain, address, quoted): (uuid::Uuid, String, String, Option<f64>) = (
                row.try_get_by_index(0).doing(doing)?,
                row.try_get_by_index(1).doing(doing)?,
                row.try_get_by_index(2).doing(doing)?,
                row.try_get_by_index(3).doing(doing)?,
            );
            let quoted_price_usd = quoted.and_then(|usd| PriceUsd::new(usd).ok());
            Ok(Raised { alert: AlertId(id), token: token_key(&chain, &address)?, quoted_price_usd })
        })
        .collect()
}
