//! The stored states of folds.

use domain::alert::AlertId;
use domain::outcome::Fold;
use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};

/// One outcome as it is stored, as far as folding needs it.
pub(crate) struct StoredFold {
    pub(crate) token_id: i64,
    pub(crate) alert_id: Uuid,
    pub(crate) dataset_change: i64,
    pub(crate) sealed: bool,
    pub(crate) is_rug: bool,
    pub(crate) alerted_at: Timestamp,
    pub(crate) window_end: Timestamp,
    pub(crate) expected_interval: Option<i64>,
    /// `None` where it cannot be read: written by another version, or damaged. What is stored is folded anew then.
    pub(crate) fold: Option<Box<Fold>>,
}

const COLUMNS: &str = "outcomes.token_id, outcomes.alert_id, outcomes.dataset_change, outcomes.sealed_at, \
     outcomes.alerted_at, outcomes.window_end, outcomes.expected_interval, outcomes.state";

impl StoredFold {
    fn read(row: &QueryResult) -> Result<Self, StoreError> {
        let doing = "reading the state of an outcome";
        let state: Vec<u8> = row.try_get_by_index(7).doing(doing)?;
        let alert_id: Uuid = row.try_get_by_index(1).doing(doing)?;
        let fold = Fold::from_bytes(&state)
            .inspect_err(|error| tracing::warn!(alert.id = %alert_id, %error, "folding anew from what is stored"))
            .ok();
        Ok(Self {
            token_id: row.try_get_by_index(0).doing(doing)?,
            alert_id,
            dataset_change: row.try_get_by_index(2).doing(doing)?,
            sealed: row.try_get_by_index::<Option<Moment>>(3).doing(doing)?.is_some(),
            is_rug: fold.as_ref().is_some_and(Fold::is_rug),
            alerted_at: row.try_get_by_index::<Moment>(4).doing(doing)?.0,
            window_end: row.try_get_by_index::<Moment>(5).doing(doing)?.0,
            expected_interval: row.try_get_by_index(6).doing(doing)?,
            fold: fold.map(Box::new),
        })
    }
}

/// The folds of these alerts, by token and alert.
pub(crate) async fn of_alerts(
    transaction: &Transaction,
    alerts: &[(i64, Uuid)],
) -> Result<Vec<StoredFold>, StoreError> {
    let rows = Rows::default()
        .with("token_id", alerts.iter().map(|(token_id, _)| *token_id))
        .with("alert_id", alerts.iter().map(|(_, alert_id)| *alert_id));
    let sql = format!(
        "{} SELECT {COLUMNS} FROM given JOIN outcomes
         ON outcomes.token_id = given.token_id AND outcomes.alert_id = given.alert_id",
        rows.given(),
    );
    let found = transaction.bulk(&sql, &rows).await.doing("reading the states of outcomes")?;
    found.iter().map(StoredFold::read).collect()
}

/// The fold of one alert.
pub(crate) async fn of_alert(connection: &impl ConnectionTrait, id: AlertId) -> Result<Option<StoredFold>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert_ids JOIN outcomes
         ON outcomes.token_id = alert_ids.token_id AND outcomes.alert_id = alert_ids.alert_id
         WHERE alert_ids.alert_id = $1"
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, [id.0.into()]);
    let found = connection.query_one_raw(statement).await.doing("reading the state of an outcome")?;
    found.as_ref().map(StoredFold::read).transpose()
}
