//! Looks at the followed tokens, once per interval: at all of them, or at those whose turn it is where the sources do not
//! allow that.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use service::clock::Work;
use service::telemetry::SPANS;
use store::StoreError;
use store::leases::Shard;
use store::outcomes::FollowedToken;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::Parts;
use super::lease::polled::{self, Polled};
use super::lease::{Gained, Turn};
use super::patience::survive;
use super::plan::{Need, Plan, plan};
use super::schedule::{Passed, Schedule};
use super::shortfall;
use super::tick_metrics::TickMetrics;
use crate::feed::cascade::{LookReport, Wanted};

/// For so long after an alert its token may be new to the sources.
const YOUNG: Duration = Duration::from_mins(30);
/// For so long after an alert its token is looked at before others: most of what becomes of it happens then.
const FRESH: Duration = Duration::from_hours(1);
/// The part of the interval in which sources are asked; the rest is for storing.
const ASKING: f64 = 0.9;

/// An older price is not what the next one is measured by: the rules of hygiene accept anything after so long a gap.
const REMEMBERED: Duration = Duration::from_mins(15);

/// The polling.
pub(super) struct Poller {
    parts: Parts,
    record: mpsc::Sender<Polled>,
    /// When each token was last looked at, as far as this process remembers.
    looked_at: HashMap<TokenKey, Timestamp>,
    metrics: TickMetrics,
}

impl Poller {
    pub(super) fn new(parts: Parts, record: mpsc::Sender<Polled>) -> Self {
        Self { parts, record, looked_at: HashMap::new(), metrics: TickMetrics::new() }
    }

    /// Ticks until `stop`. The first tick is now: after a restart nothing waits longer than it must. What comes to this
    /// tracker between two ticks is looked at when it comes, unless that was done a short while ago.
    pub(super) async fn run(
        mut self,
        mut gained: mpsc::UnboundedReceiver<Gained>,
        mut work: Work,
        stop: CancellationToken,
    ) {
        let (clock, leases, interval) =
            (self.parts.clock.clone(), self.parts.leases.clone(), self.parts.rules.poll_interval);
        let mut schedule = Schedule::new(clock.now(), interval);
        // What came to this tracker during a tick.
        let mut came = BTreeSet::new();
        loop {
            let of = tokio::select! {
                biased;
                () = std::future::ready(()), if !came.is_empty() => Of::Overdue(std::mem::take(&mut came)),
                () = work.pause_until(schedule.next()) => Of::All,
                Some(gained) = gained.recv() => {
                    // Its guard goes: the clock is held by this task's own.
                    drop(gained.work);
                    Of::Overdue(gained.shards)
                }
                () = stop.cancelled() => return,
            };
            let (all, begun) = (of == Of::All, clock.steady());
            let ticked = {
                let span = tracing::info_span!(target: SPANS, parent: None, "tick");
                let tick = survive("a tick", self.tick(of, interval, work).instrument(span));
                tokio::pin!(tick);
                loop {
                    tokio::select! {
                        ticked = &mut tick => break ticked,
                        // A tick may wait for the clock: whoever waits for its end must not hold it.
                        Some(gained) = gained.recv() => came.extend(gained.shards),
                        work = leases.lapse() => {
                            tracing::warn!(
                                "the leases ran out during a tick; it is broken off, its tokens may be another's now"
                            );
                            break Some(work);
                        }
                        () = stop.cancelled() => return,
                    }
                }
            };
            work = ticked.unwrap_or_else(|| clock.work());
            if all {
                let took = clock.steady().since(begun);
                let passed = schedule.ended(clock.now());
                if matches!(passed, Passed::SetBack(_)) {
                    // It lies in the future.
                    self.looked_at.clear();
                }
                tell(passed, took, interval);
            }
        }
    }

