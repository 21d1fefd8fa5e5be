//! Stores what was seen: whatever answers are waiting go in together, in one transaction.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use service::clock::Work;
use service::telemetry::SPANS;
use store::StoreError;
use store::leases::Fence;
use store::observations::{Batch, BatchReport, Reception};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::Parts;
use super::lease::polled::Polled;
use super::patience::{Patience, survive};
use super::record_metrics;
use crate::feed::look::{Delivery, Seen};

/// So many observations go into one transaction at most (and one answer more).
const TOGETHER: usize = 1_000;
/// Answers that are taken in at most while the store is waited for; then the polling waits too.
const TAKEN_IN: usize = 1_024;

/// One of the writers of polled prices.
pub(super) struct Recorder {
    parts: Parts,
    polled: mpsc::Receiver<Polled>,
    /// What came while the store was waited for. Its guards are gone: nobody who waits for a turn may hold the clock that
    /// the wait is measured by.
    taken_in: VecDeque<Waiting>,
}

/// What a source told, without a guard of its own.
struct Waiting {
    seen: Seen,
    under: Arc<Fence>,
    span: Span,
}

impl Recorder {
    pub(super) const fn new(parts: Parts, polled: mpsc::Receiver<Polled>) -> Self {
        Self { parts, polled, taken_in: VecDeque::new() }
    }

    /// Stores deliveries until nobody can send any more. After `stop` a store that does not answer is no longer waited for.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        // Holds the clock from one batch to the next.
        let mut held = None;
        loop {
            let (Waiting { seen, under, span }, mut work) = match self.taken_in.pop_front() {
                Some(waiting) => (waiting, held.take().unwrap_or_else(|| self.parts.clock.work())),
                None => {
                    drop(held.take());
                    let Some(polled) = self.polled.recv().await else { return };
                    without_guard(polled)
                }
            };
            let fence = self.parts.leases.fence();
            let first = Batch { observations: seen.observations, pools: seen.pools };
            let mut batch = covered(first, &fence.clone().common(&under));
            // The guards of the others go: that of the first holds the clock for all.
            while batch.observations.len() < TOGETHER
                && let Some(Waiting { seen, under, .. }) = self.next_there()
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
            held = Some(work);
        }
    }

    /// What waits already.
    fn next_there(&mut self) -> Option<Waiting> {
        self.taken_in.pop_front().or_else(|| Some(without_guard(self.polled.try_recv().ok()?).0))
    }

    /// Waits for the store, and takes in what is told meanwhile.
    async fn wait(&mut self, pause: Duration, work: &mut Work, stop: &CancellationToken) {
        let waiting = work.pause(pause);
        tokio::pin!(waiting);
        loop {
            tokio::select! {
                () = &mut waiting => return,
                () = stop.cancelled() => return,
                Some(polled) = self.polled.recv(), if self.taken_in.len() < TAKEN_IN => {
                    self.taken_in.push_back(without_guard(polled).0);
                }
            }
        }
    }

    /// Writes a batch, however long the store takes to answer. What the store refuses for good is halved until the part that
    /// it refuses is alone; that part is dropped and logged. What is lost of `fence` meanwhile is dropped too, even where
    /// this tracker has it again: another may have written of that time.
    async fn write(&mut self, batch: Batch, mut fence: Fence, work: &mut Work, stop: &CancellationToken) {
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
                    self.wait(pause, work, stop).await;
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

fn without_guard(Polled { delivery: Delivery { seen, work }, under, span }: Polled) -> (Waiting, Work) {
    (Waiting { seen, under, span }, work)
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
