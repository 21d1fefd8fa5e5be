use crate::tape::{HOUR, Tape, WINDOW, close};

#[test]
fn returns_are_the_last_accepted_price_at_or_before_each_horizon() {
    let outcome = Tape::new()
        .steady(0.0, HOUR, 1.0)
        .steady(HOUR, 6.0 * HOUR, 1.5)
        .steady(6.0 * HOUR, 24.0 * HOUR + 1.0, 0.8)
        .steady(24.0 * HOUR + 1.0, WINDOW, 9.0)
        .sealed();
    close(outcome.return_1h_pct, 50.0);
    close(outcome.return_6h_pct, -20.0);
    close(outcome.return_24h_pct, -20.0);
}

#[test]
fn a_price_that_is_not_fresh_leaves_the_return_unknown_and_never_0() {
    for (horizon, fresh) in [(HOUR, 5.0), (6.0 * HOUR, 15.0), (24.0 * HOUR, 60.0)] {
        for (age, known) in [(fresh, true), (fresh + 0.1, false)] {
            let outcome = Tape::new().looks(&[(0.0, 1.0), (horizon - age, 2.0), (horizon + 30.0, 1.0)]).open();
            let returned = [outcome.return_1h_pct, outcome.return_6h_pct, outcome.return_24h_pct];
            let here = returned[if horizon == HOUR { 0 } else { usize::from(horizon > 6.0 * HOUR) + 1 }];
            assert_eq!(here.is_some(), known, "{age} min before {horizon}");
        }
    }
}

#[test]
fn a_horizon_that_has_not_passed_is_unknown() {
    let tape = Tape::new().steady(0.0, 61.0, 1.0);
    assert_eq!(tape.open().return_1h_pct, None, "another observation of that very moment may follow");
    close(tape.look(61.0, 1.0).open().return_1h_pct, 0.0);
}

#[test]
fn a_horizon_at_the_windows_end_is_decided_by_the_seal() {
    let tape = Tape::import().looks(&[(1.0, 1.0), (24.0 * HOUR, 3.0)]);
    assert_eq!(tape.open().return_24h_pct, None);
    close(tape.sealed().return_24h_pct, 200.0);
}
