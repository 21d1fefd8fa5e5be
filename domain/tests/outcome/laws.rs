//! What holds for every sequence of observations.

use std::sync::Arc;

use domain::observation::Observation;
use domain::outcome::{Fold, Outcome, OutcomeStatus};
use domain::quantity::AmountUsd;
use proptest::prelude::*;

use crate::tape::{HOUR, Tape, look};

/// A walk with jumps, bad ticks, gaps, sources, pools and liquidity of every kind; keys are distinct and in order.
fn observations() -> impl Strategy<Value = Vec<Observation>> {
    let step = (
        prop_oneof![6 => 0.2..3.0_f64, 1 => 3.0..90.0_f64, 1 => Just(0.0)],
        prop_oneof![8 => -0.2..0.2_f64, 1 => -2.5..2.5_f64],
        prop_oneof![12 => Just(1.0), 1 => Just(40.0), 1 => Just(0.02)],
        prop::sample::select(vec!["dexscreener", "jupiter", "pushed"]),
        prop::option::weighted(0.8, prop::sample::select(vec!["a", "b", "c"])),
        prop::option::weighted(0.8, prop_oneof![5 => 5_000.0..30_000.0_f64, 2 => 0.0..500.0_f64, 1 => Just(0.0)]),
        prop::sample::select(vec!["raydium", "pumpfun"]),
    );
    prop::collection::vec(step, 0..150).prop_map(|steps| {
        let (mut minutes, mut log_price) = (0.0, 0.0_f64);
        let mut observations: Vec<Observation> = Vec::new();
        for (gap, drift, tick, source, pool, liquidity, dex) in steps {
            minutes += gap;
            log_price = (log_price + drift).clamp(-9.0, 9.0);
            let mut look = look(minutes, log_price.exp() * tick);
            look.source = source.into();
            look.pool = pool.map(Arc::from);
            look.liquidity_usd = liquidity.and_then(|usd| AmountUsd::new(usd).ok());
            look.market_cap_usd = AmountUsd::new(log_price.exp() * 1e5).ok();
            look.dex_name = Some(dex.into());
            observations.push(look);
        }
        observations.sort_by(|a, b| (a.observed_at, &a.source).cmp(&(b.observed_at, &b.source)));
        observations.dedup_by(|a, b| (a.observed_at, &a.source) == (b.observed_at, &b.source));
        observations
    })
}

fn tape() -> impl Strategy<Value = Tape> {
    (observations(), any::<bool>(), any::<bool>(), prop::option::of(0.1..50.0_f64), 1.0..12.0_f64).prop_map(
        |(observations, import, quoted, peak, hours)| {
            let mut tape = if import { Tape::import() } else { Tape::new() };
            tape.subject.window = std::time::Duration::from_secs_f64((hours * HOUR * 60.0).round());
            if !quoted {
                tape = tape.unquoted();
            }
            if let Some(peak) = peak {
                tape = tape.trusting(peak, None);
            }
            tape.observations = observations;
            tape
        },
    )
}

