//! The window that an alert is followed over.

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use sea_orm::{ConnectionTrait, Statement};

use crate::engine::Engine;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::stored::token_key;

/// Which prices are an alert's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertWindow {
    /// Its token.
    pub token: TokenKey,
    /// The first moment of its window.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

const SQL: &str = "
    SELECT tokens.chain, tokens.address, outcomes.alerted_at, outcomes.window_end, outcomes.expected_interval
    FROM alert_ids
    JOIN outcomes ON outcomes.token_id = alert_ids.token_id AND outcomes.alert_id = alert_ids.alert_id
    JOIN tokens ON tokens.token_id = alert_ids.token_id
    WHERE alert_ids.alert_id = $1";

pub(super) async fn window(engine: &Engine, id: AlertId) -> Result<Option<AlertWindow>, StoreError> {
    let doing = "reading the window of an alert";
    let statement = Statement::from_sql_and_values(engine.get_database_backend(), SQL, [id.0.into()]);
    let Some(row) = engine.query_one_raw(statement).await.doing(doing)? else { return Ok(None) };
    let (chain, address): (String, String) =
        (row.try_get_by_index(0).doing(doing)?, row.try_get_by_index(1).doing(doing)?);
    let (start, end): (Moment, Moment) = (row.try_get_by_index(2).doing(doing)?, row.try_get_by_index(3).doing(doing)?);
    let is_import = row.try_get_by_index::<Option<i64>>(4).doing(doing)?.is_none();
    // The last look of an import's own tracker was at the very end of its window; prices are kept to the millisecond.
    let end = if is_import { Timestamp::from_millis(end.0.millis() + 1) } else { end.0 };
    Ok(Some(AlertWindow { token: token_key(&chain, &address)?, start: start.0, end }))
}
