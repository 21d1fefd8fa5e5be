//! Loading as columns: on Postgres copied out in bulk, on SQLite read in chunks.

use domain::alert::AlertId;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use sea_orm::DbErr;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::batch::Batch;
use super::copied::{Decoder, statement};
use super::{Dataset, Reading, Revision, removed, revision};
use crate::engine::Transaction;
use crate::error::{Doing, StoreError};
use crate::options::EngineKind;

/// What changed between two states of the dataset.
pub struct Changes {
    /// The state that this leads to.
    pub revision: Revision,
    /// Alerts of an earlier load that are deleted. One that is among the batches too was recorded again.
    pub removed: Vec<AlertId>,
    /// The alerts that are new or changed, each as it was at that moment, in no particular order. Taken from one snapshot
    /// of the database, which ends when the stream is dropped.
    pub batches: BoxStream<'static, Result<Batch, StoreError>>,
}

const LOADING: &str = "loading the dataset";
/// So many pieces may wait to be decoded.
const WAITING: usize = 8;

impl Dataset<'_> {
    /// What changed since `after`, as columns; everything for `Revision::default()`.
    pub async fn changes(&self, after: Revision) -> Result<Changes, StoreError> {
        let snapshot = self.store.engine.snapshot().await.doing(LOADING)?;
        let revision = revision(&snapshot, &self.store.engine).await?;
        let removed = if after == Revision::default() { Vec::new() } else { removed(&snapshot, after).await? };
        let batches = match self.store.kind() {
            EngineKind::Postgres => copied(snapshot, after.settled),
            EngineKind::Sqlite => {
                let reading = Reading { store: self.store.clone(), snapshot, behind: (after.settled, None) };
                reading.batches()
            }
        };
        Ok(Changes { revision, removed, batches })
    }
}

/// One task reads, and each piece is decoded on a thread of its own meanwhile.
fn copied(snapshot: Transaction, settled: i64) -> BoxStream<'static, Result<Batch, StoreError>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let reading = async move { snapshot.copy_out(&statement(settled), &sender).await };
    let reading = tokio::spawn(reading.in_current_span());
    let state = Decoding { receiver, reading: Some(reading), decoder: Decoder::default() };
    stream::try_unfold(state, Decoding::next).boxed()
}

struct Decoding {
    receiver: mpsc::Receiver<Vec<u8>>,
    reading: Option<tokio::task::JoinHandle<Result<(), DbErr>>>,
    decoder: Decoder,
}

impl Decoding {
    async fn next(mut self) -> Result<Option<(Batch, Self)>, StoreError> {
        if let Some(bytes) = self.receiver.recv().await {
            let Self { receiver, reading, mut decoder } = self;
            let decode = move || decoder.decode(&bytes).map(|batch| (batch, decoder));
            let decoded = tokio::task::spawn_blocking(decode).await.map_err(interrupted)?;
            let (batch, decoder) = decoded?;
            return Ok(Some((batch, Self { receiver, reading, decoder })));
        }
        if let Some(reading) = self.reading.take() {
            reading.await.map_err(interrupted)?.doing(LOADING)?;
        }
        Ok(None)
    }
}

/// The runtime is shutting down.
fn interrupted(_: tokio::task::JoinError) -> StoreError {
    StoreError::silent(LOADING)
}

impl Reading {
    fn batches(self) -> BoxStream<'static, Result<Batch, StoreError>> {
        self.chunks()
            .map_ok(|records| {
                let mut batch = Batch::empty();
                records.iter().for_each(|(token, record)| batch.push(*token, record));
                batch
            })
            .boxed()
    }
}