    async fn tick(&mut self, of: Of, interval: Duration, work: Work) -> Work {
        let (started, begun) = (self.parts.clock.now(), Instant::now());
        let deadline = self.parts.clock.steady().plus(interval.mul_f64(ASKING));
        // Until it is dropped nobody else is given one of these shards.
        let Some(turn) = self.parts.leases.turn() else {
            tracing::debug!("no tokens are this tracker's to look at");
            return work;
        };
        let followed = match self.followed(started, &turn, of).await {
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
                "more tokens than the price sources allow to ask for"
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
        let (report, work) = polled::look(&self.parts.feeds, &turn, wanted, deadline, work, &self.record).await;
        self.wait_on(looked_at, &report);
        shortfall::tell(&report.held_back, self.parts.clock.now());
        let LookReport { seen, missing, jumps, held_back, .. } = report;
        let elapsed_ms = begun.elapsed().as_millis();
        self.metrics.looked(missing, held_back.len(), jumps, begun.elapsed());
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

    /// Everything that is followed here, or what is overdue of it.
    async fn followed(&mut self, now: Timestamp, turn: &Turn, of: Of) -> Result<Vec<FollowedToken>, StoreError> {
        let mut followed = self.parts.store.outcomes().under(&turn.fence).follow_list(now).await?;
        let tickers: HashMap<_, _> = followed.iter().map(|f| (f.token, Arc::clone(&f.symbol))).collect();
        self.looked_at.retain(|token, _| tickers.contains_key(token));
        self.parts.announcer.learn(tickers);
        self.parts.feeds.forget_all_but(&followed.iter().map(|f| f.token.address).collect());
        self.remember(&followed, now).await;
        if let Of::Overdue(shards) = of {
            // Half an interval: for the next tick of this tracker may be a whole one away.
            let due = now.minus(self.parts.rules.poll_interval / 2);
            followed.retain(|f| shards.contains(&Shard::of(&f.token)) && f.last_observed_at.is_none_or(|at| at < due));
        }
        Ok(followed)
    }

    /// Learns what was told before of tokens that are new here: another tracker's until now, or this one's before a restart.
    async fn remember(&self, followed: &[FollowedToken], now: Timestamp) {
        let since = now.minus(REMEMBERED);
        let seen = followed.iter().filter(|f| f.last_observed_at.is_some_and(|at| at >= since));
        let unknown = self.parts.feeds.unknown(seen.map(|f| &f.token));
        if unknown.is_empty() {
            return;
        }
        match self.parts.store.observations().last_prices(&unknown, since).await {
            Ok(last) => {
                for (token, (price, at)) in last {
                    self.parts.feeds.remember(&token.address, price, at);
                }
            }
            Err(error) => {
                let tokens = unknown.len();
                tracing::warn!(%error, tokens, "the store does not say what tokens last cost; the next price is no jump");
            }
        }
    }

    fn plan(&self, followed: &[FollowedToken], now: Timestamp, interval: Duration) -> Plan {
        let need = |f: &FollowedToken| {
            let looked_at = self.looked_at.get(&f.token).copied().or(f.last_observed_at).unwrap_or(f.newest_alerted_at);
            Need {
                token: f.token,
                alerted: f.alerted,
                lively: now.since(f.newest_alerted_at) < FRESH || self.parts.feeds.is_moving(&f.token.address),
                looked_at,
                seen_at: f.last_observed_at.map_or(looked_at, |seen_at| seen_at.max(looked_at)),
            }
        };
        let needs: Vec<Need> = followed.iter().map(need).collect();
        plan(&needs, self.parts.feeds.tokens_every(interval, interval.mul_f64(ASKING)), now, interval)
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

/// What a tick looks at.
#[derive(PartialEq, Eq)]
enum Of {
    /// Everything that is this tracker's.
    All,
    /// What is overdue of these shards.
    Overdue(BTreeSet<Shard>),
}

fn tell(passed: Passed, took: Duration, interval: Duration) {
    let interval_ms = interval.as_millis();
    match passed {
        Passed::OnTime => {}
        Passed::Skipped(skipped) if took >= interval => {
            tracing::warn!(skipped, interval_ms, "the tick took longer than its interval");
        }
        Passed::Skipped(skipped) => {
            tracing::warn!(skipped, interval_ms, "the clock was set forward, or this process was held up");
        }
        Passed::SetBack(back) => {
            let back_ms = back.as_millis();
            tracing::warn!(back_ms, interval_ms, "the clock was set back; the polling goes on by what it says now");
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
