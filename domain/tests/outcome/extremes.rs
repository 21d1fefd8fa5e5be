use crate::tape::{HOUR, Tape, WINDOW, close};

#[test]
fn gain_and_drawdown_are_running_extremes_from_entry() {
    let outcome = Tape::new()
        .steady(0.0, 10.0, 1.0)
        .steady(10.0, 20.0, 3.0)
        .steady(20.0, 30.0, 0.7)
        .steady(30.0, WINDOW, 1.5)
        .sealed();
    close(outcome.max_gain_pct, 200.0);
    close(outcome.max_drawdown_pct, -30.0);
    close(outcome.last_price_usd.map(|price| price.get()), 1.5);
}

#[test]
fn entry_is_included_so_gain_is_never_below_0_and_drawdown_never_above() {
    let falling = Tape::new().look(0.0, 1.0).steady(1.0, WINDOW, 0.5).sealed();
    close(falling.max_gain_pct, 0.0);
    close(falling.peak_price_usd.map(|price| price.get()), 1.0);
    let rising = Tape::new().look(0.0, 1.0).steady(1.0, WINDOW, 1.5).sealed();
    close(rising.max_drawdown_pct, 0.0);
    close(rising.drawdown_from_peak_pct, 0.0);
}

#[test]
fn drawdown_from_peak_is_the_worst_peak_to_trough_and_not_the_latest() {
    let outcome = Tape::new()
        .steady(0.0, 10.0, 1.0)
        .steady(10.0, 20.0, 2.0)
        .steady(20.0, 30.0, 0.8) // −60 % from 2
        .steady(30.0, 40.0, 3.0)
        .steady(40.0, WINDOW, 2.4) // −20 % from 3
        .sealed();
    close(outcome.drawdown_from_peak_pct, -60.0);
}

#[test]
fn a_trough_before_the_peak_is_no_fall_from_it() {
    let outcome = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 0.9).steady(20.0, WINDOW, 3.0).sealed();
    close(outcome.drawdown_from_peak_pct, -10.0);
}

#[test]
fn fell_80_is_more_than_80_pct_below_entry_whatever_the_speed() {
    let slow = |floor: f64| {
        Tape::new().each_minute(0.0, WINDOW, move |minutes| (1.0 - minutes / (20.0 * HOUR)).max(floor)).sealed()
    };
    assert_eq!(slow(0.201).fell_80, Some(false));
    assert_eq!(slow(0.199).fell_80, Some(true));
    assert_eq!(slow(0.199).is_rug, Some(false));
}

#[test]
fn eighty_pct_off_the_peak_is_no_rug_and_no_death() {
    let outcome = Tape::new()
        .steady(0.0, 60.0, 1.0)
        .each_minute(60.0, 120.0, |minutes| 1.0 + (minutes - 59.0) / 3.0)
        .steady(120.0, WINDOW, 1.0)
        .sealed();
    assert!(outcome.drawdown_from_peak_pct.unwrap() < -80.0);
    assert_eq!((outcome.is_rug, outcome.is_dead, outcome.fell_80), (Some(false), Some(false), Some(false)));
}
