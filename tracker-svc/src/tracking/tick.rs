//! Looks at the followed tokens: at each once per interval, or at those whose turn it is where the sources do not allow that.
//!
//! A tick is a short slice of the interval. It asks for the longest overdue, for as many as the sources have requests for
//! within the slice, and is not waited for: the next one begins while its last answers come. So nothing queues up before a
//! source but what it takes within a moment, and a token that comes to this tracker, however old its last price, is asked for
//! in its turn, not after whatever was planned before it came.
//!
//! What the first source leaves open in several ticks goes on to the others together, a few times in an interval: they allow
//! far fewer requests.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use service::clock::Work;
use service::telemetry::SPANS;
use store::StoreError;
use store::outcomes::FollowedToken;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::Parts;
use super::lease::Turn;
use super::lease::polled::{self, Polled};
use super::patience::survive;
use super::periods::Rank;
use super::roster::{Moment, Room, Roster};
use super::shortfall;
use super::tick_metrics::TickMetrics;
use crate::feed::look::{LookReport, Onward, Way};

/// For so long after an alert its token is looked at before others: most of what becomes of it happens then.
const FRESH: Duration = Duration::from_hours(1);
/// The part of what the sources allow that is planned with; the rest is for first looks and for second opinions.
const PLANNED: f64 = 0.9;
/// The part of the interval within which a look must have sent its requests. Long enough for one that nobody answers and
/// another to the next source; whoever is to take the tokens over waits for it.
pub(super) const ASKING: f64 = 0.25;
/// The part of the interval for which those who go on to the other sources wait for more: two trackers then ask GeckoTerminal
/// five times a minute, which allows six.
const TOGETHER: f64 = 0.4;
/// What is followed is read at once: tokens have become this tracker's.
const GAINED: Timestamp = Timestamp::EPOCH;
/// An older price is not what the next one is measured by: the rules of hygiene accept anything after so long a gap.
const REMEMBERED: Duration = Duration::from_mins(15);

/// The polling.
pub(super) struct Poller {
    parts: Parts,
    record: mpsc::Sender<Polled>,
    roster: Roster,
    looks: JoinSet<Ended>,
    /// Whose way goes on.
    onward: Vec<Onward>,
    /// Not before this, by the steady time.
    on_at: Timestamp,
    /// When to ask the store again what to follow, by the steady time.
    refresh_at: Timestamp,
    metrics: TickMetrics,
}

/// A look that has ended.
struct Ended {
    /// Those whose way ended with it.
    tokens: Vec<TokenKey>,
    /// Those whose way goes on.
    onward: Vec<Onward>,
    /// `None` where it broke off.
    report: Option<LookReport>,
    /// Holds the clock until it is taken in.
    _work: Work,
}

/// What happened while the poller waited.
enum Event {
    /// The next tick is due.
    Due,
    /// Shards came to this tracker.
    Gained,
    /// A look has ended.
    Ended(Result<Ended, JoinError>),
}

impl Poller {
    pub(super) fn new(parts: Parts, record: mpsc::Sender<Polled>) -> Self {
        let (roster, looks, metrics) = (Roster::new(parts.rules.poll_interval), JoinSet::new(), TickMetrics::new());
        let (on_at, refresh_at) = (Timestamp::EPOCH, GAINED);
        Self { parts, record, roster, looks, onward: Vec::new(), on_at, refresh_at, metrics }
    }

