//! Sees what other trackers leave to this one: shards that have become free, and alerts that were recorded elsewhere.

use std::collections::HashMap;
use std::time::Duration;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use service::clock::Work;
use store::StoreError;
use store::outcomes::Raised;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::tracking::Parts;
use crate::tracking::first_look::FirstLook;
use crate::tracking::patience::survive;

/// See the module.
pub(in crate::tracking) struct Lookout {
    parts: Parts,
    interval: Duration,
    first_looks: mpsc::WeakSender<FirstLook>,
    /// Alerts whose first look was asked for, and when they were found.
    asked: HashMap<AlertId, Timestamp>,
}

impl Lookout {
    pub(in crate::tracking) fn new(parts: Parts, interval: Duration, first_looks: mpsc::WeakSender<FirstLook>) -> Self {
        Self { parts, interval, first_looks, asked: HashMap::new() }
    }

    /// Looks until `stop`, at even intervals while there are other trackers.
    pub(in crate::tracking) async fn run(mut self, mut work: Work, stop: CancellationToken) {
        loop {
            // Nothing is done meanwhile that the clock should wait for.
            drop(work);
            tokio::select! {
                () = self.parts.leases.company() => {}
                () = stop.cancelled() => return,
            }
            tokio::select! {
                awake = self.parts.clock.sleep(self.interval) => work = awake,
                () = stop.cancelled() => return,
            }
            if let Some(Err(error)) = survive("looking what others leave", self.look()).await {
                tracing::debug!(%error, "cannot see what other trackers leave");
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let Parts { store, leases, clock, rules, .. } = &self.parts;
        if store.leases().anything_free(self.parts.claim().time).await? {
            leases.wake.notify_one();
        }
        let Some(turn) = leases.turn() else { return Ok(()) };
        let now = clock.now();
        // Older ones were looked at by a tick.
        let reach = rules.poll_interval.max(self.interval * 2).saturating_add(self.interval);
        let raised = store.outcomes().under(&turn.fence).raised_since(now.minus(reach)).await?;
        self.asked.retain(|_, found| now.since(*found) <= reach * 2);
        let Some(first_looks) = self.first_looks.upgrade() else { return Ok(()) };
        for Raised { alert, token, quoted_price_usd } in raised {
            if self.asked.insert(alert, now).is_none() {
                // Where too many wait, the next tick looks at it.
                let _ =
                    first_looks.try_send(FirstLook { token, quoted_price_usd, work: clock.work(), span: Span::none() });
            }
        }
        Ok(())
    }
}
