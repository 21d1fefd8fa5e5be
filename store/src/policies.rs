//! The outcome policies that were ever in force. An outcome names its policy by the version, so a version stands for the
//! same parameters for ever.

mod known;
mod register;

use domain::outcome::Policy;
use domain::timestamp::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

pub(crate) use known::KnownPolicies;

use crate::entity::policy::{Column, Entity, Model};
use crate::error::{Doing, StoreError};
use crate::store::Store;
use crate::write::write;

/// See [`Store::policies`].
#[derive(Clone, Copy)]
pub struct Policies<'a> {
    pub(crate) store: &'a Store,
}

/// A policy that a tracker was started with.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisteredPolicy {
    /// The policy.
    pub policy: Policy,
    /// When a tracker first had it.
    pub registered_at: Timestamp,
    /// When a tracker was last started with it.
    pub in_force_since: Timestamp,
}

impl Policies<'_> {
    /// Writes a policy down, and that it is in force from `now` on. Every tracker does so when it starts.
    ///
    /// [`StoreError::PolicyChanged`] where its version stands for other parameters.
    pub async fn register(&self, policy: &Policy, now: Timestamp) -> Result<(), StoreError> {
        write(&self.store.engine, register::Register { policy, now }).await?;
        self.store.policies.learn(policy);
        Ok(())
    }

    /// The policy that a tracker was started with last; the built-in one before any was.
    pub async fn in_force(&self) -> Result<Policy, StoreError> {
        let latest = Entity::find()
            .order_by_desc(Column::InForceSince)
            .order_by_desc(Column::Version)
            .one(&*self.store.engine)
            .await
            .doing("reading the policy in force")?;
        latest.map_or_else(|| Ok(Policy::default()), |latest| read(&latest))
    }

    /// The policy of a version; `None` where none was registered. Version 1 is the built-in one.
    pub async fn get(&self, version: i32) -> Result<Option<Policy>, StoreError> {
        let found = self.store.policies.find(&*self.store.engine, version).await?;
        Ok(found.map(|policy| (*policy).clone()))
    }

    /// All that were registered, by version.
    pub async fn all(&self) -> Result<Vec<RegisteredPolicy>, StoreError> {
        let found = Entity::find().order_by_asc(Column::Version).all(&*self.store.engine).await;
        found
            .doing("reading the registered policies")?
            .into_iter()
            .map(|model| {
                let policy = read(&model)?;
                let (registered_at, in_force_since) = (model.registered_at.0, model.in_force_since.0);
                Ok(RegisteredPolicy { policy, registered_at, in_force_since })
            })
            .collect()
    }
}

/// The policy of a version. Version 1 needs no row: it is built in.
pub(crate) async fn of_version(connection: &impl ConnectionTrait, version: i32) -> Result<Option<Policy>, StoreError> {
    let found = Entity::find_by_id(version).one(connection).await.doing("reading a registered policy")?;
    match found {
        Some(model) => read(&model).map(Some),
        None => Ok((version == Policy::default().version).then(Policy::default)),
    }
}

fn read(model: &Model) -> Result<Policy, StoreError> {
    serde_json::from_str(&model.content).map_err(|error| StoreError::Corrupt {
        what: format!("the content of policy version {}: {error}", model.version),
    })
}
