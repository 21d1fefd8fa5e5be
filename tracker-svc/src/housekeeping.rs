//! Tidying up: old prices become bars, old events go. One tracker does so at a time, under a lease of its own; another
//! takes over where it is gone, and goes on where it was.

mod events;
mod prices;

use std::time::Duration;

use service::clock::{Clock, Work};
use store::leases::{Claim, Holder, LeaseTime};
use store::retention::KeepRaw;
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HousekeepingSettings {
    /// Prices as they were observed; at least 3 days more than alerts are followed. 30 days.
    pub retention_raw: Duration,
    /// Events. 7 days.
    pub event_retention: Duration,
    /// How often it is looked what is old. 1 h.
    pub interval: Duration,
    /// How long a week of prices must be known to be old before it is rolled up, so that history that is being brought
    /// along is not closed in the middle. 24 h.
    pub grace: Duration,
}

impl Default for HousekeepingSettings {
    fn default() -> Self {
        Self {
            retention_raw: Duration::from_hours(30 * 24),
            event_retention: Duration::from_hours(7 * 24),
            interval: Duration::from_hours(1),
            grace: Duration::from_hours(24),
        }
    }
}

/// The right to tidy up lasts so long, and is renewed before every step.
const LEASE: Duration = Duration::from_mins(5);

/// The housekeeping, ready to run.
pub(crate) struct Housekeeper {
    store: Store,
    clock: Clock,
    settings: HousekeepingSettings,
    holder: Holder,
    work: Work,
}

impl Housekeeper {
    /// On a simulated clock it holds time still until it runs.
    pub(crate) fn new(store: Store, clock: Clock, settings: HousekeepingSettings) -> Self {
        let work = clock.work();
        Self { store, clock, settings, holder: Holder::fresh(), work }
    }

    /// Tidies up now and then until `stop`. What cannot be done now is done later.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let tidied = tokio::select! {
                tidied = self.tidy_up() => tidied,
                () = stop.cancelled() => break,
            };
            if let Err(error) = tidied {
                tracing::warn!(%error, "the housekeeping broke off; it goes on later");
            }
            let next = self.clock.now().plus(self.settings.interval);
            tokio::select! {
                () = self.work.pause_until(next) => {}
                () = stop.cancelled() => break,
            }
        }
        // Not waited for: the lease runs out by itself.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.store.leases().release(self.holder)).await;
    }

    async fn tidy_up(&self) -> Result<(), StoreError> {
        if !self.has_the_right().await? {
            return Ok(());
        }
        let keep = KeepRaw { for_at_least: self.settings.retention_raw, noticed_before: self.settings.grace };
        prices::roll_up(self, keep).await?;
        if self.has_the_right().await? {
            events::prune(&self.store, self.clock.now().minus(self.settings.event_retention)).await?;
        }
        Ok(())
    }

    /// Takes or renews the lease; false while it is another tracker's.
    async fn has_the_right(&self) -> Result<bool, StoreError> {
        let time = if self.clock.is_simulated() { LeaseTime::At(self.clock.now()) } else { LeaseTime::Database };
        let claim = Claim { holder: self.holder, lease: LEASE, time };
        Ok(self.store.leases().housekeeping(claim).await?.is_some())
    }
}

#[cfg(test)]
mod tests;
