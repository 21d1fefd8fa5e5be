//! Writing a policy down, once per version.

use std::iter::once;

use domain::outcome::Policy;
use domain::timestamp::Timestamp;

use super::of_version;
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::write::Work;

/// Registers a policy as the one in force.
pub(super) struct Register<'a> {
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

impl Work for Register<'_> {
    type Done = ();
    const DOING: &'static str = "registering the outcome policy";

    async fn run(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let Self { policy, now } = self;
        if let Some(registered) = of_version(transaction, policy.version).await?
            && registered != **policy
        {
            let differences = policy.differences(&registered).join(", ");
            return Err(StoreError::PolicyChanged { version: policy.version, differences });
        }
        let content = serde_json::to_string(policy).map_err(|error| StoreError::Corrupt {
            what: format!("policy version {}, which cannot be written down: {error}", policy.version),
        })?;
        let rows = Rows::default()
            .with("version", once(policy.version))
            .with("content", once(content))
            .with("registered_at", once(Moment(*now)))
            .with("in_force_since", once(Moment(*now)));
        // Two that begin at once with one version but other parameters: the second one waits here for the first.
        let tail = "ON CONFLICT (version) DO UPDATE SET in_force_since = excluded.in_force_since
                    WHERE policies.content = excluded.content RETURNING version";
        let written = transaction.bulk(&rows.insert_into("policies", tail), &rows).await.doing(Self::DOING)?;
        if written.is_empty() {
            self.confirm(transaction).await?;
        }
        Ok(())
    }
}

impl Register<'_> {
    /// The text differs: so may the parameters, or an older program wrote down fewer of them.
    async fn confirm(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let Self { policy, now } = self;
        let registered = of_version(transaction, policy.version).await?.unwrap_or_default();
        if registered != **policy {
            let differences = policy.differences(&registered).join(", ");
            return Err(StoreError::PolicyChanged { version: policy.version, differences });
        }
        let rows = Rows::default().with("version", once(policy.version)).with("in_force_since", once(Moment(*now)));
        transaction.bulk(&rows.update("policies", &["version"]), &rows).await.map(|_| ()).doing(Self::DOING)
    }
}
