//! History brought along: imports.

use domain::alert::{Alert, AlertId, Decision, RecordedPeak};
use domain::feature::AlertFeatures;
use domain::outcome::{EntrySource, OutcomeStatus, Subject};
use domain::quote::Quote;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use std::time::Duration;

use crate::tape::{ALERT, HOUR, Tape, at, close, price};

const DAY: f64 = 24.0 * HOUR;

/// The five looks that the ancestor's database has of each alert.
fn recorded(prices: [f64; 5]) -> Tape {
    let mut tape = Tape::import();
    tape.subject.recorded_at = at(400.0 * DAY);
    for (minutes, usd) in [1.0, 5.0, 15.0, HOUR, DAY].into_iter().zip(prices) {
        tape = tape.look(minutes, usd);
    }
    tape
}

#[test]
fn an_import_has_no_expected_interval_and_is_complete_with_a_look_at_its_end() {
    let outcome = recorded([1.0, 1.0, 1.0, 1.0, 0.6]).sealed();
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    assert_eq!((outcome.snapshot_count, outcome.coverage), (5, None));
    assert_eq!(outcome.entry_source, Some(EntrySource::Observed));
    close(outcome.max_gain_pct, 0.0);
    close(outcome.max_drawdown_pct, -40.0);
    close(outcome.return_24h_pct, -40.0);
    close(outcome.last_price_usd.map(|price| price.get()), 0.6);
}

#[test]
fn the_look_at_the_very_end_belongs_to_an_import_and_not_to_a_followed_alert() {
    assert!(Tape::import().subject.covers(at(DAY)));
    assert!(!Tape::import().subject.covers(at(DAY + 0.001)));
    assert!(!Tape::new().subject.covers(at(2.0 * DAY)));
    assert!(Tape::new().subject.covers(at(2.0 * DAY - 0.001)));
}

#[test]
fn a_copied_price_is_no_fresh_one() {
    let outcome = recorded([1.0, 1.0, 1.0, 1.0, 0.6]).sealed();
    assert_eq!(outcome.return_1h_pct, None, "the price at 1 h is a copy of that at 1 min");
    close(recorded([1.0, 1.0, 1.0, 1.2, 0.6]).sealed().return_1h_pct, 20.0);
    assert_eq!(recorded([1.0, 1.0, 1.0, 1.2, 1.2]).sealed().return_24h_pct, None);
}

#[test]
fn a_copied_price_at_the_end_is_a_last_price_all_the_same() {
    let outcome = recorded([1.0, 1.0, 1.0, 1.2, 1.2]).sealed();
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    close(outcome.last_price_usd.map(|price| price.get()), 1.2);
}

#[test]
fn a_price_that_repeats_on_a_followed_alert_is_a_look_of_its_own() {
    close(Tape::new().steady(0.0, 62.0, 1.0).open().return_1h_pct, 0.0);
}

#[test]
fn a_trusted_recorded_peak_counts_as_the_maximum() {
    let outcome = recorded([1.0, 1.0, 1.0, 1.0, 0.6]).trusting(1_462.0, None).sealed();
    close(outcome.max_gain_pct, 146_100.0);
    close(outcome.peak_price_usd.map(|price| price.get()), 1_462.0);
    assert_eq!((outcome.peak_at, outcome.peak_market_cap_usd), (None, None));
    assert_eq!(outcome.round_trip, Some(true));
}

#[test]
fn a_trusted_recorded_peak_is_never_a_point_of_the_path() {
    let trusted = recorded([1.0, 1.0, 1.0, 1.1, 0.9]).trusting(50.0, Some(30.0)).sealed();
    let plain = recorded([1.0, 1.0, 1.0, 1.1, 0.9]).sealed();
    assert_eq!(trusted.drawdown_from_peak_pct, plain.drawdown_from_peak_pct);
    assert_eq!((trusted.exit_return_pct, trusted.exit_reason), (plain.exit_return_pct, plain.exit_reason));
    assert_eq!(trusted.snapshot_count, plain.snapshot_count);
    assert_eq!((trusted.is_rug, trusted.is_dead), (plain.is_rug, plain.is_dead));
    assert_eq!(trusted.pumped_at, Some(at(30.0)));
}

