//! The policies that this process has met, so that reading an open outcome from its fold's state asks the database for
//! its policy once, not once per outcome.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::outcome::Policy;
use sea_orm::ConnectionTrait;

use super::of_version;
use crate::error::StoreError;

/// Policies by version. A version never changes, so nothing here is ever out of date.
pub(crate) struct KnownPolicies(RwLock<HashMap<i32, Arc<Policy>>>);

impl Default for KnownPolicies {
    /// Knows the built-in one.
    fn default() -> Self {
        let built_in = Policy::default();
        Self(RwLock::new(HashMap::from([(built_in.version, Arc::new(built_in))])))
    }
}

impl KnownPolicies {
    /// The policy of a version, if it was met before.
    pub(crate) fn get(&self, version: i32) -> Option<Arc<Policy>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&version).cloned()
    }

    /// The policy of a version that some open outcome is folded under; it was met before (see [`Self::find`]).
    pub(crate) fn of(&self, version: i32) -> Result<Arc<Policy>, StoreError> {
        self.get(version).ok_or_else(|| StoreError::Corrupt {
            what: format!("an open outcome is folded under policy version {version}, which nobody has registered"),
        })
    }

    /// Keeps a policy in mind.
    pub(crate) fn learn(&self, policy: &Policy) {
        if self.get(policy.version).is_some_and(|known| *known == *policy) {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(policy.version, Arc::new(policy.clone()));
    }

    /// The policy of a version, asked of the database the first time. `None` where no tracker ever registered it.
    pub(crate) async fn find(
        &self,
        connection: &impl ConnectionTrait,
        version: i32,
    ) -> Result<Option<Arc<Policy>>, StoreError> {
        if let Some(known) = self.get(version) {
            return Ok(Some(known));
        }
        let found = of_version(connection, version).await?;
        Ok(found.map(|found| {
            self.learn(&found);
            Arc::new(found)
        }))
    }
}
