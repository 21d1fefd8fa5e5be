//! The bot's configs, and from when on each of them held.

mod record;

use std::collections::BTreeMap;

use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::store::Store;
use crate::stored::stored;
use crate::write::write;

/// See [`Store::configs`].
#[derive(Clone, Copy)]
pub struct Configs<'a> {
    pub(crate) store: &'a Store,
}

/// A config of the bot, in force from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What alerts name in `config_revision`. A revision always has the same values.
    pub revision: String,
    /// The config, key by key.
    pub values: BTreeMap<String, String>,
    /// From when on it holds. One revision may hold several times, with others in between.
    pub effective_at: Timestamp,
    /// When that was recorded.
    pub recorded_at: Timestamp,
}

/// A config to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConfig {
    /// Its revision.
    pub revision: String,
    /// The config, key by key.
    pub values: BTreeMap<String, String>,
    /// From when on it holds; from now on where `None`, unless it is in force already.
    pub effective_at: Option<Timestamp>,
}

/// What became of a [`NewConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigRecording {
    /// It is recorded to be in force from then on.
    New,
    /// That was known: nothing was changed.
    Duplicate,
    /// Other values are recorded under this revision. Nothing was changed.
    Conflict,
}

/// Where a list of configs goes on: behind this use of this revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPosition {
    /// When it became effective.
    pub effective_at: Timestamp,
    /// Its revision.
    pub revision: String,
}

const SELECT: &str = "SELECT configs.revision, configs.config_values, config_uses.effective_at, config_uses.recorded_at
     FROM config_uses JOIN configs ON configs.revision = config_uses.revision";
const NEWEST_FIRST: &str = "ORDER BY config_uses.effective_at DESC, config_uses.revision DESC LIMIT";
const DOING: &str = "reading the bot's configs";

impl Configs<'_> {
    /// Records a config. Safe to repeat: the same again changes nothing, unless another was in force in between.
    pub async fn record(&self, config: NewConfig, now: Timestamp) -> Result<ConfigRecording, StoreError> {
        write(&self.store.engine, record::Record { config: &config, now }).await
    }

    /// The config of a revision, as of when it was last put into force.
    pub async fn get(&self, revision: &str) -> Result<Option<Config>, StoreError> {
        let rest = format!("WHERE configs.revision = $1 {NEWEST_FIRST} 1");
        Ok(self.select(&rest, vec![revision.into()]).await?.pop())
    }

    /// The config that held at a moment; `None` before the first.
    pub async fn in_force(&self, at: Timestamp) -> Result<Option<Config>, StoreError> {
        let rest = format!("WHERE config_uses.effective_at <= $1 {NEWEST_FIRST} 1");
        Ok(self.select(&rest, vec![Moment(at).into()]).await?.pop())
    }

    /// Configs by when they were put into force, the latest first, at most `limit`, behind `after`. One that was put into
    /// force several times stands there as often.
    pub async fn list(&self, after: Option<ConfigPosition>, limit: u64) -> Result<Vec<Config>, StoreError> {
        let limit = Value::from(i64::try_from(limit).unwrap_or(i64::MAX));
        match after {
            None => self.select(&format!("{NEWEST_FIRST} $1"), vec![limit]).await,
            Some(ConfigPosition { effective_at, revision }) => {
                let rest =
                    format!("WHERE (config_uses.effective_at, config_uses.revision) < ($1, $2) {NEWEST_FIRST} $3");
                self.select(&rest, vec![Moment(effective_at).into(), revision.into(), limit]).await
            }
        }
    }

    async fn select(&self, rest: &str, values: Vec<Value>) -> Result<Vec<Config>, StoreError> {
        let engine = &*self.store.engine;
        let sql = format!("{SELECT} {rest}");
        let statement = Statement::from_sql_and_values(engine.get_database_backend(), sql, values);
        engine.query_all_raw(statement).await.doing(DOING)?.iter().map(config).collect()
    }
}

fn config(row: &QueryResult) -> Result<Config, StoreError> {
    let values: serde_json::Value = row.try_get_by_index(1).doing(DOING)?;
    Ok(Config {
        revision: row.try_get_by_index(0).doing(DOING)?,
        values: values_of(values)?,
        effective_at: row.try_get_by_index::<Moment>(2).doing(DOING)?.0,
        recorded_at: row.try_get_by_index::<Moment>(3).doing(DOING)?.0,
    })
}

fn values_of(stored_values: serde_json::Value) -> Result<BTreeMap<String, String>, StoreError> {
    let read = serde_json::from_value(stored_values.clone()).ok();
    stored("configs.config_values", &stored_values, read)
}