#[test]
fn a_recorded_peak_below_the_paths_changes_nothing() {
    let tape = recorded([1.0, 1.0, 1.0, 2.0, 0.9]);
    assert_eq!(tape.clone().trusting(1.5, None).sealed(), tape.sealed());
}

#[test]
fn a_recorded_peak_from_outside_the_window_is_none_of_the_alerts() {
    let tape = recorded([1.0, 1.0, 1.0, 2.0, 0.9]);
    for minutes in [-1.0, DAY + 1.0] {
        assert_eq!(tape.clone().trusting(9.0, Some(minutes)).sealed(), tape.sealed());
    }
}

#[test]
fn whether_a_peak_without_a_time_came_before_the_rug_is_unknown() {
    let mut tape = Tape::import().trusting(3.0, None).steady(0.0, DAY, 1.0);
    tape = tape.liquidity(0.0, 100.0, 20_000.0).liquidity(100.0, DAY, 5.0);
    assert_eq!((tape.sealed().is_rug, tape.sealed().rug_after_pump), (Some(true), None));
    assert_eq!(tape.clone().trusting(3.0, Some(50.0)).sealed().rug_after_pump, Some(true));
    assert_eq!(tape.trusting(3.0, Some(500.0)).sealed().rug_after_pump, Some(false));
}

#[test]
fn one_unconfirmed_jump_at_the_end_of_an_import_is_lost_and_no_gain() {
    let outcome = recorded([1.0, 1.0, 1.0, 1.0, 41.0]).sealed();
    assert_eq!((outcome.status, outcome.held_dropped), (OutcomeStatus::Lost, 1));
    assert_eq!(outcome.max_gain_pct, None);
}

fn alert() -> Alert {
    Alert {
        id: AlertId(uuid::Uuid::from_u128(1)),
        token: Token {
            key: TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes([1; 32]) },
            name: String::new(),
            symbol: String::new(),
        },
        alerted_at: ALERT,
        decision: Decision::Alerted,
        shadow_sample_rate: None,
        entry: Quote { price_usd: Some(price(2.0)), ..Quote::default() },
        features: AlertFeatures::default(),
        extra: std::collections::BTreeMap::new(),
        annotations: std::collections::BTreeMap::new(),
        config_revision: None,
        recorded_peak: Some(RecordedPeak { price_usd: price(9.0), at: None }),
        trust_recorded_peak: false,
        tracking_window: None,
    }
}

#[test]
fn a_recorded_peak_counts_only_where_the_user_trusts_it() {
    let (window, interval) = (Duration::from_secs(172_800), Duration::from_secs(60));
    let mut alert = alert();
    assert_eq!(Subject::of(&alert, ALERT, window, interval).trusted_peak, None);
    alert.trust_recorded_peak = true;
    assert_eq!(Subject::of(&alert, ALERT, window, interval).trusted_peak, alert.recorded_peak);
}

#[test]
fn an_alert_with_a_window_of_its_own_is_an_import() {
    let (window, interval) = (Duration::from_secs(172_800), Duration::from_secs(60));
    let mut alert = alert();
    let followed = Subject::of(&alert, ALERT, window, interval);
    assert_eq!((followed.window, followed.expected_interval, followed.is_import()), (window, Some(interval), false));
    assert_eq!(followed.quoted_price_usd, Some(price(2.0)));
    alert.tracking_window = Some(Duration::from_secs(86_400));
    let import = Subject::of(&alert, ALERT, window, interval);
    assert_eq!(
        (import.window, import.expected_interval, import.is_import()),
        (Duration::from_secs(86_400), None, true)
    );
    assert_eq!(import.window_end(), at(DAY));
}
