//! Seals outcomes whose window is over.

use std::time::Duration;

use domain::outcome::Happening;
use service::clock::Work;
use store::StoreError;
use tokio_util::sync::CancellationToken;

use super::Parts;
use super::patience::survive;
use super::schedule::Schedule;

/// So many in one transaction at most.
const TOGETHER: usize = 500;
/// How often it looks what is due, where the polling interval is not shorter.
const INTERVAL: Duration = Duration::from_secs(60);

/// The sealing.
pub(super) struct Sealer {
    parts: Parts,
}

impl Sealer {
    pub(super) const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Seals what is due until `stop`.
    pub(super) async fn run(self, mut work: Work, stop: CancellationToken) {
        let interval = self.parts.rules.poll_interval.min(INTERVAL);
        let mut schedule = Schedule::new(self.parts.clock.now(), interval);
        loop {
            tokio::select! {
                () = work.pause_until(schedule.next()) => {}
                () = stop.cancelled() => return,
            }
            survive("sealing", self.seal(&stop)).await;
            schedule.ended(self.parts.clock.now());
        }
    }

    async fn seal(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let (now, fence) = (self.parts.clock.now(), self.parts.leases.fence());
            let outcomes = self.parts.store.outcomes().under(&fence);
            let happenings = match outcomes.seal_due(now, TOGETHER, &self.parts.rules).await {
                Ok(happenings) => happenings,
                Err(StoreError::LeaseLost { shards }) => {
                    tracing::warn!(shards = shards.len(), "other trackers seal what was this one's");
                    self.parts.leases.lost(&shards);
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "the store cannot seal what is due; trying again soon");
                    return;
                }
            };
            self.parts.announcer.announce(&happenings);
            let is_seal = |happening: &Happening| matches!(happening, Happening::TrackingComplete { .. });
            let sealed = happenings.iter().filter(|happened| is_seal(&happened.happening)).count();
            if sealed > 0 {
                tracing::debug!(sealed, "outcomes are sealed");
            }
            if sealed < TOGETHER {
                return;
            }
        }
    }
}
