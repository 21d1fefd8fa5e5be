//! The run from beginning to end.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use service::clock::{Clock, Work};
use simulator::exchange::{Exchange, Limits};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::arguments::{Plan, START};
use crate::bot::{Acknowledged, Bot};
use crate::chaos::{Chaos, Counts};
use crate::database::Database;
use crate::fleet::{Fleet, Slot};
use crate::progress::{Speeds, tell, watch_for_standstill};
use crate::verify::held_back::HeldBack;
use crate::verify::paused::Witness;
use crate::verify::{Evidence, Violations, verify};
use crate::{market, one_poller, weather};

/// Outcomes are sealed ten minutes after their window; this is when all of them must be.
const SEALED_AFTER: Duration = Duration::from_mins(15);

/// Whether everything that was promised is true.
pub async fn run(plan: Plan) -> anyhow::Result<bool> {
    println!(
        "{} tokens, each followed for {} h, by {} trackers on {:?}; seed {}",
        plan.tokens, plan.hours, plan.replicas, plan.engine, plan.seed
    );
    let folder = tempfile::tempdir().context("making a folder")?;
    let begun = Instant::now();
    let violations = Violations::default();
    let (evidence, speeds) = play(&plan, &folder, &violations).await?;
    let played = begun.elapsed();

    let verified = Instant::now();
    let figures = verify(&plan, &evidence, &violations).await?;
    println!(
        "\nplayed {} of simulated time in {:.0} s, verified in {:.0} s",
        humantime::format_duration(evidence.until.since(START)),
        played.as_secs_f64(),
        verified.elapsed().as_secs_f64()
    );
    println!("{figures}");
    say_how_it_grew(&speeds);
    let holds = violations.print(plan.logs.as_deref().unwrap_or(folder.path()))?;
    if !holds && plan.logs.is_none() {
        println!("the logs of the trackers are kept in {}", folder.keep().display());
    }
    Ok(holds)
}

async fn play(plan: &Plan, folder: &TempDir, violations: &Violations) -> anyhow::Result<(Evidence, Speeds)> {
    let clock = Clock::simulated(START);
    let mut work = clock.work();
    let (market, alerts) = market::of(plan);
    let alerts = Arc::new(alerts);
    let database = Arc::new(Database::start(plan.engine).await?);
    let (fleet, counts) =
        (Arc::new(fleet(plan, folder, &clock, &market, &database).await?), Arc::new(Counts::default()));
    for number in 0..plan.replicas {
        fleet.start(number).await?;
    }
    counts.unsettle(START, Duration::ZERO);
    let acknowledged = Arc::new(Acknowledged::default());
    let stop = CancellationToken::new();
    let (end, until) = (plan.last_window_ends(), plan.last_window_ends().plus(SEALED_AFTER));

    let bot = || Bot::new(clock.clone(), Arc::clone(&fleet), Arc::clone(&acknowledged));
    let raising = spawn(&clock, |work| bot().raise(Arc::clone(&alerts), work));
    let pushing = spawn(&clock, |work| bot().push(market.clone(), Arc::clone(&alerts), plan.window(), end, work));
    let chaos = Chaos {
        clock: clock.clone(),
        fleet: Arc::clone(&fleet),
        database: Arc::clone(&database),
        witness: Witness::new(database.open().await?, &alerts),
        counts: Arc::clone(&counts),
        violations: violations.clone(),
    };
    let planned = plan.clone();
    let chaos = spawn(&clock, |work| async move { chaos.run(&planned, work).await });
    let watching = spawn(&clock, |work| {
        let (alerts, counts) = (Arc::clone(&alerts), Arc::clone(&counts));
        one_poller::watch(clock.clone(), work, Arc::clone(&fleet), alerts, counts, violations.clone(), stop.clone())
    });
    let telling = spawn(&clock, |work| {
        tell(clock.clone(), work, Arc::clone(&fleet), Arc::clone(&acknowledged), Arc::clone(&counts), until)
    });
    tokio::spawn(watch_for_standstill(clock.clone(), stop.clone()));

    work.pause_until(until).await;
    // All of them are over by then, or stuck; whoever sleeps on this clock needs it to move.
    stop.cancel();
    drop(work);
    let finished = async {
        raising.await??;
        pushing.await??;
        chaos.await??;
        watching.await?;
        anyhow::Ok(telling.await?)
    };
    let speeds = finished.await.context("a part of the soak broke off")?;
    let work = clock.work();
    for number in 0..plan.replicas {
        fleet.stop(number).await?;
    }
    drop(work);
    let held_back = HeldBack::read(&fleet.logs)?;
    Ok((Evidence { alerts, acknowledged, database, market, held_back, counts, until }, speeds))
}

async fn fleet(
    plan: &Plan,
    folder: &TempDir,
    clock: &Clock,
    market: &simulator::market::Market,
    database: &Database,
) -> anyhow::Result<Fleet> {
    let tells = clock.clone();
    let limits = match (plan.unlimited, plan.without_key) {
        (true, _) => Limits::default(),
        (false, true) => Limits::real(),
        (false, false) => Limits::real_with_key(),
    };
    let exchange = Exchange::start(market.clone(), weather::faults(plan), limits, move || tells.now()).await?;
    let mut doors = vec![exchange];
    for _ in 1..plan.replicas {
        doors.push(doors[0].another_door().await?);
    }
    let socket = folder.path().join("clock");
    let logs = plan.logs.clone().unwrap_or_else(|| folder.path().to_owned());
    std::fs::create_dir_all(&logs).with_context(|| format!("making {}", logs.display()))?;
    Ok(Fleet {
        clock: clock.share(&socket).context("sharing the clock")?,
        socket,
        database: database.url(),
        hours: plan.hours,
        unlimited: plan.unlimited,
        without_key: plan.without_key,
        log: plan.log.clone(),
        doors,
        logs,
        slots: Mutex::new((0..plan.replicas).map(|_| Slot::default()).collect()),
    })
}

/// Starts a part of the soak that holds time from now on.
fn spawn<F>(clock: &Clock, part: impl FnOnce(Work) -> F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(part(clock.work()))
}

/// The cost of an observation early and late in the run: with one, two, … days of history behind it.
fn say_how_it_grew(speeds: &[f64]) {
    // The first hours have not all alerts yet, and the last have not all any more.
    let steady =
        speeds.get(speeds.len() / 12 + 1..speeds.len().saturating_sub(speeds.len() / 12 + 1)).unwrap_or_default();
    if steady.len() >= 8 {
        let quarter = steady.len() / 4;
        let mean = |hours: &[f64]| hours.len() as f64 / hours.iter().map(|speed| 1.0 / speed).sum::<f64>();
        let (early, late) = (mean(&steady[..quarter]), mean(&steady[steady.len() - quarter..]));
        println!(
            "growth: {early:.0} looks a second in the first quarter, {late:.0} in the last: \
             a look costs {:.2} times as much",
            early / late
        );
    }
}
