//! Bringing the tables up to date, and telling whether they are.

use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigratorTrait, SchemaManager};

use crate::Store;
use crate::error::{Doing, MigrationState, StoreError};
use crate::migration::Migrator;

impl Store {
    /// Brings the tables up to date, all steps or none, and returns the names of the steps that it took. Any number of
    /// processes may do so at once: one works, the others wait. A database that is ahead is [`StoreError::Schema`].
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.take_steps(None).await
    }

    /// The same up to and with one step: what an earlier version of this program left behind, for tests of upgrades.
    #[doc(hidden)]
    pub async fn migrate_until(&self, last: &str) -> Result<Vec<String>, StoreError> {
        self.take_steps(Some(last)).await
    }

    async fn take_steps(&self, last: Option<&str>) -> Result<Vec<String>, StoreError> {
        let doing = "migrating the tables";
        let transaction = self.engine.begin_migration().await.doing(doing)?;
        let mut steps = match state_of(&transaction).await? {
            state @ MigrationState::Ahead(_) => return Err(StoreError::Schema(state)),
            MigrationState::Pending(steps) => steps,
            MigrationState::Current => Vec::new(),
        };
        if let Some(last) = last {
            let count = steps.iter().position(|step| step == last).map_or(0, |index| index + 1);
            steps.truncate(count);
        }
        let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        Migrator::up(&transaction, Some(count)).await.doing(doing)?;
        if last.is_none() {
            self.engine.renumber_changes(&transaction).await.doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(steps)
    }

    /// How its tables compare with those that this program knows. Changes nothing.
    pub async fn migration_state(&self) -> Result<MigrationState, StoreError> {
        // What SeaORM asks by itself has no limit in time.
        let state = tokio::time::timeout(self.engine.statement_timeout(), async { state_of(&self.engine.orm()).await });
        state.await.unwrap_or_else(|_| Err(StoreError::silent("reading which migrations were run")))
    }

    /// The names of all steps that this program knows, oldest first.
    #[must_use]
    pub fn migrations() -> Vec<String> {
        Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
    }
}

async fn state_of<C>(connection: &C) -> Result<MigrationState, StoreError>
where
    C: ConnectionTrait,
    for<'a> &'a C: sea_orm_migration::IntoSchemaManagerConnection<'a>,
{
    let doing = "reading which migrations were run";
    let applied: Vec<String> = if SchemaManager::new(connection).has_table("seaql_migrations").await.doing(doing)? {
        let models = Migrator::get_migration_models(connection).await.doing(doing)?;
        models.into_iter().map(|model| model.version).collect()
    } else {
        Vec::new()
    };
    let known = Store::migrations();
    let missing =
        |from: &[String], of: &[String]| of.iter().filter(|name| !from.contains(name)).cloned().collect::<Vec<_>>();
    let (ahead, pending) = (missing(&known, &applied), missing(&applied, &known));
    Ok(match (ahead.is_empty(), pending.is_empty()) {
        (false, _) => MigrationState::Ahead(ahead),
        (true, false) => MigrationState::Pending(pending),
        (true, true) => MigrationState::Current,
    })
}
