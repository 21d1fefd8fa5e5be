//! What is done to the trackers and to the database, drawn from the seed. One thing after the other, so that there is always
//! one tracker that could go on.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use domain::timestamp::Timestamp;
use service::clock::{Clock, Work};
use simulator::draw::Seed;

use crate::arguments::{LEASE, Plan, START};
use crate::database::Database;
use crate::fleet::Fleet;
use crate::verify::Violations;
use crate::verify::paused::Witness;

/// How long a change of hands may take: expiry, takeover, giving up what is too much, each with its pauses.
const SETTLED_AFTER: Duration = Duration::from_mins(5);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    /// SIGKILL, and back after this long.
    Kill { tracker: usize, away: Duration },
    /// SIGSTOP, and SIGCONT after this long.
    Pause { tracker: usize, lasts: Duration },
    /// SIGTERM, and back after this long.
    Stop { tracker: usize, away: Duration },
    /// The database ends, and is back after this long.
    Database { killed: bool, away: Duration },
}

/// How often each was done.
#[derive(Default)]
pub struct Counts {
    pub kills: AtomicU32,
    pub pauses: AtomicU32,
    pub stops: AtomicU32,
    pub restarts: AtomicU32,
    /// Until when, in microseconds, leases may be changing hands.
    unsettled_until: AtomicI64,
}

pub struct Chaos {
    pub clock: Clock,
    pub fleet: Arc<Fleet>,
    pub database: Arc<Database>,
    pub witness: Witness,
    pub counts: Arc<Counts>,
    pub violations: Violations,
}

impl Counts {
    /// Whether every lease has been where it is for a while.
    pub fn settled(&self, now: Timestamp) -> bool {
        now.micros() > self.unsettled_until.load(Ordering::Relaxed)
    }

    pub fn unsettle(&self, now: Timestamp, lasts: Duration) {
        self.unsettled_until.store(now.plus(lasts + SETTLED_AFTER).micros(), Ordering::Relaxed);
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |count: &AtomicU32| count.load(Ordering::Relaxed);
        write!(
            f,
            "trackers were killed {} times, stood still {} times and were asked to end {} times; the database went {} times",
            count(&self.kills),
            count(&self.pauses),
            count(&self.stops),
            count(&self.restarts),
        )
    }
}

impl Chaos {
    /// Plays the plan to its end. Everything runs again when this returns.
    pub async fn run(self, plan: &Plan, mut work: Work) -> anyhow::Result<()> {
        for (at, event, hesitation) in events(plan, self.database.may_go()) {
            work.pause_until(at).await;
            // The trackers are at work meanwhile, in real time: it strikes in the middle of something.
            tokio::time::sleep(hesitation).await;
            let (Event::Kill { away: lasts, .. }
            | Event::Pause { lasts, .. }
            | Event::Stop { away: lasts, .. }
            | Event::Database { away: lasts, .. }) = event;
            self.counts.unsettle(self.clock.now(), lasts);
            self.note(&event)?;
            self.happen(event, &mut work).await?;
        }
        Ok(())
    }

    /// Beside the logs of the trackers, for whoever looks for a cause.
    fn note(&self, event: &Event) -> anyhow::Result<()> {
        let path = self.fleet.logs.join("chaos.log");
        let mut log = File::options().create(true).append(true).open(&path).context("opening chaos.log")?;
        writeln!(log, "{} {event:?}", self.clock.now()).context("writing chaos.log")
    }

    async fn happen(&self, event: Event, work: &mut Work) -> anyhow::Result<()> {
        match event {
            Event::Kill { tracker, away } => {
                self.counts.kills.fetch_add(1, Ordering::Relaxed);
                self.fleet.kill(tracker).await?;
                work.pause(away).await;
                self.fleet.start(tracker).await
            }
            Event::Stop { tracker, away } => {
                self.counts.stops.fetch_add(1, Ordering::Relaxed);
                self.fleet.stop(tracker).await?;
                work.pause(away).await;
                self.fleet.start(tracker).await
            }
            Event::Pause { tracker, lasts } => self.pause(tracker, lasts, work).await,
            Event::Database { killed, away } => {
                self.counts.restarts.fetch_add(1, Ordering::Relaxed);
                let from = self.clock.now();
                self.database.go(killed).await?;
                work.pause(away).await;
                self.database.come_back(from, self.clock.now()).await
            }
        }
    }

    async fn pause(&self, tracker: usize, lasts: Duration, work: &mut Work) -> anyhow::Result<()> {
        self.counts.pauses.fetch_add(1, Ordering::Relaxed);
        let paused_at = self.clock.now();
        self.fleet.pause(tracker).await?;
        // By then others have its tokens, and what it saw before must never come in.
        let taken_over = LEASE * 2;
        let witnessed = lasts > taken_over;
        let mut before = None;
        if witnessed {
            work.pause(taken_over).await;
            before = Some(self.witness.looks_until(paused_at).await?);
            work.pause(lasts.saturating_sub(taken_over)).await;
        } else {
            work.pause(lasts).await;
        }
        self.fleet.resume(tracker).await?;
        if let Some(before) = before {
            work.pause(LEASE * 2).await;
            let after = self.witness.looks_until(paused_at).await?;
            if before != after {
                self.violations.add(format!(
                    "tracker {tracker}, which stood still from {paused_at} for {lasts:?}, then wrote {} observations \
                     from before, with leases that it had lost",
                    after - before,
                ));
            }
        }
        Ok(())
    }
}

/// What happens when, and how many real milliseconds into that moment.
fn events(plan: &Plan, database_may_go: bool) -> Vec<(Timestamp, Event, Duration)> {
    if plan.calm || plan.replicas < 2 {
        return Vec::new();
    }
    let end = plan.last_window_ends().minus(Duration::from_mins(15));
    let restarts = [plan.window().mul_f64(0.35), plan.window().mul_f64(0.75)];
    let mut restarts = restarts.into_iter().zip([false, true]).filter(|_| database_may_go).peekable();
    let (mut events, mut at) = (Vec::new(), START);
    for index in 0.. {
        let seed = plan.seed().at(2_000).at(index);
        // About two in an hour, at odd seconds.
        at = at.plus(SETTLED_AFTER + Duration::from_secs_f64(seed.scale_between(0, 60.0, 5_400.0).floor()));
        let restart = restarts.next_if(|(after, _)| at.since(START) >= *after);
        let event = match restart {
            Some((_, killed)) => Event::Database { killed, away: seconds(seed, 1, 20.0, 75.0) },
            None => drawn(seed, plan.replicas),
        };
        let (Event::Kill { away: lasts, .. }
        | Event::Pause { lasts, .. }
        | Event::Stop { away: lasts, .. }
        | Event::Database { away: lasts, .. }) = event;
        if at.plus(lasts) >= end {
            break;
        }
        events.push((at, event, Duration::from_millis((40.0 * seed.unit(2)) as u64)));
        at = at.plus(lasts);
    }
    events
}

fn drawn(seed: Seed, replicas: usize) -> Event {
    let tracker = seed.at(3).0 as usize % replicas;
    match seed.unit(4) {
        ..0.5 => Event::Kill { tracker, away: seconds(seed, 1, 1.0, 1_200.0) },
        0.5..0.8 => Event::Pause { tracker, lasts: seconds(seed, 1, 5.0, 600.0) },
        _ => Event::Stop { tracker, away: seconds(seed, 1, 1.0, 600.0) },
    }
}

fn seconds(seed: Seed, index: u64, low: f64, high: f64) -> Duration {
    Duration::from_secs_f64(seed.scale_between(index, low, high).floor())
}
