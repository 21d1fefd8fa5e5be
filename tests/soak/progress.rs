//! What is said while it runs: a line for every simulated hour, and a word when nothing moves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use service::clock::{Clock, Work};
use simulator::faults::Source;
use tokio_util::sync::CancellationToken;

use crate::arguments::START;
use crate::bot::Acknowledged;
use crate::chaos::Counts;
use crate::fleet::Fleet;

const HOUR: Duration = Duration::from_hours(1);

/// How fast each hour was, in tokens asked for by real second.
pub type Speeds = Vec<f64>;

pub async fn tell(
    clock: Clock,
    mut work: Work,
    fleet: Arc<Fleet>,
    acknowledged: Arc<Acknowledged>,
    counts: Arc<Counts>,
    end: Timestamp,
) -> Speeds {
    let (mut looks, mut begun, mut speeds) = (0, Instant::now(), Vec::new());
    for hour in 1.. {
        work.pause_until(START.plus(HOUR * hour)).await;
        if clock.now() > end {
            break;
        }
        let all =
            fleet.doors.first().map_or(0, |door| Source::ALL.iter().map(|source| door.tokens(*source)).sum::<u64>());
        let (now, seconds) = (all - looks, begun.elapsed().as_secs_f64());
        let alerts = acknowledged.alerts.lock().map_or(0, |alerts| alerts.len());
        println!(
            "hour {hour:>2}: {now:>7} looks in {seconds:>5.1} s ({:>6.0} a second); so far {alerts} alerts, {} retries; \
             {} kills, {} pauses, {} stops of trackers, {} of the database",
            now as f64 / seconds,
            acknowledged.retries.load(Ordering::Relaxed),
            counts.kills.load(Ordering::Relaxed),
            counts.pauses.load(Ordering::Relaxed),
            counts.stops.load(Ordering::Relaxed),
            counts.restarts.load(Ordering::Relaxed),
        );
        speeds.push(now as f64 / seconds);
        (looks, begun) = (all, Instant::now());
    }
    speeds
}

/// Says so when time has stood still for a minute of real time: somebody holds it and should not.
pub async fn watch_for_standstill(clock: Clock, stop: CancellationToken) {
    let mut before = clock.now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
            () = stop.cancelled() => return,
        }
        let now = clock.now();
        if now == before {
            eprintln!("time stands still at {now}: {clock:?}");
        }
        before = now;
    }
}
