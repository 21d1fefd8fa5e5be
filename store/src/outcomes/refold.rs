//! Checking a stored outcome against a fold of what is stored.

use domain::alert::AlertId;
use domain::outcome::Fold;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Refold, row};
use crate::engine::Engine;
use crate::entity::outcome::{Column, Entity};
use crate::error::{Doing, StoreError};
use crate::folding;
use crate::policies::KnownPolicies;
use crate::rules::Rules;
use crate::stored::stored;

pub(super) async fn refold(
    engine: &Engine,
    policies: &KnownPolicies,
    id: AlertId,
    rules: &Rules,
) -> Result<Option<Refold>, StoreError> {
    let snapshot = &engine.snapshot().await.doing("reading an outcome")?;
    let Some(fold) = folding::of_alert(snapshot, id).await? else { return Ok(None) };
    let Some((fresh, _)) = folding::fold_from_storage(snapshot, &fold, &rules.policy).await? else { return Ok(None) };
    let model = Entity::find()
        .filter(Column::TokenId.eq(fold.token_id))
        .filter(Column::AlertId.eq(fold.alert_id))
        .one(snapshot)
        .await
        .doing("reading an outcome")?;
    let model = stored("outcomes", &id, model)?;
    Ok(Some(Refold {
        fresh: fresh.outcome(&rules.policy),
        fresh_state: fresh.to_bytes(),
        // In today's format, whichever it was written in.
        stored_state: Fold::from_bytes(&model.state).map_or_else(|_| model.state.clone(), |fold| fold.to_bytes()),
        stored: row::outcome(model, policies)?,
    }))
}
