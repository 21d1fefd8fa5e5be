//! A summary of the performance in the log, every now and then.

use std::time::Duration;

use domain::performance::{Accumulator, Centre, Grouping, Summary, Tally};
use futures::TryStreamExt;
use service::clock::Work;
use store::StoreError;
use store::alerts::AlertedBetween;
use tokio_util::sync::CancellationToken;

use super::Parts;
use super::patience::survive;
use super::schedule::Schedule;

/// The summing up.
pub(super) struct Summariser {
    parts: Parts,
    interval: Duration,
    window: Duration,
}

impl Summariser {
    pub(super) const fn new(parts: Parts, interval: Duration, window: Duration) -> Self {
        Self { parts, interval, window }
    }

    /// Sums up until `stop`, the first time after one interval.
    pub(super) async fn run(self, mut work: Work, stop: CancellationToken) {
        let mut schedule = Schedule::new(self.parts.clock.now().plus(self.interval), self.interval);
        loop {
            tokio::select! {
                () = work.pause_until(schedule.next()) => {}
                () = stop.cancelled() => return,
            }
            match survive("summing up", self.sum_up()).await {
                Some(Ok(Some(summary))) => log(&summary, self.window),
                Some(Err(error)) => tracing::warn!(%error, "no summary this time"),
                Some(Ok(None)) | None => {}
            }
            schedule.ended(self.parts.clock.now());
        }
    }

    async fn sum_up(&self) -> Result<Option<Summary>, StoreError> {
        let window = AlertedBetween { start: Some(self.parts.clock.now().minus(self.window)), end: None };
        let mut sums = Accumulator::new(Grouping::default());
        let mut records = self.parts.store.alerts().stream(window);
        while let Some(record) = records.try_next().await? {
            sums.add(&record);
        }
        // Without a grouping there cannot be too many groups.
        Ok(sums.finish().ok().map(|performance| performance.overall))
    }
}

fn log(summary: &Summary, window: Duration) {
    if summary.alerts == 0 {
        return;
    }
    tracing::info!(
        alerts = summary.alerts,
        matured = summary.matured,
        pending = summary.pending,
        lost = summary.lost.count,
        no_data = summary.no_data,
        "performance of the last {} h: pumps {}, rugs {}, median peak {}, median 24 h return {}, median exit {}",
        window.as_secs() / 3_600,
        rate(summary.pumps_50),
        rate(summary.rugs),
        median(summary.max_gain_pct),
        median(summary.return_24h_pct),
        median(summary.exit_return_pct),
    );
}

/// `12 of 40 (30.0 %)`.
fn rate(tally: Tally) -> String {
    match tally.rate() {
        Some(rate) => format!("{} of {} ({:.1} %)", tally.count, tally.known, 100.0 * rate),
        None => "unknown".to_owned(),
    }
}

fn median(centre: Centre) -> String {
    centre.median.map_or_else(|| "unknown".to_owned(), |median| format!("{median:+.1} %"))
}
