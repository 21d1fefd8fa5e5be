//! Stores what was seen: whatever answers are waiting go in together, in one transaction.

use std::time::Duration;

use service::clock::Work;
use service::telemetry::SPANS;
use store::StoreError;
use store::leases::Fence;
use store::observations::{Batch, BatchReport, Reception};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::Parts;
use super::lease::polled::Polled;
use super::patience::{Patience, survive};
use super::record_metrics;
use crate::feed::cascade::Delivery;

/// So many observations go into one transaction at most (and one answer more).
const TOGETHER: usize = 1_000;

/// One of the writers of polled prices.
pub(super) struct Recorder {
    parts: Parts,
}

impl Recorder {
    pub(super) const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Stores deliveries until nobody can send any more. After `stop` a store that does not answer is no longer waited for.
    pub(super) async fn run(self, mut polled: mpsc::Receiver<Polled>, stop: CancellationToken) {
        while let Some(Polled { delivery: Delivery { seen, mut work }, under, span }) = polled.recv().await {
            let fence = self.parts.leases.fence();
            let first = Batch { observations: seen.observations, pools: seen.pools };
            let mut batch = covered(first, &fence.clone().common(&under));
            // The guards of the others go: that of the first holds the clock for all.
            while batch.observations.len() < TOGETHER
                && let Ok(Polled { delivery: Delivery { seen, .. }, under, .. }) = polled.try_recv()
            {
                let next = Batch { observations: seen.observations, pools: seen.pools };
                let next = covered(next, &fence.clone().common(&under));
                batch.observations.extend(next.observations);
                batch.pools.extend(next.pools);
            }
            // What is done for all of them is part of the first look.
            let span = tracing::info_span!(target: SPANS, parent: span.id(), "store_observations");
            let written = self.write(batch, fence, &mut work, &stop).instrument(span);
            survive("storing observations", written).await;
        }
    }

    /// Writes a batch, however long the store takes to answer. What the store refuses for good is halved until the part that
    /// it refuses is alone; that part is dropped and logged. What is lost of `fence` meanwhile is dropped too, even where
    /// this tracker has it again: another may have written of that time.
    async fn write(&self, batch: Batch, mut fence: Fence, work: &mut Work, stop: &CancellationToken) {
        let mut patience = Patience::default();
        let mut parts = vec![batch];
        while let Some(batch) = parts.pop() {
            let now = self.parts.clock.now();
            fence = fence.common(&self.parts.leases.fence());
            let batch = covered(batch, &fence);
            let observations = batch.observations.len();
            let to = self.parts.store.observations().under(&fence);
            match to.record(&batch, now, &self.parts.rules).await {
                Ok(report) => {
                    patience = Patience::default();
                    self.tell(&batch, &report);
                }
                Err(StoreError::LeaseLost { shards }) => {
                    self.parts.leases.lost(&shards);
                    parts.push(batch);
                }
                Err(error) if may_pass(&error) => {
                    let error = said(&error);
                    if stop.is_cancelled() {
                        tracing::error!(
                            error,
                            observations,
                            "the store did not answer before the stop; these prices are lost"
                        );
                        return;
                    }
                    let pause = patience.pause();
                    tracing::warn!(error, observations, retry_in_ms = millis(pause), "waiting for the store");
                    parts.push(batch);
                    tokio::select! {
                        () = work.pause(pause) => {}
                        () = stop.cancelled() => {}
                    }
                }
                Err(error) if observations.max(batch.pools.len()) > 1 => {
                    tracing::warn!(error = said(&error), observations, "the store refused a batch; halving it");
                    parts.extend(halves(batch));
                }
                Err(error) => {
                    let token = batch.observations.first().map(|(token, _)| token.to_string());
                    tracing::error!(error = said(&error), token, "the store refused an observation; it is dropped");
                }
            }
        }
    }

    fn tell(&self, batch: &Batch, report: &BatchReport) {
        record_metrics::received(&report.receptions);
        self.parts.announcer.announce(&report.happenings);
        for ((token, observation), reception) in batch.observations.iter().zip(&report.receptions) {
            if !matches!(reception, Reception::Accepted | Reception::Duplicate) {
                tracing::debug!(token.address = %token.address, source = &*observation.source, ?reception,
                    "an observation was not stored");
            }
        }
    }
}

/// The part of a batch that is this tracker's to write.
fn covered(mut batch: Batch, fence: &Fence) -> Batch {
    let observations = batch.observations.len();
    batch.observations.retain(|(token, _)| fence.covers(token));
    batch.pools.retain(|(token, _)| fence.covers(token));
    let dropped = observations - batch.observations.len();
    if dropped > 0 {
        tracing::warn!(
            dropped,
            kept = batch.observations.len(),
            "prices of tokens that another tracker has taken over"
        );
    }
    batch
}

/// Whether somebody may make the store answer without this program doing anything.
const fn may_pass(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::DiskFull { .. } | StoreError::Schema(_))
}

fn halves(mut batch: Batch) -> [Batch; 2] {
    let observations = batch.observations.split_off(batch.observations.len() / 2);
    let pools = batch.pools.split_off(batch.pools.len() / 2);
    [batch, Batch { observations, pools }]
}

/// The error with what the driver said.
fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
