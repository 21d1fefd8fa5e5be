use std::time::Duration;

use domain::outcome::{ExitReason, OutcomeStatus};

use crate::tape::{HOUR, Tape, WINDOW, at, close};

#[test]
fn it_is_sealed_10_min_after_the_later_of_the_windows_end_and_the_recording() {
    let mut tape = Tape::new();
    assert_eq!(tape.fold().0.seal_due(&tape.policy), at(WINDOW + 10.0));
    tape.subject.recorded_at = at(100.0 * HOUR);
    assert_eq!(tape.fold().0.seal_due(&tape.policy), at(100.0 * HOUR + 10.0));
}

#[test]
fn history_is_due_as_soon_as_it_is_recorded() {
    let mut tape = Tape::new();
    tape.subject.expected_interval = None;
    assert_eq!(tape.fold().0.seal_due(&tape.policy), at(WINDOW));
    tape.subject.recorded_at = at(100.0 * HOUR);
    assert_eq!(tape.fold().0.seal_due(&tape.policy), at(100.0 * HOUR));
}

#[test]
fn no_data_only_if_nothing_was_ever_accepted() {
    let outcome = Tape::new().sealed();
    assert_eq!(outcome.status, OutcomeStatus::NoData);
    assert_eq!((outcome.snapshot_count, outcome.coverage), (0, Some(0.0)));
    assert_eq!((outcome.max_gain_pct, outcome.max_drawdown_pct, outcome.is_rug), (None, None, None));
    assert_eq!((outcome.is_dead, outcome.fell_80, outcome.exit_return_pct), (None, None, None));
    let held = Tape::new().unquoted().look(1.0, 5.0).sealed();
    assert_eq!((held.status, held.held_dropped), (OutcomeStatus::NoData, 1));
    assert_eq!(Tape::new().look(1.0, 1.0).sealed().status, OutcomeStatus::Lost);
}

#[test]
fn it_is_lost_with_under_80_pct_of_the_expected_observations() {
    let every_fifth_missing = |from: f64, until: f64| {
        let mut tape = Tape::new().steady(0.0, from, 1.0);
        tape = tape.steady(from, until, 1.0);
        tape.observations.retain(|look| (look.observed_at.millis() / 60_000) % 5 != 0);
        tape
    };
    let enough = every_fifth_missing(0.0, WINDOW);
    close(enough.sealed().coverage, 0.8);
    assert_eq!(enough.sealed().status, OutcomeStatus::Complete);
    let mut less = enough;
    less.observations.remove(1_000);
    assert!(less.sealed().coverage.unwrap() < 0.8);
    assert_eq!(less.sealed().status, OutcomeStatus::Lost);
}

#[test]
fn it_is_lost_with_a_last_price_more_than_60_min_before_the_end() {
    let until = |end: f64| Tape::new().steady(0.0, end, 1.0).sealed();
    assert_eq!(until(WINDOW - 59.0).status, OutcomeStatus::Complete);
    assert_eq!(until(WINDOW - 61.0).status, OutcomeStatus::Lost);
}

#[test]
fn looks_that_jitter_around_their_minute_are_full_coverage() {
    let mut tape = Tape::new();
    for minute in 0..2_880_i32 {
        let jitter = if minute % 2 == 0 { 0.05 } else { -0.05 };
        tape = tape.look((f64::from(minute) + jitter).max(0.0), 1.0);
    }
    assert!(tape.sealed().coverage.unwrap() > 0.99 - 0.05);
    assert_eq!(tape.sealed().status, OutcomeStatus::Complete);
}

#[test]
fn many_looks_in_one_hour_do_not_make_up_for_silent_ones() {
    let mut tape = Tape::new();
    for tick in 0..6_000 {
        tape = tape.look(f64::from(tick) / 100.0, 1.0);
    }
    let outcome = tape.steady(WINDOW - 30.0, WINDOW, 1.0).sealed();
    assert_eq!(outcome.status, OutcomeStatus::Lost);
    assert!(outcome.coverage.unwrap() < 0.04);
}

#[test]
fn of_a_lost_one_what_had_already_happened_stands() {
    let pumped = Tape::new().steady(0.0, 70.0, 1.0).steady(70.0, 200.0, 2.0).sealed();
    assert_eq!(pumped.status, OutcomeStatus::Lost);
    close(pumped.max_gain_pct, 100.0);
    close(pumped.return_1h_pct, 0.0);
    assert_eq!(pumped.pumped_at, Some(at(70.0)));
    let rugged =
        Tape::new().steady(0.0, 200.0, 1.0).liquidity(0.0, 100.0, 20_000.0).liquidity(100.0, 200.0, 10.0).sealed();
    assert_eq!((rugged.status, rugged.is_rug), (OutcomeStatus::Lost, Some(true)));
    assert_eq!(rugged.exit_reason, Some(ExitReason::LiquidityGone));
    let dead = Tape::new().each_minute(0.0, 400.0, |minutes| (1.0 - minutes / 250.0).max(0.1)).sealed();
    assert_eq!((dead.is_dead, dead.fell_80), (Some(true), Some(true)));
}

#[test]
fn of_a_lost_one_the_rest_is_unknown_never_a_rug_never_a_gain_of_0() {
    let outcome = Tape::new().steady(0.0, 200.0, 1.0).sealed();
    assert_eq!(outcome.status, OutcomeStatus::Lost);
    assert_eq!(outcome.is_rug, None);
    assert_eq!(
        (outcome.rug_after_pump, outcome.round_trip, outcome.is_dead, outcome.fell_80),
        (None, None, None, None)
    );
    assert_eq!((outcome.max_gain_pct, outcome.max_drawdown_pct, outcome.drawdown_from_peak_pct), (None, None, None));
    assert_eq!((outcome.exit_reason, outcome.exit_return_pct), (None, None));
    assert_eq!(outcome.return_24h_pct, None);
    close(outcome.return_1h_pct, 0.0);
}

#[test]
fn a_price_under_the_level_when_the_feed_was_lost_is_no_death() {
    let outcome = Tape::new().steady(0.0, 200.0, 1.0).steady(200.0, 210.0, 0.1).sealed();
    assert_eq!((outcome.is_dead, outcome.is_rug), (None, None));
    assert_eq!(outcome.fell_80, Some(true));
}

#[test]
fn a_window_shorter_than_every_horizon_is_sealed_all_the_same() {
    let mut tape = Tape::new();
    tape.subject.window = Duration::from_secs(10);
    tape.subject.expected_interval = Some(Duration::from_millis(500));
    for tick in 0..20 {
        tape = tape.look(f64::from(tick) / 120.0, 1.0);
    }
    let outcome = tape.sealed();
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    close(outcome.coverage, 1.0);
    assert_eq!(outcome.return_1h_pct, None);
    assert_eq!(outcome.exit_return_pct, None);
}

#[test]
fn the_outcome_carries_the_policys_version_and_the_moment_of_the_seal() {
    let mut tape = Tape::new().look(0.0, 1.0);
    tape.policy.version = 7;
    assert_eq!(tape.open().policy_version, 7);
    assert_eq!(tape.open().sealed_at, None);
    assert_eq!(tape.sealed().sealed_at, Some(at(WINDOW + 10.0)));
}

#[test]
fn while_it_is_open_coverage_is_that_of_the_time_so_far() {
    close(Tape::new().steady(0.0, 100.0, 1.0).open().coverage, 1.0);
    close(Tape::new().steady(0.0, 50.0, 1.0).look(99.0, 1.0).open().coverage, 0.51);
    assert_eq!(Tape::new().open().coverage, None);
}