fn numbers(outcome: &Outcome) -> [Option<f64>; 9] {
    [
        outcome.entry_gap_pct,
        outcome.max_gain_pct,
        outcome.max_drawdown_pct,
        outcome.drawdown_from_peak_pct,
        outcome.return_1h_pct,
        outcome.return_6h_pct,
        outcome.return_24h_pct,
        outcome.exit_return_pct,
        outcome.coverage,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_batching_gives_the_same_state_and_the_same_happenings(tape in tape(), rests in prop::collection::vec(any::<bool>(), 150)) {
        let (straight, told) = tape.sealed_fold();
        let mut fold = Fold::begin(tape.subject.clone(), &tape.policy);
        let mut told_in_parts = Vec::new();
        for (observation, rest) in tape.observations.iter().zip(rests) {
            if rest {
                fold = Fold::from_bytes(&fold.to_bytes()).unwrap();
            }
            fold.observe(&tape.policy, observation, &mut told_in_parts).unwrap();
        }
        fold = Fold::from_bytes(&fold.to_bytes()).unwrap();
        fold.seal(&tape.policy, fold.seal_due(&tape.policy), &mut told_in_parts);
        prop_assert_eq!(fold.to_bytes(), straight.to_bytes());
        prop_assert_eq!(fold.outcome(&tape.policy), straight.outcome(&tape.policy));
        prop_assert_eq!(&fold, &straight);
        prop_assert_eq!(told_in_parts, told);
    }

    #[test]
    fn any_order_of_arrival_gives_the_same_outcome_once_what_is_late_refolds(
        tape in tape(),
        arrival in prop::collection::vec(any::<prop::sample::Index>(), 150),
    ) {
        // A store that keeps everything, folds what comes, and folds anew when the fold asks for it.
        let mut left = tape.observations.clone();
        let mut stored: Vec<Observation> = Vec::new();
        let mut fold = Fold::begin(tape.subject.clone(), &tape.policy);
        for index in arrival {
            if left.is_empty() {
                break;
            }
            let next = left.remove(index.index(left.len()));
            stored.push(next.clone());
            if fold.observe(&tape.policy, &next, &mut Vec::new()).is_err() {
                stored.sort_by(|a, b| (a.observed_at, &a.source).cmp(&(b.observed_at, &b.source)));
                fold = Fold::begin(tape.subject.clone(), &tape.policy);
                for observation in &stored {
                    fold.observe(&tape.policy, observation, &mut Vec::new()).unwrap();
                }
            }
        }
        prop_assert_eq!(fold.to_bytes(), tape.fold().0.to_bytes());
    }

    #[test]
    fn gains_are_never_negative_drawdowns_never_positive_and_every_number_is_finite(tape in tape()) {
        for outcome in [tape.open(), tape.sealed()] {
            prop_assert!(outcome.max_gain_pct.is_none_or(|gain| gain >= 0.0));
            for drawdown in [outcome.max_drawdown_pct, outcome.drawdown_from_peak_pct].into_iter().flatten() {
                prop_assert!((-100.0..=0.0).contains(&drawdown));
            }
            prop_assert!(outcome.exit_return_pct.is_none_or(|exit| exit >= -100.0));
            prop_assert!(outcome.coverage.is_none_or(|coverage| (0.0..=1.0).contains(&coverage)));
            prop_assert!(numbers(&outcome).into_iter().flatten().all(f64::is_finite));
        }
    }

    #[test]
    fn a_gain_that_was_shown_is_never_taken_back(tape in tape()) {
        let mut fold = Fold::begin(tape.subject.clone(), &tape.policy);
        let mut shown = 0.0;
        for observation in &tape.observations {
            fold.observe(&tape.policy, observation, &mut Vec::new()).unwrap();
            let gain = fold.outcome(&tape.policy).max_gain_pct.unwrap_or(shown);
            prop_assert!(gain >= shown);
            shown = gain;
        }
        prop_assert!(tape.sealed().max_gain_pct.is_none_or(|gain| gain >= shown));
    }

    #[test]
    fn labels_agree_with_one_another(tape in tape()) {
        let outcome = tape.sealed();
        prop_assert_eq!(outcome.rug_reason.is_some(), outcome.is_rug == Some(true));
        prop_assert_eq!(outcome.rug_at.is_some(), outcome.is_rug == Some(true));
        if let (Some(hit), Some(rug)) = (outcome.rug_hit_at, outcome.rug_at) {
            prop_assert!(hit <= rug);
        }
        if outcome.rug_after_pump == Some(true) {
            prop_assert!(outcome.max_gain_pct.is_some_and(|gain| gain > 50.0));
        }
        if matches!(outcome.status, OutcomeStatus::Lost | OutcomeStatus::NoData) {
            for flag in [outcome.is_rug, outcome.is_dead, outcome.fell_80, outcome.round_trip] {
                prop_assert_ne!(flag, Some(false));
            }
            prop_assert_ne!(outcome.max_gain_pct, Some(0.0));
        }
        prop_assert_eq!(outcome.status == OutcomeStatus::NoData, outcome.snapshot_count == 0);
        prop_assert_eq!(outcome.exit_return_pct.is_some(), outcome.exit_reason.is_some());
    }

    #[test]
    fn one_bad_tick_anywhere_makes_neither_a_moonshot_nor_a_rug(minute in 0_u32..2_880, factor in prop_oneof![5.1..1e6_f64, 1e-6..0.19_f64]) {
        let minute = f64::from(minute);
        let tape = Tape::new()
            .each_minute(0.0, 48.0 * HOUR, |minutes| 1.0 + (minutes / 40.0).sin() * 0.05)
            .liquidity(0.0, 48.0 * HOUR, 25_000.0)
            .tick(minute, factor)
            .liquidity(minute, minute + 0.001, 25_000.0 * factor);
        let outcome = tape.sealed();
        prop_assert!(outcome.max_gain_pct.unwrap() < 12.0);
        prop_assert_eq!((outcome.is_rug, outcome.is_dead, outcome.fell_80), (Some(false), Some(false), Some(false)));
        prop_assert_eq!(outcome.held_dropped, 1);
    }
}
