use domain::outcome::{Happening, OutcomeStatus, RugReason};

use crate::tape::{HOUR, Tape, WINDOW, at};

fn moves(tape: &Tape) -> Vec<(f64, f64)> {
    let minutes = |at: domain::timestamp::Timestamp| at.since(crate::tape::ALERT).as_secs_f64() / 60.0;
    tape.happenings()
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::PriceMoved { change_pct, at } => Some(((change_pct * 1e6).round() / 1e6, minutes(at))),
            _ => None,
        })
        .collect()
}

#[test]
fn a_move_of_more_than_20_pct_in_1_h_is_told_both_ways() {
    assert_eq!(moves(&Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 100.0, 1.25)), [(25.0, 60.0)]);
    assert_eq!(moves(&Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 100.0, 0.75)), [(-25.0, 60.0)]);
    assert_eq!(moves(&Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 100.0, 1.2)), []);
}

#[test]
fn it_is_told_once_and_rearms_below_10_pct() {
    let to_and_fro = |between: f64| {
        Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 1.3).steady(20.0, 30.0, between).steady(30.0, 40.0, 1.4)
    };
    assert_eq!(moves(&to_and_fro(1.11)).len(), 1);
    assert_eq!(moves(&to_and_fro(1.09)), [(30.0, 10.0), (40.0, 30.0)]);
}

#[test]
fn a_turn_the_other_way_is_told_without_rearming() {
    let tape = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 1.3).steady(20.0, 30.0, 0.7);
    assert_eq!(moves(&tape), [(30.0, 10.0), (-30.0, 20.0)]);
}

#[test]
fn a_slow_drift_is_no_move() {
    // 19 % an hour, for a day.
    let tape = Tape::new().each_minute(0.0, 24.0 * HOUR, |minutes| 1.19_f64.powf(minutes / 60.0));
    assert_eq!(moves(&tape), []);
}

#[test]
fn a_change_across_a_gap_of_more_than_1_h_is_no_move_within_one() {
    assert_eq!(moves(&Tape::new().looks(&[(0.0, 1.0), (62.0, 2.0), (63.0, 2.0)])), []);
    assert_eq!(moves(&Tape::new().looks(&[(0.0, 1.0), (60.0, 2.0)])), [(100.0, 60.0)]);
}

#[test]
fn a_tick_that_was_held_and_dropped_is_no_move() {
    assert_eq!(moves(&Tape::new().steady(0.0, 60.0, 1.0).tick(30.0, 50.0)), []);
}

fn peaks(tape: &Tape) -> Vec<(f64, domain::timestamp::Timestamp)> {
    tape.happenings()
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::NewPeak { gain_pct, at } => Some(((gain_pct * 1e6).round() / 1e6, at)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_new_peak_is_told_once_it_counts() {
    let tape = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 2.0).steady(20.0, 30.0, 1.0);
    assert_eq!(peaks(&tape), [(100.0, at(10.0))]);
    assert_eq!(peaks(&Tape::new().steady(0.0, 60.0, 1.0).tick(30.0, 4.0)), []);
}

#[test]
fn a_climb_is_told_in_steps_and_not_every_minute() {
    let climb = Tape::new().each_minute(0.0, 400.0, |minutes| 1.001_f64.powf(minutes));
    let told = peaks(&climb).len();
    assert!((5..=8).contains(&told), "{told} for a climb of 49 %");
}

#[test]
fn a_rug_and_its_clearing_are_told() {
    let tape = Tape::new().steady(0.0, 100.0, 1.0).steady(100.0, 300.0, 0.15).steady(300.0, WINDOW, 0.9);
    let told = tape.happenings();
    assert!(told.contains(&Happening::RugDetected { reason: RugReason::PriceCollapse, at: at(160.0) }));
    assert!(told.contains(&Happening::RugCleared { at: at(360.0) }));
}

#[test]
fn a_second_reason_for_a_rug_that_stands_is_not_told_again() {
    let tape = Tape::new()
        .steady(0.0, 100.0, 1.0)
        .steady(100.0, WINDOW, 0.15)
        .liquidity(0.0, 200.0, 20_000.0)
        .liquidity(200.0, WINDOW, 5.0);
    let rugs = tape.happenings().into_iter().filter(|told| matches!(told, Happening::RugDetected { .. })).count();
    assert_eq!(rugs, 1);
}

#[test]
fn the_end_of_the_tracking_is_told_with_its_status() {
    let told = Tape::new().steady(0.0, WINDOW, 1.0).happenings();
    assert_eq!(told, [Happening::TrackingComplete { status: OutcomeStatus::Complete }]);
    assert_eq!(Tape::new().happenings(), [Happening::TrackingComplete { status: OutcomeStatus::NoData }]);
}
