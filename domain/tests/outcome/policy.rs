use domain::outcome::Policy;

use crate::tape::{Tape, WINDOW, close};

#[test]
fn version_1_says_what_the_design_says() {
    let policy = Policy::default();
    assert_eq!(policy.version, 1);
    assert_eq!((policy.hygiene.hold_beyond_factor, policy.hygiene.confirm_within_factor), (5.0, 2.0));
    assert_eq!((policy.hygiene.confirm_after_seconds, policy.hygiene.fall_accepted_after_gap_seconds), (30, 900));
    assert_eq!(policy.entry.observed_within_seconds, 600);
    assert_eq!((policy.peak.neighbour_within_seconds, policy.peak.pump_gain_pct), (180, 50.0));
    assert_eq!(policy.peak.round_trip_gain_pct, 100.0);
    let returns = &policy.returns;
    assert_eq!(
        [returns.fresh_at_1h_seconds, returns.fresh_at_6h_seconds, returns.fresh_at_24h_seconds],
        [300, 900, 3_600]
    );
    let exit = &policy.exit;
    assert_eq!((exit.buy_after_seconds, exit.trailing_stop_pct, exit.trailing_stop_armed_at_pct), (60, 15.0, 10.0));
    assert_eq!((exit.hard_stop_pct, exit.fee_pct, exit.stake_usd), (40.0, 1.0, 100.0));
    assert_eq!(exit.assumed_liquidity_usd, 10_000.0);
    let rug = &policy.rug;
    assert_eq!((rug.liquidity_fall_pct, rug.liquidity_from_usd), (80.0, 1_000.0));
    assert_eq!((rug.liquidity_gone_observations, rug.liquidity_gone_seconds), (3, 120));
    assert_eq!((rug.collapse_from_share, rug.collapse_to_share, rug.fell_pct), (0.5, 0.2, 80.0));
    assert_eq!((rug.collapse_within_seconds, rug.collapse_stays_seconds, rug.recovery_seconds), (3_600, 3_600, 3_600));
    let seal = &policy.seal;
    assert_eq!((seal.after_seconds, seal.coverage_at_least, seal.last_price_within_seconds), (600, 0.8, 3_600));
    assert_eq!((policy.happening.move_pct, policy.happening.move_rearms_below_pct), (20.0, 10.0));
}

#[test]
fn it_survives_json_and_toml_unchanged() {
    let policy = Policy::default();
    let json = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    let text = toml::to_string(&policy).unwrap();
    assert_eq!(toml::from_str::<Policy>(&text).unwrap(), policy);
}

#[test]
fn what_is_left_out_is_as_in_version_1_and_what_is_unknown_is_refused() {
    let policy: Policy = toml::from_str("version = 2\n[exit]\nhard_stop_pct = 25.0\n").unwrap();
    assert_eq!((policy.version, policy.exit.hard_stop_pct, policy.exit.fee_pct), (2, 25.0, 1.0));
    assert!(toml::from_str::<Policy>("[exit]\nhard_stop = 25.0\n").is_err());
}

#[test]
fn a_changed_policy_relabels_the_same_observations() {
    let mut tape = Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, WINDOW, 0.7);
    close(tape.sealed().exit_return_pct, {
        let side = 0.99 * (1.0 - 100.0 / 5_100.0);
        (0.7 * side * side - 1.0) * 100.0
    });
    tape.policy.exit.fee_pct = 0.0;
    tape.policy.version = 2;
    let relabelled = tape.sealed();
    assert_eq!(relabelled.policy_version, 2);
    let side = 1.0 - 100.0 / 5_100.0;
    close(relabelled.exit_return_pct, (0.7 * side * side - 1.0) * 100.0);
}
