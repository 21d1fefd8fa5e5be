//! The outcomes that are still open, as far as they have come: for questions about how soon, which need not wait for the seal.

use domain::alert::AlertId;
use domain::outcome::Outcome;
use domain::timestamp::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::engine::Engine;
use crate::entity::outcome::{Column, Entity};
use crate::error::{Doing, StoreError};
use crate::policies::KnownPolicies;

/// An alert whose window is open, and what became of it so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Young {
    /// Which alert.
    pub id: AlertId,
    /// When it was raised.
    pub alerted_at: Timestamp,
    /// So far.
    pub outcome: Outcome,
}

pub(super) async fn young(engine: &Engine, policies: &KnownPolicies) -> Result<Vec<Young>, StoreError> {
    let open = Entity::find()
        .filter(Column::SealedAt.is_null())
        .all(engine)
        .await
        .doing("reading the outcomes that are still open")?;
    let mut young = Vec::with_capacity(open.len());
    for model in open {
        policies.find(engine, model.policy_version).await?;
        let (id, alerted_at) = (AlertId(model.alert_id), model.alerted_at.0);
        young.push(Young { id, alerted_at, outcome: super::row::outcome(model, policies)? });
    }
    Ok(young)
}
