use domain::outcome::{EntrySource, OutcomeStatus};

use crate::tape::{Tape, WINDOW, at, close};

#[test]
fn entry_is_the_first_accepted_observation_within_10_min() {
    for minutes in [0.0, 3.0, 10.0] {
        let outcome = Tape::new().looks(&[(minutes, 1.2), (minutes + 1.0, 1.5)]).open();
        assert_eq!(outcome.entry_source, Some(EntrySource::Observed));
        assert_eq!(outcome.entry_at, Some(at(minutes)));
        close(outcome.entry_price_usd.map(|price| price.get()), 1.2);
    }
}

#[test]
fn the_bots_own_price_is_kept_and_the_gap_shows_the_difference() {
    let outcome = Tape::new().look(1.0, 2.5).open();
    close(outcome.quoted_price_usd.map(|price| price.get()), 1.0);
    close(outcome.entry_gap_pct, 150.0);
    close(outcome.max_gain_pct, 0.0);
}

#[test]
fn with_none_in_10_min_it_is_the_bots_price() {
    let outcome = Tape::new().looks(&[(10.01, 1.5), (11.0, 1.5)]).open();
    assert_eq!(outcome.entry_source, Some(EntrySource::Quoted));
    assert_eq!(outcome.entry_at, Some(at(0.0)));
    close(outcome.entry_price_usd.map(|price| price.get()), 1.0);
    close(outcome.max_gain_pct, 50.0);
    assert_eq!(outcome.entry_gap_pct, None, "there is no second price to compare with");
}

#[test]
fn with_neither_there_is_none_and_nothing_counted_from_it_is_known() {
    let outcome = Tape::new().unquoted().steady(11.0, WINDOW, 1.0).sealed();
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    assert_eq!(outcome.entry_source, None);
    assert_eq!(outcome.entry_price_usd, None);
    assert_eq!(
        [outcome.max_gain_pct, outcome.max_drawdown_pct, outcome.drawdown_from_peak_pct, outcome.return_1h_pct],
        [None; 4]
    );
    assert_eq!([outcome.is_rug, outcome.is_dead, outcome.fell_80, outcome.round_trip], [None; 4]);
    assert_eq!(outcome.peak_price_usd.unwrap().get(), 1.0);
}

#[test]
fn before_anything_is_accepted_there_is_none_yet() {
    let outcome = Tape::new().open();
    assert_eq!(outcome.entry_price_usd, None);
    assert_eq!(outcome.max_gain_pct, None);
    assert_eq!(outcome.is_rug, None);
}

#[test]
fn a_held_observation_of_the_first_10_min_that_is_confirmed_later_is_the_entry() {
    let outcome = Tape::new().unquoted().looks(&[(9.8, 3.0), (10.8, 3.1)]).open();
    assert_eq!(outcome.entry_source, Some(EntrySource::Observed));
    assert_eq!(outcome.entry_at, Some(at(9.8)));
}
