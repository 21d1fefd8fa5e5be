//! Looks at every followed token, once per interval.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use service::clock::Work;
use store::StoreError;
use store::outcomes::FollowedToken;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Parts;
use super::patience::survive;
use super::schedule::Schedule;
use crate::feed::cascade::{Delivery, LookReport, Wanted};

/// For so long after an alert its token may be new to the sources.
const YOUNG: Duration = Duration::from_mins(30);

/// The polling.
pub(super) struct Poller {
    parts: Parts,
    deliver: mpsc::Sender<Delivery>,
}

impl Poller {
    pub(super) const fn new(parts: Parts, deliver: mpsc::Sender<Delivery>) -> Self {
        Self { parts, deliver }
    }

    /// Ticks until `stop`. The first tick is now: after a restart nothing waits longer than it must.
    pub(super) async fn run(self, mut work: Work, stop: CancellationToken) {
        let interval = self.parts.rules.poll_interval;
        let mut schedule = Schedule::new(self.parts.clock.now(), interval);
        loop {
            tokio::select! {
                () = work.pause_until(schedule.next()) => {}
                () = stop.cancelled() => return,
            }
            let ticked = tokio::select! {
                ticked = survive("a tick", self.tick(interval, work)) => ticked,
                () = stop.cancelled() => return,
            };
            work = ticked.unwrap_or_else(|| self.parts.clock.work());
            let skipped = schedule.ended(self.parts.clock.now());
            if skipped > 0 {
                tracing::warn!(skipped, interval_ms = interval.as_millis(), "the tick took longer than its interval");
            }
        }
    }

    async fn tick(&self, interval: Duration, work: Work) -> Work {
        let (started, begun) = (self.parts.clock.now(), Instant::now());
        let wanted = match self.wanted().await {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::warn!(%error, "the store does not say what to follow; asking again at the next tick");
                return work;
            }
        };
        let tokens = wanted.len();
        if tokens == 0 {
            return work;
        }
        // The rest of the interval is for storing.
        let deadline = started.plus(interval.mul_f64(0.9));
        let (LookReport { seen, missing, .. }, work) =
            self.parts.feeds.look(wanted, deadline, work, &self.deliver).await;
        let elapsed_ms = begun.elapsed().as_millis();
        if missing == tokens {
            tracing::warn!(tokens, elapsed_ms, "no price source told of any token");
        } else {
            tracing::debug!(tokens, ?seen, missing, elapsed_ms, "looked at every token");
        }
        work
    }

    /// What to look at, the longest unseen first.
    async fn wanted(&self) -> Result<Vec<Wanted>, StoreError> {
        let now = self.parts.clock.now();
        let mut followed = self.parts.store.outcomes().follow_list(now).await?;
        followed.sort_by_key(|followed| (followed.last_observed_at, followed.token));
        let tickers: HashMap<_, _> = followed.iter().map(|f| (f.token, Arc::clone(&f.symbol))).collect();
        self.parts.announcer.learn(tickers);
        self.parts.feeds.forget_all_but(&followed.iter().map(|f| f.token.address).collect());
        let wanted =
            |f: FollowedToken| Wanted { token: f.token, pool: f.pool, young: now.since(f.newest_alerted_at) < YOUNG };
        Ok(followed.into_iter().map(wanted).collect())
    }
}
