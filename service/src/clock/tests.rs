use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::timestamp::Timestamp;
use tokio::task::{JoinSet, yield_now};

use super::Clock;

const START: Timestamp = Timestamp::from_seconds(1_759_854_014);

fn after(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

/// Lets every task that can run, run.
async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test]
async fn time_stands_still_while_it_is_held() {
    let clock = Clock::simulated(START);
    let work = clock.work();
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep_until(after(60)).await }
    });
    settle().await;
    assert_eq!(clock.now(), START);
    assert!(!sleeper.is_finished());
    drop(work);
    let awake = sleeper.await.unwrap();
    assert_eq!(clock.now(), after(60));
    drop(awake);
}

#[tokio::test]
async fn two_days_pass_in_order_whoever_went_to_sleep_first() {
    let clock = Clock::simulated(START);
    let setup = clock.work();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for seconds in [172_800, 5, 3_600, 60] {
        let (clock, seen) = (clock.clone(), seen.clone());
        tasks.spawn(async move {
            let _work = clock.sleep_until(after(seconds)).await;
            seen.lock().unwrap().push((seconds, clock.now()));
        });
    }
    settle().await;
    drop(setup);
    tasks.join_all().await;
    let expected: Vec<_> = [5, 60, 3_600, 172_800].map(|seconds| (seconds, after(seconds))).into();
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn all_who_wait_for_one_moment_wake_together_and_time_waits_for_each() {
    let clock = Clock::simulated(START);
    let setup = clock.work();
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let clock = clock.clone();
        tasks.spawn(async move {
            let work = clock.sleep_until(after(60)).await;
            settle().await;
            assert_eq!(clock.now(), after(60));
            drop(work);
            drop(clock.sleep_until(after(120)).await);
        });
    }
    settle().await;
    drop(setup);
    tasks.join_all().await;
    assert_eq!(clock.now(), after(120));
}

#[tokio::test]
async fn a_moment_that_has_passed_is_not_waited_for_and_moves_nothing() {
    let clock = Clock::simulated(START);
    let _work = clock.work();
    let mut other = clock.sleep_until(START).await;
    other.pause_until(START.minus(Duration::from_secs(1))).await;
    assert_eq!(clock.now(), START);
}

#[tokio::test]
async fn a_paused_guard_lets_time_go_on_and_holds_it_again_afterwards() {
    let clock = Clock::simulated(START);
    let mut work = clock.work();
    let beyond = tokio::spawn({
        let clock = clock.clone();
        async move { drop(clock.sleep_until(after(61)).await) }
    });
    settle().await;
    work.pause_until(after(60)).await;
    settle().await;
    assert_eq!(clock.now(), after(60));
    drop(work);
    beyond.await.unwrap();
    assert_eq!(clock.now(), after(61));
}

#[tokio::test]
async fn a_cancelled_pause_holds_time_again() {
    let clock = Clock::simulated(START);
    let blocker = clock.work();
    let mut work = clock.work();
    {
        let mut pause = Box::pin(work.pause_until(after(60)));
        assert!(futures::poll!(pause.as_mut()).is_pending());
    }
    drop(blocker);
    let beyond = tokio::spawn({
        let clock = clock.clone();
        async move { drop(clock.sleep_until(after(90)).await) }
    });
    settle().await;
    assert_eq!(clock.now(), START);
    drop(work);
    beyond.await.unwrap();
    assert_eq!(clock.now(), after(90));
}

#[tokio::test]
async fn a_pause_cancelled_after_it_was_awakened_held_time_throughout() {
    let clock = Clock::simulated(START);
    let blocker = clock.work();
    let mut work = clock.work();
    let mut beyond = Box::pin(clock.sleep_until(after(90)));
    assert!(futures::poll!(beyond.as_mut()).is_pending());
    {
        let mut pause = Box::pin(work.pause_until(after(60)));
        assert!(futures::poll!(pause.as_mut()).is_pending());
        drop(blocker);
        assert_eq!(clock.now(), after(60));
    }
    assert_eq!(clock.now(), after(60));
    drop(work);
    drop(beyond.await);
    assert_eq!(clock.now(), after(90));
}

