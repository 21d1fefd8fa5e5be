//! A tracker that is killed again and again while 48 hours are played.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use futures::TryStreamExt as _;
use store::{Rules, Store};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::engine::Engine;
use crate::process::binary;

const TOKENS: u32 = 12;
const INTERVAL: Duration = Duration::from_secs(60);
const MARKET_START: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// After how many simulated minutes it is killed, and how many it then stays away.
const KILLS: [(usize, u32); 6] = [(7, 2), (1, 3), (13, 30), (340, 2), (900, 75), (500, 5)];

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_killed_at_random_misses_nothing_but_the_time_it_was_away_on_sqlite() {
    killed_while_48_hours_are_played(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_killed_at_random_misses_nothing_but_the_time_it_was_away_on_postgres() {
    killed_while_48_hours_are_played(Engine::postgres().await).await;
}

async fn killed_while_48_hours_are_played(engine: Engine) {
    engine.store().await.close().await;
    let mut recorded = BTreeSet::new();
    let mut start = MARKET_START;
    let mut away = Vec::new();
    for (minutes, pause) in KILLS {
        let run = play(&engine, start, Some(minutes)).await;
        recorded.extend(run.recorded);
        let back = run.reached.plus(INTERVAL * pause);
        away.push((run.reached, back));
        start = back;
    }
    let last = play(&engine, start, None).await;
    assert!(last.done, "it ended before everything was sealed");
    recorded.extend(last.recorded);

    let store = engine.store().await;
    assert_eq!(recorded.len(), TOKENS as usize);
    for id in recorded {
        is_whole(&store, AlertId(id.parse().unwrap()), &away).await;
    }
    store.close().await;
}

/// An acknowledged alert is there, its outcome is a fresh fold of what is stored, and no two looks at it are further
/// apart than the tracker was away, plus one interval.
async fn is_whole(store: &Store, id: AlertId, away: &[(Timestamp, Timestamp)]) {
    let record = store.alerts().get(id).await.unwrap().unwrap_or_else(|| panic!("{id} was acknowledged and is gone"));
    let refold = store.outcomes().refold(id, &Rules::default()).await.unwrap().unwrap();
    assert_eq!(refold.fresh, refold.stored, "the outcome of {id}");
    assert!(refold.fresh_state == refold.stored_state, "the states of {id} differ");
    assert!(record.outcome.sealed_at.is_some());

    let (from, to) = (record.alert.alerted_at, record.alert.alerted_at.plus(Rules::default().tracking_window));
    let prices: Vec<_> = store.observations().prices(record.alert.token.key, from, to).try_collect().await.unwrap();
    // Some tokens are not indexed anywhere for the first minutes: the gap that counts begins with the first look.
    let moments: Vec<_> = prices.iter().map(|price| price.observed_at).chain([to]).collect();
    for pair in moments.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let absent: Duration = away.iter().map(|(left, back)| overlap((before, after), (*left, *back))).sum();
        let slack = Duration::from_secs(1);
        // It may be killed right before a look and come back right before the next: an interval on either side.
        let allowed = if absent.is_zero() { INTERVAL } else { absent + INTERVAL * 2 };
        assert!(after.since(before) <= allowed + slack, "{id}: nobody looked from {before} to {after}");
    }
}

fn overlap(a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)) -> Duration {
    a.1.min(b.1).since(a.0.max(b.0))
}

struct Run {
    recorded: Vec<String>,
    reached: Timestamp,
    done: bool,
}

/// Plays from `start` on, and kills the player after so many minutes.
async fn play(engine: &Engine, start: Timestamp, kill_after: Option<usize>) -> Run {
    let mut child = Command::new(binary("examples/played-tracker"))
        .arg(engine.url())
        .args([MARKET_START.micros().to_string(), start.micros().to_string(), TOKENS.to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut run = Run { recorded: Vec::new(), reached: start, done: false };
    let mut minutes = 0;
    while let Some(line) = lines.next_line().await.unwrap() {
        match line.split_once(' ') {
            Some(("at", micros)) => {
                run.reached = Timestamp::from_micros(micros.parse().unwrap());
                minutes += 1;
                if kill_after == Some(minutes) {
                    // What it still says between the signal and its end counts: it was acknowledged.
                    child.start_kill().unwrap();
                }
            }
            Some(("recorded", id)) => run.recorded.push(id.to_owned()),
            _ => run.done = line == "done",
        }
    }
    child.wait().await.unwrap();
    run
}
