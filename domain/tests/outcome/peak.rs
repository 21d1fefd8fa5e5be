use domain::quantity::AmountUsd;

use crate::tape::{Tape, WINDOW, at, close, look};

#[test]
fn an_observation_counts_as_the_lower_of_itself_and_its_better_neighbour() {
    for (left, own, right, counted) in
        [(1.0, 3.0, 2.0, 2.0), (2.0, 3.0, 1.0, 2.0), (2.5, 2.0, 2.6, 2.6), (1.0, 3.0, 3.0, 3.0)]
    {
        // Steady before and after, so that only the three in the middle can be the peak.
        let outcome = Tape::new()
            .steady(0.0, 10.0, 1.0)
            .looks(&[(10.0, left), (11.0, own), (12.0, right)])
            .look(13.0, if right == 2.6 { 2.6 } else { 1.0 })
            .steady(14.0, WINDOW, 1.0)
            .sealed();
        close(outcome.peak_price_usd.map(|price| price.get()), counted);
    }
}

#[test]
fn a_lone_one_counts_as_it_is() {
    let outcome = Tape::new().looks(&[(0.0, 1.0), (10.0, 3.0), (20.0, 1.0)]).open();
    close(outcome.max_gain_pct, 200.0);
    assert_eq!(outcome.peak_at, Some(at(10.0)));
}

#[test]
fn neighbours_are_at_most_180_s_apart() {
    let near = Tape::new().looks(&[(0.0, 1.0), (10.0, 3.0), (13.0, 1.0)]).open();
    close(near.max_gain_pct, 0.0);
    let far = Tape::new().looks(&[(0.0, 1.0), (10.0, 3.0), (13.01, 1.0)]).open();
    close(far.max_gain_pct, 200.0);
}

#[test]
fn with_one_neighbour_it_counts_as_the_lower_of_the_two() {
    let before = Tape::new().looks(&[(0.0, 1.0), (10.0, 1.4), (11.0, 3.0), (30.0, 1.0)]).open();
    close(before.max_gain_pct, 40.0);
    let after = Tape::new().looks(&[(0.0, 1.0), (10.0, 3.0), (11.0, 1.4), (30.0, 1.0)]).open();
    close(after.max_gain_pct, 40.0);
}

#[test]
fn the_last_observation_of_an_open_window_adds_nothing_that_a_later_one_could_take_back() {
    let lone = Tape::new().looks(&[(0.0, 1.0), (10.0, 3.0)]);
    close(lone.open().max_gain_pct, 0.0);
    close(lone.clone().look(11.0, 1.0).open().max_gain_pct, 0.0);
    close(lone.clone().look(13.5, 1.0).open().max_gain_pct, 200.0);
    let supported = Tape::new().looks(&[(0.0, 1.0), (10.0, 2.0), (11.0, 3.0)]);
    close(supported.open().max_gain_pct, 100.0);
}

#[test]
fn a_lone_last_observation_counts_at_the_seal() {
    close(Tape::import().looks(&[(1.0, 1.0), (1_440.0, 3.0)]).sealed().max_gain_pct, 200.0);
}

#[test]
fn the_peak_has_its_time_and_its_market_cap() {
    let with_cap = |minutes, usd: f64| {
        let mut look = look(minutes, usd);
        look.market_cap_usd = AmountUsd::new(usd * 1_000_000.0).ok();
        look
    };
    let tape = Tape::new()
        .seen(with_cap(0.0, 1.0))
        .seen(with_cap(1.0, 2.0))
        .seen(with_cap(2.0, 2.5))
        .seen(with_cap(3.0, 2.4))
        .seen(with_cap(4.0, 1.0));
    let outcome = tape.open();
    assert_eq!(outcome.peak_at, Some(at(2.0)));
    close(outcome.peak_price_usd.map(|price| price.get()), 2.4);
    close(outcome.peak_market_cap_usd.map(|cap| cap.get()), 2_400_000.0);
}

#[test]
fn an_entry_that_was_never_exceeded_is_the_peak() {
    let mut first = look(1.0, 1.0);
    first.market_cap_usd = AmountUsd::new(70_000.0).ok();
    let outcome = Tape::new().seen(first).look(2.0, 0.9).open();
    assert_eq!(outcome.peak_at, Some(at(1.0)));
    close(outcome.peak_market_cap_usd.map(|cap| cap.get()), 70_000.0);
}

#[test]
fn a_pump_is_a_gain_above_50_pct_and_has_the_time_of_the_first() {
    let exactly = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 1.5).open();
    assert_eq!(exactly.pumped_at, None);
    let above = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 1.51).steady(20.0, 30.0, 4.0).open();
    assert_eq!(above.pumped_at, Some(at(10.0)));
}

#[test]
fn of_equal_peaks_the_first_counts() {
    let outcome = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 2.0).open();
    assert_eq!(outcome.peak_at, Some(at(10.0)));
}
