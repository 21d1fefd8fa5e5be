//! Reading stored observations.

use std::sync::Arc;

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::StreamExt;
use futures::stream::{self, BoxStream, TryStreamExt};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::engine::Engine;
use crate::entity::token;
use crate::error::{Doing, StoreError};
use crate::snapshots::{self, CHUNK};

struct Reading {
    engine: Arc<Engine>,
    token_id: i64,
    to: Timestamp,
    /// Where to go on: at this moment, after this source.
    from: (Timestamp, Arc<str>),
}

pub(super) fn prices(
    engine: Arc<Engine>,
    token: TokenKey,
    from: Timestamp,
    to: Timestamp,
) -> BoxStream<'static, Result<Observation, StoreError>> {
    let reading = async move {
        Ok::<_, StoreError>(match number_of(&engine, token).await? {
            Some(token_id) => Reading { engine, token_id, to, from: (from, "".into()) }.stream(),
            None => stream::empty().boxed(),
        })
    };
    stream::once(reading).try_flatten().boxed()
}

/// The number of a token; `None` for one that was never alerted.
pub(super) async fn number_of(engine: &Engine, token: TokenKey) -> Result<Option<i64>, StoreError> {
    let found = token::Entity::find()
        .filter(token::Column::Chain.eq(token.chain.name()))
        .filter(token::Column::Address.eq(token.address.to_string()))
        .one(engine)
        .await
        .doing("looking for a token")?;
    Ok(found.map(|found| found.token_id))
}

impl Reading {
    fn stream(self) -> BoxStream<'static, Result<Observation, StoreError>> {
        stream::try_unfold(Some(self), |reading| async {
            let Some(mut reading) = reading else { return Ok::<_, StoreError>(None) };
            let chunk = reading.chunk().await?;
            let more = chunk.last().filter(|_| chunk.len() as u64 == CHUNK).map(|last| {
                reading.from = (last.observed_at, Arc::clone(&last.source));
                reading
            });
            Ok(Some((stream::iter(chunk).map(Ok), more)))
        })
        .try_flatten()
        .boxed()
    }

    async fn chunk(&self) -> Result<Vec<Observation>, StoreError> {
        snapshots::chunk(&*self.engine, self.token_id, &self.from, self.to).await
    }
}
