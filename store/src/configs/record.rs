//! Recording a config.

use std::iter::once;

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, Statement, Value};

use super::{ConfigRecording, NewConfig, values_of};
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::write::Work;

pub(super) struct Record<'a> {
    pub(super) config: &'a NewConfig,
    pub(super) now: Timestamp,
}

impl Work for Record<'_> {
    type Done = ConfigRecording;
    const DOING: &'static str = "recording a config of the bot";

    async fn run(&self, transaction: &Transaction) -> Result<ConfigRecording, StoreError> {
        let Self { config, now } = self;
        let nul = |field, text: &str| if text.contains('\0') { Err(StoreError::NulInText { field }) } else { Ok(()) };
        nul("revision", &config.revision)?;
        config.values.iter().try_for_each(|(key, value)| nul("values", key).and_then(|()| nul("values", value)))?;

        // Also waits for another that records the same revision.
        let values = serde_json::json!(config.values);
        let rows = Rows::default()
            .with("revision", once(config.revision.clone()))
            .with("config_values", once(values))
            .with("recorded_at", once(Moment(*now)));
        let sql = rows.insert_into("configs", "ON CONFLICT DO NOTHING RETURNING revision");
        let is_new = !transaction.bulk(&sql, &rows).await.doing(Self::DOING)?.is_empty();
        if !is_new && self.stored_values(transaction).await? != config.values {
            return Ok(ConfigRecording::Conflict);
        }

        let effective_at = match config.effective_at {
            Some(at) => at,
            None if !is_new && self.in_force(transaction).await?.as_ref() == Some(&config.revision) => {
                return Ok(ConfigRecording::Duplicate);
            }
            None => *now,
        };
        let rows = Rows::default()
            .with("effective_at", once(Moment(effective_at)))
            .with("revision", once(config.revision.clone()))
            .with("recorded_at", once(Moment(*now)));
        let sql = rows.insert_into("config_uses", "ON CONFLICT DO NOTHING RETURNING revision");
        let used = transaction.bulk(&sql, &rows).await.doing(Self::DOING)?;
        Ok(if used.is_empty() { ConfigRecording::Duplicate } else { ConfigRecording::New })
    }
}

impl Record<'_> {
    async fn stored_values(
        &self,
        transaction: &Transaction,
    ) -> Result<std::collections::BTreeMap<String, String>, StoreError> {
        let sql = "SELECT config_values FROM configs WHERE revision = $1";
        let found = self.first(transaction, sql, self.config.revision.clone().into()).await?;
        values_of(found.unwrap_or_default())
    }

    /// The revision that is in force now.
    async fn in_force(&self, transaction: &Transaction) -> Result<Option<String>, StoreError> {
        let sql = "SELECT revision FROM config_uses WHERE effective_at <= $1
                   ORDER BY effective_at DESC, revision DESC LIMIT 1";
        self.first(transaction, sql, Moment(self.now).into()).await
    }

    async fn first<T: sea_orm::TryGetable>(
        &self,
        transaction: &Transaction,
        sql: &str,
        value: Value,
    ) -> Result<Option<T>, StoreError> {
        let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, [value]);
        let found = transaction.query_one_raw(statement).await.doing(Self::DOING)?;
        found.map(|row| row.try_get_by_index(0)).transpose().doing(Self::DOING)
    }
}