    /// Ticks until `stop`. The first tick is now: after a restart nothing waits longer than it must.
    pub(super) async fn run(
        mut self,
        mut gained: mpsc::UnboundedReceiver<Work>,
        mut work: Work,
        stop: CancellationToken,
    ) {
        let clock = self.parts.clock.clone();
        let mut ticked_at = Timestamp::EPOCH;
        loop {
            let pause = self.next(ticked_at).since(clock.steady());
            let event = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(ended) = self.looks.join_next() => Event::Ended(ended),
                // Its guard goes: the clock is held by this task's own.
                Some(_) = gained.recv() => Event::Gained,
                () = work.pause(pause) => Event::Due,
            };
            match event {
                Event::Ended(ended) => {
                    self.take_in(ended);
                    self.go_on();
                    continue;
                }
                Event::Gained => {
                    while gained.try_recv().is_ok() {}
                    self.refresh_at = GAINED;
                }
                Event::Due => self.go_on(),
            }
            if clock.steady() < self.next_tick(ticked_at) {
                continue;
            }
            ticked_at = clock.steady();
            let span = tracing::info_span!(target: SPANS, parent: None, "tick");
            tokio::select! {
                _ = survive("a tick", self.tick().instrument(span)) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// When there is something to do.
    fn next(&self, ticked_at: Timestamp) -> Timestamp {
        let tick = self.next_tick(ticked_at);
        if self.onward.is_empty() { tick } else { tick.min(self.on_at) }
    }

    /// When the next tick is due: as soon as a token is, but not at once.
    fn next_tick(&self, ticked_at: Timestamp) -> Timestamp {
        let soonest = ticked_at.plus(self.roster.slice());
        self.roster.next_due().map_or(self.refresh_at, |due| due.min(self.refresh_at)).max(soonest)
    }

    async fn tick(&mut self) {
        let clock = &self.parts.clock;
        let at = Moment { now: clock.now(), steady: clock.steady() };
        // Until it is dropped nobody else is given one of these shards.
        let Some(turn) = self.parts.leases.turn() else {
            tracing::debug!("no tokens are this tracker's to look at");
            return;
        };
        let refreshed = at.steady >= self.refresh_at;
        if refreshed {
            if self.refresh_at == GAINED {
                // Whose tokens were another's waited long enough, and that one's part of the limits came with them.
                self.on_at = Timestamp::EPOCH;
            }
            let interval = self.parts.rules.poll_interval;
            let again_in = match self.refresh(&turn, at).await {
                Ok(()) => interval,
                Err(error) => {
                    tracing::warn!(%error, "the store does not say what to follow; going on with what is known");
                    interval / 4
                }
            };
            self.refresh_at = at.steady.plus(again_in);
        }
        let (feeds, interval) = (&self.parts.feeds, self.parts.rules.poll_interval);
        let room = Room {
            every_interval: feeds.tokens_every(interval, interval.mul_f64(PLANNED)),
            now: feeds.free_within(self.roster.slice()),
            request: feeds.request_size(),
        };
        let wanted = self.roster.take(|token| turn.fence.covers(token), room, at);
        self.tell(at, refreshed);
        if !wanted.is_empty() {
            let tokens = wanted.iter().map(|wanted| wanted.token).collect();
            self.look(Way::First(wanted), tokens, turn, Span::current());
        }
    }

    /// Asks the other sources for those whose way goes on, where it is time.
    fn go_on(&mut self) {
        let (steady, interval) = (self.parts.clock.steady(), self.parts.rules.poll_interval);
        if self.onward.is_empty() || steady < self.on_at {
            return;
        }
        self.on_at = steady.plus(interval.mul_f64(TOGETHER));
        let turn = self.parts.leases.turn();
        let covers = |onward: &Onward| turn.as_ref().is_some_and(|turn| turn.fence.covers(&onward.token()));
        let (onward, others): (Vec<Onward>, Vec<Onward>) =
            std::mem::take(&mut self.onward).into_iter().partition(covers);
        // Another looks at them now.
        self.roster.ended(&others.iter().map(Onward::token).collect::<Vec<_>>(), None);
        if let Some(turn) = turn.filter(|_| !onward.is_empty()) {
            let tokens = onward.iter().map(Onward::token).collect();
            self.look(Way::On(onward), tokens, turn, tracing::info_span!(target: SPANS, parent: None, "tick"));
        }
    }

    /// Looks at these tokens, in a task of its own that belongs to `span`.
    fn look(&mut self, way: Way, mut tokens: Vec<TokenKey>, turn: Turn, span: Span) {
        let (parts, record) = (self.parts.clone(), self.record.clone());
        let work = parts.clock.work();
        let looking = async move {
            // Where others wait for the next such look, requests lie idle no longer than it takes.
            let asking = if matches!(way, Way::On(_)) { TOGETHER } else { ASKING };
            let deadline = parts.clock.steady().plus(parts.rules.poll_interval.mul_f64(asking));
            let look = survive("a look", polled::look(&parts.feeds, &turn, way, deadline, work, &record));
            let begun = Instant::now();
            let broken_off = |work| (None, Vec::new(), work);
            let (report, onward, work) = tokio::select! {
                looked = look => match looked {
                    Some((report, onward, work)) => (Some(report), onward, work),
                    None => broken_off(parts.clock.work()),
                },
                work = parts.leases.lapse() => {
                    tracing::warn!("the leases ran out during a look; it is broken off, its tokens may be another's now");
                    broken_off(work)
                }
            };
            let goes_on: HashSet<TokenKey> = onward.iter().map(Onward::token).collect();
            tokens.retain(|token| !goes_on.contains(token));
            if let Some(report) = &report {
                let (tokens, missing, elapsed_ms) = (tokens.len(), report.missing.len(), begun.elapsed().as_millis());
                let (seen, jumps, onward) = (&report.seen, report.jumps, onward.len());
                tracing::debug!(
                    tokens,
                    ?seen,
                    missing,
                    onward,
                    ?jumps,
                    elapsed_ms,
                    "looked at the tokens whose turn it was"
                );
                shortfall::tell(&report.held_back, parts.clock.now());
            }
            (Ended { tokens, onward, report, _work: work }, begun.elapsed())
        };
        let duration = self.metrics.duration();
        self.looks.spawn(
            async move {
                let (ended, elapsed) = looking.await;
                duration.record(elapsed.as_secs_f64(), &[]);
                ended
            }
            .instrument(span),
        );
    }

    fn take_in(&mut self, ended: Result<Ended, JoinError>) {
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(%error, "a look ended unexpectedly");
                return;
            }
        };
        self.roster.ended(&ended.tokens, ended.report.as_ref());
        self.onward.extend(ended.onward);
        let Some(LookReport { jumps, .. }) = &ended.report else { return };
        self.metrics.jumps(*jumps);
        if jumps.outvoted > 0 {
            let (outvoted, confirmed) = (jumps.outvoted, jumps.confirmed);
            tracing::info!(
                outvoted,
                confirmed,
                "prices that had jumped were left out: another source knows the price of before"
            );
        }
    }

