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

#[test]
fn a_policy_file_holds_the_version_and_what_differs() {
    let policy =
        Policy::from_toml("version = 3\n[exit]\nhard_stop_pct = 25\n[rug]\nbonding_curve_dexes = []\n").unwrap();
    assert_eq!((policy.version, policy.exit.hard_stop_pct, policy.exit.fee_pct), (3, 25.0, 1.0));
    assert!(policy.rug.bonding_curve_dexes.is_empty());
    assert_eq!(Policy::from_toml(&policy.to_toml()), Ok(policy));
    assert_eq!(Policy::from_toml(""), Ok(Policy::default()));
    assert_eq!(Policy::from_toml("version = 1"), Ok(Policy::default()));
}

#[test]
fn a_misspelt_parameter_is_refused_with_the_nearest_one() {
    let said = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
    let text = "version = 2\n[exit]\nhard_stop = 25.0\n[rugs]\nfell_pct = 70\n";
    assert_eq!(
        said(text),
        "2 things are wrong:\n- \"exit.hard_stop\" is not known; did you mean \"exit.hard_stop_pct\"?\n\
         - \"rugs\" is not known; did you mean \"rug\"?"
    );
    assert_eq!(said("version = 2\nstake_usd = 50"), "\"stake_usd\" is not known; did you mean \"exit.stake_usd\"?");
    assert!(said("version = \n").starts_with("it is not valid TOML: "));
}

#[test]
fn a_value_of_the_wrong_sort_is_refused() {
    let said = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
    assert_eq!(said("version = 2\n[exit]\nfee_pct = \"1\""), "exit.fee_pct is \"1\": it takes a number");
    assert_eq!(
        said("version = 2\n[seal]\nafter_seconds = 1.5"),
        "seal.after_seconds is 1.5: it takes a whole number, 0 or more and at most 2147483647"
    );
    assert!(said("version = 2\n[seal]\nafter_seconds = -1").contains("0 or more"));
    assert_eq!(said("version = 2\nrug = 3"), "rug is 3: it takes a table");
    assert!(said("version = 2\n[rug]\nbonding_curve_dexes = [1]").contains("a list of texts"));
}

#[test]
fn every_number_that_makes_no_sense_is_named_with_the_reason() {
    let said = Policy::from_toml(
        "version = 2\n[hygiene]\nhold_beyond_factor = 1.5\n[exit]\nstake_usd = 0\ntrailing_stop_pct = nan\n\
         hard_stop_pct = inf\n[rug]\ncollapse_to_share = 0.5\n[seal]\ncoverage_at_least = 80\nafter_seconds = 90000\n",
    )
    .unwrap_err()
    .to_string();
    for problem in [
        "hygiene.confirm_within_factor is 2, more than hygiene.hold_beyond_factor (1.5)",
        "exit.stake_usd is 0: it has to be greater than 0, for a return is a share of what is spent",
        "exit.trailing_stop_pct is NaN: it has to be greater than 0 and at most 100",
        "exit.hard_stop_pct is inf: it has to be a finite number",
        "rug.collapse_to_share is 0.5, not below rug.collapse_from_share (0.5)",
        "seal.coverage_at_least is 80: a share goes from 0 to 1",
        "seal.after_seconds is 90000: it takes 0 to 86400 seconds",
    ] {
        assert!(said.contains(problem), "{problem} in {said}");
    }
    assert!(said.starts_with("7 things are wrong:"), "{said}");
    assert_eq!(Policy::default().problems(), []);
}

#[test]
fn a_policy_that_differs_from_version_1_needs_a_version_of_its_own() {
    let said = Policy::from_toml("[exit]\nfee_pct = 0.5\n").unwrap_err().to_string();
    assert!(said.starts_with("version is 1, which is the built-in policy"), "{said}");
    assert!(Policy::from_toml("version = 0\n").unwrap_err().to_string().contains("versions count from 1"));
}
