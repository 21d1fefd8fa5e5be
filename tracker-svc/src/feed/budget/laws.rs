//! Whatever is asked of a budget, no minute has more requests than the limits allow.

use proptest::prelude::*;

use super::*;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// One thing that happens to a budget, after a pause.
#[derive(Clone, Debug)]
enum Step {
    Reserve { patience_ms: u64 },
    Spare,
    Answered,
    Refused { after_seconds: Option<u64> },
    Share(f64),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        6 => (0..90_000_u64).prop_map(|patience_ms| Step::Reserve { patience_ms }),
        4 => Just(Step::Spare),
        2 => Just(Step::Answered),
        1 => proptest::option::of(0..90_u64).prop_map(|after_seconds| Step::Refused { after_seconds }),
        1 => (0.0..=1.0).prop_map(Step::Share),
    ];
    proptest::collection::vec((prop_oneof![3 => 0..50_u64, 1 => 0..5_000_u64], step), 1..300)
}

/// The most moments that lie within one minute.
fn most_in_a_minute(mut sent: Vec<Timestamp>) -> usize {
    sent.sort_unstable();
    let mut from = 0;
    let within = |to: usize| {
        while sent[to].since(sent[from]) >= Duration::from_secs(60) {
            from += 1;
        }
        to - from + 1
    };
    (0..sent.len()).map(within).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn no_minute_has_more_requests_than_the_limit(
        requests_per_minute in 1.0..300.0_f64, burst in 1..40_u32, steps in steps()
    ) {
        let least_pause = Duration::from_secs(2);
        let mut budget = Budget::new(Limits { requests_per_minute, burst, least_pause });
        let (mut now, mut sent) = (START, Vec::new());
        for (pause_ms, step) in steps {
            now = now.plus(Duration::from_millis(pause_ms));
            match step {
                Step::Reserve { patience_ms } => {
                    sent.extend(budget.reserve(now, now.plus(Duration::from_millis(patience_ms))).ok());
                }
                Step::Spare => sent.extend(budget.spare(now).then_some(now)),
                Step::Answered => budget.answered(now),
                Step::Refused { after_seconds } => {
                    let after = after_seconds.map(Duration::from_secs);
                    budget.refused(now, Pause { after, until_unix_seconds: None });
                }
                Step::Share(share) => budget.set_share(share, now),
            }
        }
        // Both ends of a minute count, and the rate is rounded to nanoseconds.
        let limit = requests_per_minute + f64::from(burst);
        prop_assert!(most_in_a_minute(sent) as f64 <= limit + 1e-6, "more than {limit}");
    }

    #[test]
    fn the_shares_of_several_trackers_together_are_no_more_than_the_whole(
        parts in proptest::collection::vec(0..20_u32, 2..9), seconds in 1..180_u64
    ) {
        let limits = Limits { requests_per_minute: 260.0, burst: 40, least_pause: Duration::from_secs(5) };
        let whole: u32 = parts.iter().sum();
        prop_assume!(whole > 0);
        let mut sent = Vec::new();
        for part in &parts {
            let mut budget = Budget::new(limits);
            budget.set_share(f64::from(*part) / f64::from(whole), START);
            let deadline = START.plus(Duration::from_secs(seconds));
            while let Ok(at) = budget.reserve(START, deadline) {
                sent.push(at);
            }
        }
        // One request is left to each, however small its part.
        let limit = 300 + parts.len();
        prop_assert!(most_in_a_minute(sent) <= limit, "more than {limit}");
    }

    #[test]
    fn what_is_free_within_a_while_is_what_can_be_reserved(steps in steps(), seconds in 0..100_u64) {
        let mut budget = Budget::new(Limits { requests_per_minute: 26.0, burst: 4, least_pause: Duration::from_secs(2) });
        let mut now = START;
        for (pause_ms, step) in steps {
            now = now.plus(Duration::from_millis(pause_ms));
            match step {
                Step::Reserve { patience_ms } => {
                    let _ = budget.reserve(now, now.plus(Duration::from_millis(patience_ms)));
                }
                Step::Refused { after_seconds } => {
                    let after = after_seconds.map(Duration::from_secs);
                    budget.refused(now, Pause { after, until_unix_seconds: None });
                }
                Step::Share(share) => budget.set_share(share, now),
                Step::Spare | Step::Answered => {}
            }
        }
        let free = budget.free_within(now, Duration::from_secs(seconds));
        let until = now.plus(Duration::from_secs(seconds));
        let mut reserved = 0;
        while reserved <= free && budget.reserve(now, until).is_ok() {
            reserved += 1;
        }
        prop_assert_eq!(free, reserved);
    }
}
