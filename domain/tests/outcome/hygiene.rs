use domain::outcome::{EntrySource, OutcomeStatus};

use crate::tape::{Tape, WINDOW, at, close};

#[test]
fn one_bad_tick_makes_no_moonshot() {
    for factor in [1_462.0, 100.0, 6.0, 4.9, 1.6] {
        let outcome = Tape::new().steady(0.0, WINDOW, 1.0).tick(90.0, factor).sealed();
        assert_eq!(outcome.status, OutcomeStatus::Complete);
        assert_eq!(outcome.max_gain_pct, Some(0.0), "a tick of {factor}×");
        assert_eq!(outcome.peak_price_usd.unwrap().get(), 1.0);
        assert_eq!(outcome.pumped_at, None);
    }
}

#[test]
fn one_bad_tick_makes_no_rug() {
    for factor in [1e-6, 0.01, 0.19, 0.21] {
        let outcome = Tape::new().steady(0.0, WINDOW, 1.0).tick(90.0, factor).sealed();
        assert_eq!(outcome.is_rug, Some(false), "a tick of {factor}×");
        assert_eq!(outcome.rug_hit_at, None);
        assert_eq!(outcome.is_dead, Some(false));
    }
}

#[test]
fn one_bad_tick_as_the_very_first_look_makes_neither() {
    for factor in [1_000.0, 0.001] {
        for tape in [Tape::new(), Tape::new().unquoted()] {
            let outcome = tape.steady(0.0, WINDOW, 1.0).tick(0.0, factor).sealed();
            assert_eq!(outcome.max_gain_pct, Some(0.0));
            assert_eq!(outcome.is_rug, Some(false));
            assert_eq!(outcome.entry_price_usd.unwrap().get(), 1.0);
            assert_eq!(outcome.held_dropped, 1);
        }
    }
}

#[test]
fn the_reference_is_the_last_accepted_price() {
    // 4 is within 5× of 1, and 16 within 5× of 4.
    let outcome = Tape::new().looks(&[(0.0, 1.0), (1.0, 4.0), (2.0, 16.0)]).open();
    assert_eq!(outcome.snapshot_count, 3);
}

#[test]
fn before_the_first_accepted_price_the_reference_is_the_bots() {
    assert_eq!(Tape::new().look(0.0, 5.0).open().snapshot_count, 1, "exactly 5× is not more than 5×");
    assert_eq!(Tape::new().look(0.0, 5.1).open().snapshot_count, 0);
    assert_eq!(Tape::new().look(0.0, 0.19).open().snapshot_count, 0);
}

#[test]
fn with_neither_the_first_is_held() {
    let tape = Tape::new().unquoted().look(1.0, 7.0);
    assert_eq!(tape.open().snapshot_count, 0);
    let outcome = tape.look(2.0, 8.0).open();
    assert_eq!(outcome.snapshot_count, 2);
    assert_eq!(outcome.entry_at, Some(at(1.0)));
    close(outcome.entry_price_usd.map(|price| price.get()), 7.0);
    assert_eq!(outcome.held_dropped, 0);
}

#[test]
fn a_price_more_than_5x_away_is_held_until_another_confirms_it() {
    for (far, confirming) in [(6.0, 11.0), (6.0, 3.1), (0.1, 0.2), (0.1, 0.05)] {
        let held = Tape::new().looks(&[(0.0, 1.0), (1.0, far)]);
        assert_eq!(held.open().snapshot_count, 1);
        assert_eq!(held.open().last_price_usd.unwrap().get(), 1.0);
        let both = held.look(2.0, confirming).open();
        assert_eq!(both.snapshot_count, 3, "{far} then {confirming}");
        assert_eq!(both.held_dropped, 0);
    }
}

#[test]
fn both_are_accepted_each_at_its_own_time() {
    // Held at the very end of the first hour, confirmed after it: the return at 1 h is the held price.
    let outcome = Tape::new().steady(0.0, 59.5, 1.0).looks(&[(59.9, 8.0), (60.5, 8.0), (62.0, 8.0)]).open();
    close(outcome.return_1h_pct, 700.0);
    assert_eq!(outcome.peak_at, Some(at(59.9)));
}

#[test]
fn only_a_look_30_s_later_confirms_for_sources_cache() {
    let cached = Tape::new().looks(&[(0.0, 1.0), (1.0, 9.0), (1.49, 9.0)]);
    assert_eq!(cached.open().snapshot_count, 1);
    assert_eq!(
        cached.look(1.5, 9.0).open().snapshot_count,
        3,
        "30 s after the held one, which the copy did not replace"
    );
}

#[test]
fn one_within_5x_of_the_reference_drops_it() {
    let outcome = Tape::new().looks(&[(0.0, 1.0), (1.0, 9.0), (2.0, 1.1), (3.0, 9.0)]).open();
    assert_eq!(outcome.held_dropped, 1);
    assert_eq!(outcome.snapshot_count, 2, "the second 9 has to wait anew");
}

#[test]
fn any_other_replaces_it() {
    let replaced = Tape::new().looks(&[(0.0, 1.0), (1.0, 100.0), (2.0, 9.0)]);
    assert_eq!(replaced.open().held_dropped, 1);
    let outcome = replaced.look(3.0, 9.0).open();
    assert_eq!(outcome.snapshot_count, 3);
    assert_eq!(outcome.last_price_usd.unwrap().get(), 9.0);
}

#[test]
fn what_nobody_confirmed_is_dropped_when_the_window_is_sealed_and_counted() {
    let tape = Tape::new().steady(0.0, WINDOW - 1.0, 1.0).look(WINDOW - 1.0, 50.0);
    assert_eq!(tape.open().held_dropped, 0);
    let outcome = tape.sealed();
    assert_eq!(outcome.held_dropped, 1);
    assert_eq!(outcome.last_price_usd.unwrap().get(), 1.0);
    assert_eq!(outcome.max_gain_pct, Some(0.0));
}

#[test]
fn a_fall_after_a_gap_of_more_than_15_min_is_accepted_at_once() {
    let before = Tape::new().look(0.0, 1.0);
    assert_eq!(before.clone().look(15.0, 0.01).open().snapshot_count, 1);
    assert_eq!(before.clone().look(15.1, 0.01).open().snapshot_count, 2);
    assert_eq!(before.look(15.1, 100.0).open().snapshot_count, 1, "a rise is not");
}

#[test]
fn before_the_first_look_the_gap_is_the_time_since_the_alert() {
    let outcome = Tape::new().look(16.0, 0.1).open();
    assert_eq!(outcome.snapshot_count, 1);
    assert_eq!(outcome.entry_source, Some(EntrySource::Quoted));
}

#[test]
fn a_feed_that_pushes_every_second_gets_its_jump_confirmed() {
    let mut tape = Tape::new().look(0.0, 1.0);
    for second in 1..=40 {
        tape = tape.look(1.0 + f64::from(second) / 60.0, 20.0);
    }
    assert_eq!(tape.open().last_price_usd.unwrap().get(), 20.0);
}