    /// Says how it stands; in the log once an interval, where it does not stand well.
    fn tell(&self, at: Moment, logs: bool) {
        let count = self.roster.count(at.steady);
        self.metrics.stands(&count);
        if logs && count.followed > 0 && count.missing == count.followed {
            tracing::warn!(tokens = count.followed, "no price source told of any token");
        }
        if logs && count.planned < count.followed {
            let (tokens, left_out) = (count.followed, count.followed - count.planned);
            let longest_wait_s = count.longest_wait.as_secs();
            tracing::warn!(
                tokens,
                left_out,
                longest_wait_s,
                "more tokens than the price sources allow to ask for in every interval"
            );
        }
    }

    /// Learns what is followed here now.
    async fn refresh(&mut self, turn: &Turn, at: Moment) -> Result<(), StoreError> {
        let followed = self.parts.store.outcomes().under(&turn.fence).follow_list(at.now).await?;
        let tickers: HashMap<_, _> = followed.iter().map(|f| (f.token, Arc::clone(&f.symbol))).collect();
        self.parts.announcer.learn(tickers);
        self.parts.feeds.forget_all_but(&followed.iter().map(|f| f.token.address).collect());
        self.remember(&followed, at.now).await;
        let feeds = &self.parts.feeds;
        let rank = |f: &FollowedToken| {
            Rank::of(f.alerted, at.now.since(f.newest_alerted_at) < FRESH || feeds.is_moving(&f.token.address))
        };
        self.roster.refresh(followed, rank, at);
        Ok(())
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
}
