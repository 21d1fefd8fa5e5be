//! The price history of a token: observations where they are kept, bars of five minutes where they are not.

use std::sync::Arc;

use domain::bar::{PriceBar, Resolution};
use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::StreamExt;
use futures::stream::{self, BoxStream, TryStreamExt};

use super::read::number_of;
use crate::engine::Engine;
use crate::error::StoreError;
use crate::retention::weeks;
use crate::snapshots::CHUNK;
use crate::week::Week;
use crate::{bars, snapshots};

/// One piece of a price history.
#[derive(Clone, Debug, PartialEq)]
pub enum PricePiece {
    /// As it was observed.
    Observation(Observation),
    /// Five minutes of which the observations are no longer kept.
    Bar(PriceBar),
}

/// A place in a price history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPlace {
    /// Observations from this moment on.
    at: Timestamp,
    /// Of that very moment only those of later sources.
    behind_source: Arc<str>,
    /// Bars that begin at this moment or later.
    bars_from: Timestamp,
}

impl HistoryPlace {
    /// Before everything at or after a moment, the bar that it lies in included.
    #[must_use]
    pub fn begin(at: Timestamp) -> Self {
        Self { at, behind_source: "".into(), bars_from: Resolution::FIVE_MINUTES.floor(at) }
    }

    /// Behind one observation.
    #[must_use]
    pub fn behind(observed_at: Timestamp, source: &str) -> Self {
        Self { behind_source: source.into(), ..Self::begin(observed_at) }
    }

    /// Where a bar ends: only what begins then or later.
    #[must_use]
    pub fn end_of_bar(at: Timestamp) -> Self {
        Self { at, behind_source: "".into(), bars_from: at }
    }
}

struct History {
    engine: Arc<Engine>,
    token_id: i64,
    to: Timestamp,
    place: HistoryPlace,
}

pub(super) fn history(
    engine: Arc<Engine>,
    token: TokenKey,
    place: HistoryPlace,
    to: Timestamp,
) -> BoxStream<'static, Result<PricePiece, StoreError>> {
    let reading = async move {
        Ok::<_, StoreError>(match number_of(&engine, token).await? {
            Some(token_id) => History { engine, token_id, to, place }.stream(),
            None => stream::empty().boxed(),
        })
    };
    stream::once(reading).try_flatten().boxed()
}

impl History {
    fn stream(self) -> BoxStream<'static, Result<PricePiece, StoreError>> {
        stream::try_unfold(Some(self), |history| async {
            let Some(mut history) = history.filter(|history| history.place.at < history.to) else {
                return Ok::<_, StoreError>(None);
            };
            let (pieces, next) = history.chunk().await?;
            history.place = next;
            Ok(Some((stream::iter(pieces).map(Ok), Some(history))))
        })
        .try_flatten()
        .boxed()
    }

    /// The next pieces, and where to go on behind them.
    async fn chunk(&self) -> Result<(Vec<PricePiece>, HistoryPlace), StoreError> {
        let engine = &*self.engine;
        loop {
            let rolled = weeks::rolled_in(engine, self.place.at, self.to).await?;
            match rolled.first() {
                Some(week) if week.starts_at() <= self.place.at => return self.bars_of(*week).await,
                next => {
                    let until = next.map_or(self.to, |week| week.starts_at());
                    let chunk = self.observations(until).await?;
                    // A week may have been rolled up and dropped while it was read.
                    if weeks::rolled_in(engine, self.place.at, until).await?.is_empty() {
                        return Ok(chunk);
                    }
                }
            }
        }
    }

    async fn bars_of(&self, week: Week) -> Result<(Vec<PricePiece>, HistoryPlace), StoreError> {
        let until = self.to.min(week.ends_at());
        let from = self.place.bars_from.max(week.starts_at());
        let bars = bars::beginning_in(&*self.engine, self.token_id, (from, until), CHUNK).await?;
        let full = bars.last().filter(|_| bars.len() as u64 == CHUNK);
        let next = full.map_or(until, |last| Resolution::FIVE_MINUTES.end(last.starts_at));
        Ok((bars.into_iter().map(PricePiece::Bar).collect(), HistoryPlace::end_of_bar(next)))
    }

    async fn observations(&self, until: Timestamp) -> Result<(Vec<PricePiece>, HistoryPlace), StoreError> {
        let behind = (self.place.at, Arc::clone(&self.place.behind_source));
        let seen = snapshots::chunk(&*self.engine, self.token_id, &behind, until).await?;
        let full = seen.last().filter(|_| seen.len() as u64 == CHUNK);
        let next = full.map_or_else(
            || HistoryPlace::end_of_bar(until),
            |last| HistoryPlace::behind(last.observed_at, &last.source),
        );
        Ok((seen.into_iter().map(PricePiece::Observation).collect(), next))
    }
}
