//! Looks at the followed tokens, once per interval: at all of them, or at those whose turn it is where the sources do not
//! allow that.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use service::clock::Work;
use store::StoreError;
use store::outcomes::FollowedToken;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Parts;
use super::patience::survive;
use super::plan::{Need, Plan, plan};
use super::schedule::Schedule;
use super::tick_metrics::TickMetrics;
use crate::feed::cascade::{Delivery, LookReport, Wanted};

/// For so long after an alert its token may be new to the sources.
const YOUNG: Duration = Duration::from_mins(30);
/// For so long after an alert its token is looked at before others: most of what becomes of it happens then.
const FRESH: Duration = Duration::from_hours(1);
/// The part of the interval in which sources are asked; the rest is for storing.
const ASKING: f64 = 0.9;

/// The polling.
pub(super) struct Poller {
    parts: Parts,
    deliver: mpsc::Sender<Delivery>,
    /// When each token was last looked at, as far as this process remembers.
    looked_at: HashMap<TokenKey, Timestamp>,
    metrics: TickMetrics,
}

impl Poller {
    pub(super) fn new(parts: Parts, deliver: mpsc::Sender<Delivery>) -> Self {
        Self { parts, deliver, looked_at: HashMap::new(), metrics: TickMetrics::new() }
    }

    /// Ticks until `stop`. The first tick is now: after a restart nothing waits longer than it must.
    pub(super) async fn run(mut self, mut work: Work, stop: CancellationToken) {
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

    async fn tick(&mut self, interval: Duration, work: Work) -> Work {
        let (started, begun) = (self.parts.clock.now(), Instant::now());
        let followed = match self.followed(started).await {
            Ok(followed) => followed,
            Err(error) => {
                tracing::warn!(%error, "the store does not say what to follow; asking again at the next tick");
                return work;
            }
        };
        let tokens = followed.len();
        if tokens == 0 {
            return work;
        }
        let plan = self.plan(&followed, started, interval);
        let Plan { longest_wait, .. } = plan;
        let (planned, left_out) = (plan.planned.len(), plan.left_out.len());
        self.metrics.planned(planned, left_out, longest_wait);
        if left_out > 0 {
            let longest_wait_s = longest_wait.as_secs();
            tracing::warn!(
                tokens,
                planned,
                left_out,
                longest_wait_s,
                "more tokens than the first price source allows to ask for"
            );
        }
        let looked_at: Vec<(TokenKey, Option<Timestamp>)> = plan
            .planned
            .iter()
            .filter_map(|place| followed.get(*place))
            .map(|followed| (followed.token, self.looked_at.insert(followed.token, started)))
            .collect();
        let wanted = wanted(&followed, &plan, started);
        drop(followed);
        let deadline = started.plus(interval.mul_f64(ASKING));
        let (report, work) = self.parts.feeds.look(wanted, deadline, work, &self.deliver).await;
        self.wait_on(looked_at, &report);
        let LookReport { seen, missing, jumps, .. } = report;
        let elapsed_ms = begun.elapsed().as_millis();
        self.metrics.looked(missing, jumps, begun.elapsed());
        if missing == tokens {
            tracing::warn!(tokens, elapsed_ms, "no price source told of any token");
        } else {
            tracing::debug!(
                tokens,
                planned,
                ?seen,
                missing,
                ?jumps,
                elapsed_ms,
                "looked at every token that was planned"
            );
        }
        if jumps.outvoted > 0 {
            let (outvoted, confirmed) = (jumps.outvoted, jumps.confirmed);
            tracing::info!(
                outvoted,
                confirmed,
                "prices that had jumped were left out: another source knows the price of before"
            );
        }
        work
    }

    /// Everything that is followed.
    async fn followed(&mut self, now: Timestamp) -> Result<Vec<FollowedToken>, StoreError> {
        let followed = self.parts.store.outcomes().follow_list(now).await?;
        let tickers: HashMap<_, _> = followed.iter().map(|f| (f.token, Arc::clone(&f.symbol))).collect();
        self.looked_at.retain(|token, _| tickers.contains_key(token));
        self.parts.announcer.learn(tickers);
        self.parts.feeds.forget_all_but(&followed.iter().map(|f| f.token.address).collect());
        Ok(followed)
    }

    fn plan(&self, followed: &[FollowedToken], now: Timestamp, interval: Duration) -> Plan {
        let need = |f: &FollowedToken| Need {
            token: f.token,
            alerted: f.alerted,
            lively: now.since(f.newest_alerted_at) < FRESH || self.parts.feeds.is_moving(&f.token.address),
            looked_at: self.looked_at.get(&f.token).copied().or(f.last_observed_at).unwrap_or(f.newest_alerted_at),
        };
        let needs: Vec<Need> = followed.iter().map(need).collect();
        plan(&needs, self.parts.feeds.tokens_within(interval.mul_f64(ASKING)), now, interval)
    }

    /// Whom no source could be asked for has not had its turn.
    fn wait_on(&mut self, looked_at: Vec<(TokenKey, Option<Timestamp>)>, report: &LookReport) {
        if report.unasked.is_empty() {
            return;
        }
        let mut before: HashMap<_, _> = looked_at.into_iter().collect();
        for token in &report.unasked {
            match before.remove(token) {
                Some(Some(looked_at)) => self.looked_at.insert(*token, looked_at),
                Some(None) => self.looked_at.remove(token),
                None => None,
            };
        }
    }
}

/// In the order of the plan.
fn wanted(followed: &[FollowedToken], plan: &Plan, now: Timestamp) -> Vec<Wanted> {
    let wanted = |place: &usize, left_out| {
        let f = followed.get(*place)?;
        Some(Wanted { token: f.token, pool: f.pool.clone(), young: now.since(f.newest_alerted_at) < YOUNG, left_out })
    };
    let planned = plan.planned.iter().filter_map(|place| wanted(place, false));
    planned.chain(plan.left_out.iter().filter_map(|place| wanted(place, true))).collect()
}
