use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use domain::timestamp::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::super::Clock;
use super::*;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn after(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

fn shared() -> (TempDir, PathBuf, Clock, SharedClock) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("clock");
    let clock = Clock::simulated(START);
    let sharing = clock.share(&socket).unwrap();
    (folder, socket, clock, sharing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_wait_in_the_order_of_one_time() {
    let (_folder, socket, clock, _sharing) = shared();
    let setup = clock.work();
    let mut tasks = JoinSet::new();
    for number in 0..4_u64 {
        let (follower, leader) = (Clock::simulated_at(&socket).unwrap(), clock.clone());
        let mut work = follower.work();
        tasks.spawn(async move {
            for round in 1..=50 {
                let at = after(round * 60 + number % 3);
                work.pause_until(at).await;
                assert_eq!((follower.now(), leader.now()), (at, at));
                tokio::task::yield_now().await;
                assert_eq!((follower.now(), leader.now()), (at, at));
            }
        });
    }
    drop(setup);
    tasks.join_all().await;
    drop(clock.sleep_until(after(4_000)).await);
    assert_eq!(clock.now(), after(4_000));
}

#[tokio::test]
async fn a_follower_that_is_called_while_it_is_idle_learns_the_present_first() {
    let (_folder, socket, clock, _sharing) = shared();
    let setup = clock.work();
    let follower = Clock::simulated_at(&socket).unwrap();
    assert_eq!(follower.now(), START);
    drop(setup);
    let caller = clock.sleep_until(after(3_600)).await;
    let called = follower.work();
    assert_eq!(follower.now(), after(3_600));
    drop(caller);
    assert_eq!(clock.now(), after(3_600));
    drop(called);
    assert_eq!(follower.now(), after(3_600));
}

#[tokio::test]
async fn time_goes_on_without_a_follower_that_is_gone() {
    let (_folder, socket, clock, _sharing) = shared();
    let follower = Clock::simulated_at(&socket).unwrap();
    let work = follower.work();
    let mut waits = Box::pin(clock.sleep_until(after(60)));
    assert!(futures::poll!(waits.as_mut()).is_pending());
    assert_eq!(clock.now(), START, "it holds time");
    drop((work, follower));
    drop(waits.await);
    assert_eq!(clock.now(), after(60));
}

#[tokio::test]
async fn time_goes_on_without_a_process_that_stands_still_and_waits_for_it_when_it_goes_on() {
    let (_folder, socket, clock, sharing) = shared();
    let setup = clock.work();
    let follower = Clock::simulated_at(&socket).unwrap();
    let mut work = follower.work();
    sharing.suspend(std::process::id());
    drop(setup);
    let awake = clock.sleep_until(after(600)).await;
    sharing.resume(std::process::id());
    drop(awake);
    work.pause_until(after(610)).await;
    assert_eq!((follower.now(), clock.now()), (after(610), after(610)));
}

#[tokio::test]
async fn a_process_of_its_own_follows_and_a_killed_one_holds_no_time() {
    let (_folder, socket, clock, _sharing) = shared();
    let setup = clock.work();
    let mut killed = follow_in_a_process(&socket, "holding", &clock).await;
    drop(setup);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let awake = clock.sleep_until(after(60)).await;
    let mut sleeping = follow_in_a_process(&socket, "sleeping", &clock).await;
    drop(awake);
    let beyond = clock.sleep_until(after(60 + 86_400)).await;
    assert!(sleeping.wait().unwrap().success());
    drop(beyond);
}

/// Starts this test program again, for [`what_another_process_does`] alone. Returns once it follows the clock.
async fn follow_in_a_process(socket: &Path, what: &str, clock: &Clock) -> std::process::Child {
    let before = followers(clock);
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "clock::shared::tests::what_another_process_does"])
        .env("CLOCK_SOCKET", socket)
        .env("CLOCK_WHAT", what)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while followers(clock) == before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child
}

fn followers(clock: &Clock) -> usize {
    match &clock.0 {
        super::super::Kind::Simulated(simulation) => simulation.followers(),
        super::super::Kind::System(_) => 0,
    }
}

#[tokio::test]
async fn what_another_process_does() {
    let (Some(socket), Some(what)) = (std::env::var_os("CLOCK_SOCKET"), std::env::var_os("CLOCK_WHAT")) else { return };
    let clock = Clock::simulated_at(Path::new(&socket)).unwrap();
    let mut work = clock.work();
    if what == "holding" {
        std::future::pending::<()>().await;
    }
    let begun = clock.now();
    for minutes in 1..=1_440 {
        work.pause_until(begun.plus(Duration::from_secs(60 * minutes))).await;
        assert_eq!(clock.now(), begun.plus(Duration::from_secs(60 * minutes)));
    }
}

#[test]
fn only_a_clock_of_ones_own_can_be_shared() {
    let (folder, socket, _clock, _sharing) = shared();
    let other = folder.path().join("other");
    assert!(Clock::system().share(&other).is_err());
    assert!(Clock::simulated_at(&socket).unwrap().share(&other).is_err());
    assert!(Clock::simulated_at(&other).is_err());
}

proptest! {
    #[test]
    fn what_is_said_arrives(heard in 0..u64::MAX, until in prop::option::of(any::<i32>())) {
        let until = until.map(|seconds| Timestamp::from_seconds(i64::from(seconds)));
        for saying in [Saying::Busy, Saying::Idle { heard, until }] {
            prop_assert_eq!(decode(encode(saying)), saying);
        }
    }
}