#[tokio::test]
async fn a_cancelled_sleeper_takes_no_time_along() {
    let clock = Clock::simulated(START);
    let work = clock.work();
    {
        let mut sleep = Box::pin(clock.sleep_until(after(10)));
        assert!(futures::poll!(sleep.as_mut()).is_pending());
    }
    drop(work);
    assert_eq!(clock.now(), START);
    drop(clock.sleep_until(after(20)).await);
    assert_eq!(clock.now(), after(20));
}

#[tokio::test]
async fn a_sleeper_cancelled_after_it_was_awakened_gives_its_hold_back() {
    let clock = Clock::simulated(START);
    let work = clock.work();
    let mut sleep = Box::pin(clock.sleep_until(after(10)));
    assert!(futures::poll!(sleep.as_mut()).is_pending());
    drop(work);
    assert_eq!(clock.now(), after(10));
    drop(sleep);
    drop(clock.sleep_until(after(20)).await);
    assert_eq!(clock.now(), after(20));
}

#[tokio::test]
async fn a_guard_dropped_by_a_panic_lets_time_go_on() {
    let clock = Clock::simulated(START);
    let failed = tokio::spawn({
        let work = clock.work();
        async move {
            let _work = work;
            panic!("on purpose");
        }
    });
    assert!(failed.await.is_err());
    drop(clock.sleep_until(after(1)).await);
    assert_eq!(clock.now(), after(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn time_never_runs_backwards_nor_past_a_holder_on_many_threads() {
    let clock = Clock::simulated(START);
    let setup = clock.work();
    let mut tasks = JoinSet::new();
    for task in 0..16_u64 {
        let clock = clock.clone();
        let mut work = clock.work();
        tasks.spawn(async move {
            for round in 1..=50 {
                let at = after(round * 60 + task % 3);
                work.pause_until(at).await;
                assert_eq!(clock.now(), at);
                yield_now().await;
                assert_eq!(clock.now(), at);
            }
        });
    }
    drop(setup);
    tasks.join_all().await;
    assert_eq!(clock.now(), after(50 * 60 + 2));
}

#[tokio::test]
async fn the_system_clock_waits_for_real() {
    let clock = Clock::system();
    let at = clock.now().plus(Duration::from_millis(5));
    let mut work = clock.sleep_until(at).await;
    assert!(clock.now() >= at);
    let later = at.plus(Duration::from_millis(5));
    work.pause_until(later).await;
    assert!(clock.now() >= later);
}

#[tokio::test]
async fn a_clock_that_is_set_back_holds_no_sleeper_up() {
    let (clock, hands) = Clock::adjustable();
    let at = clock.now().plus(Duration::from_millis(300));
    let before = clock.steady();
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { drop(clock.sleep_until(at).await) }
    });
    settle().await;
    hands.back(Duration::from_secs(3_600));
    sleeper.await.unwrap();
    assert!(clock.now() < at, "the clock is still far behind");
    assert!(clock.steady().since(before) >= Duration::from_millis(300), "it slept as long as it was to");
}

#[tokio::test]
async fn a_clock_that_is_set_forward_wakes_whose_moment_has_come() {
    let (clock, hands) = Clock::adjustable();
    let at = clock.now().plus(Duration::from_secs(3_600));
    hands.forward(Duration::from_secs(3_600));
    drop(clock.sleep_until(at).await);
    assert!(clock.now() >= at);
}

#[test]
fn the_steady_time_goes_on_evenly_when_the_clock_is_set() {
    let (clock, hands) = Clock::adjustable();
    let before = clock.steady();
    hands.back(Duration::from_secs(3_600));
    assert!(clock.steady() >= before);
    hands.forward(Duration::from_secs(7_200));
    assert!(clock.steady().since(before) < Duration::from_secs(3_600));
}
