use super::*;
use crate::alert::{Alert, Decision, ExtraValue};
use crate::quantity::{AmountUsd, Finite, Percent};
use crate::sample;

fn config(values: &[(&str, &str)]) -> FilterConfig {
    FilterConfig::parse(Catalogue::callsbot(), values.iter().copied()).unwrap()
}

/// The keys of the gates that turn `alert` away.
fn failed(values: &[(&str, &str)], alert: &Alert) -> Vec<String> {
    let catalogue = Catalogue::callsbot();
    let ruling = decide(catalogue, &config(values), alert);
    assert_eq!(ruling.decision == Decision::Alerted, ruling.failed.is_empty());
    ruling.failed.iter().map(|gate| gate.key.clone()).collect()
}

fn scored(final_score: i32, smart_money_involved: Option<bool>) -> Alert {
    let mut alert = sample::record().alert;
    alert.features.final_score = Some(final_score);
    alert.features.smart_money_involved = smart_money_involved;
    alert
}

#[test]
fn the_built_in_catalogue_has_every_key_of_the_bot() {
    let catalogue = Catalogue::callsbot();
    let keys: Vec<_> = catalogue.knobs().iter().map(|knob| knob.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "REQUIRE_SMART_MONEY_FOR_ALERT",
            "GENERAL_CYCLE_MIN_SCORE",
            "HIGH_CONFIDENCE_SCORE",
            "REQUIRE_LP_LOCKED",
            "REQUIRE_MINT_REVOKED",
            "MAX_TOP10_CONCENTRATION",
            "MAX_BUNDLERS_PERCENT",
            "MAX_INSIDERS_PERCENT",
            "MIN_LIQUIDITY_USD",
            "MIN_VOLUME_24H_USD",
            "MIN_MARKET_CAP_USD",
            "MAX_MARKET_CAP_USD",
            "MIN_HOLDER_COUNT",
            "CIELO_MIN_WALLET_PNL",
            "SMART_MONEY_SCORE_BONUS",
            "ALLOW_UNKNOWN_SECURITY",
        ]
    );
    assert!(catalogue.knobs().iter().all(|knob| !knob.description.is_empty() && !knob.reads.is_empty()));
    let defaults = FilterConfig::defaults(catalogue);
    assert_eq!(defaults.get("GENERAL_CYCLE_MIN_SCORE"), Some(Setting::Number(9.0)));
    assert_eq!(defaults.get("SMART_MONEY_SCORE_BONUS"), Some(Setting::Number(2.0)));
    assert_eq!(defaults.get("REQUIRE_SMART_MONEY_FOR_ALERT"), Some(Setting::Boolean(false)));
    assert_eq!(defaults.get("MIN_LIQUIDITY_USD"), None);
}

#[test]
fn seven_and_two_with_smart_money_pass_where_a_general_token_needs_nine() {
    assert!(failed(&[], &scored(7, Some(true))).is_empty());
    assert_eq!(failed(&[], &scored(6, Some(true))), ["GENERAL_CYCLE_MIN_SCORE"]);
    assert!(failed(&[], &scored(9, Some(false))).is_empty());
    assert_eq!(failed(&[], &scored(8, Some(false))), ["GENERAL_CYCLE_MIN_SCORE"]);
}

#[test]
fn unknown_smart_money_is_not_read_as_false() {
    assert!(failed(&[], &scored(7, None)).is_empty(), "it would pass with the bonus: unknown, and unknown passes");
    assert_eq!(failed(&[], &scored(6, None)), ["GENERAL_CYCLE_MIN_SCORE"], "it fails either way");
}

#[test]
fn the_high_confidence_score_knows_no_bonus() {
    assert_eq!(failed(&[("HIGH_CONFIDENCE_SCORE", "8")], &scored(7, Some(true))), ["HIGH_CONFIDENCE_SCORE"]);
}

#[test]
fn a_required_flag_has_to_be_true_where_it_is_required() {
    let required = [("REQUIRE_SMART_MONEY_FOR_ALERT", "true")];
    assert!(failed(&required, &scored(9, Some(true))).is_empty());
    assert_eq!(failed(&required, &scored(9, Some(false))), ["REQUIRE_SMART_MONEY_FOR_ALERT"]);
    assert_eq!(failed(&required, &scored(9, None)), ["REQUIRE_SMART_MONEY_FOR_ALERT"]);
}

#[test]
fn unknown_security_passes_only_where_it_is_allowed() {
    let mut alert = scored(9, None);
    let required = [("REQUIRE_LP_LOCKED", "true"), ("REQUIRE_MINT_REVOKED", "1")];
    let allowed = [required[0], required[1], ("ALLOW_UNKNOWN_SECURITY", "yes")];
    assert_eq!(failed(&required, &alert), ["REQUIRE_LP_LOCKED", "REQUIRE_MINT_REVOKED"]);
    assert!(failed(&allowed, &alert).is_empty());
    alert.features.lp_locked = Some(false);
    assert_eq!(failed(&allowed, &alert), ["REQUIRE_LP_LOCKED"]);
    assert!(failed(&[], &alert).is_empty());
}

#[test]
fn bounds_include_their_value_and_let_the_unknown_through() {
    let bounds = [
        ("MAX_TOP10_CONCENTRATION", "30"),
        ("MIN_LIQUIDITY_USD", "20000"),
        ("MAX_MARKET_CAP_USD", "1e5"),
        ("CIELO_MIN_WALLET_PNL", "0"),
    ];
    let mut alert = scored(9, None);
    assert!(failed(&bounds, &alert).is_empty());
    alert.features.top10_concentration = Some(Percent::new(30.0).unwrap());
    alert.entry.liquidity_usd = Some(AmountUsd::new(20_000.0).unwrap());
    alert.entry.market_cap_usd = Some(AmountUsd::new(100_000.0).unwrap());
    alert.features.smart_wallet_pnl = Some(Finite::new(0.0).unwrap());
    assert!(failed(&bounds, &alert).is_empty());
    alert.features.top10_concentration = Some(Percent::new(30.1).unwrap());
    alert.entry.liquidity_usd = Some(AmountUsd::new(19_999.0).unwrap());
    alert.entry.market_cap_usd = Some(AmountUsd::new(100_001.0).unwrap());
    alert.features.smart_wallet_pnl = Some(Finite::new(-1.0).unwrap());
    assert_eq!(
        failed(&bounds, &alert),
        ["MAX_TOP10_CONCENTRATION", "MIN_LIQUIDITY_USD", "MAX_MARKET_CAP_USD", "CIELO_MIN_WALLET_PNL"]
    );
}

#[test]
fn a_config_is_answered_with_everything_that_is_wrong_with_it() {
    let values = [
        ("GENERAL_CYCLE_MIN_SCOR", "7"),
        ("REQUIRE_LP_LOCKED", "maybe"),
        ("MAX_TOP10_CONCENTRATION", "250"),
        ("MIN_LIQUIDITY_USD", "nan"),
        ("HIGH_CONFIDENCE_SCORE", "8"),
    ];
    let error = FilterConfig::parse(Catalogue::callsbot(), values).unwrap_err();
    let messages: Vec<_> = error.violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "GENERAL_CYCLE_MIN_SCOR: no gate has this key; did you mean \"GENERAL_CYCLE_MIN_SCORE\"?",
            "REQUIRE_LP_LOCKED: must be true or false, not \"maybe\"",
            "MAX_TOP10_CONCENTRATION: must be at most 100, not 250",
            "MIN_LIQUIDITY_USD: must be a finite number, not NaN",
        ]
    );
}

#[test]
fn a_config_is_written_as_it_is_read() {
    let config =
        config(&[("MIN_LIQUIDITY_USD", " 20000 "), ("REQUIRE_LP_LOCKED", "On"), ("HIGH_CONFIDENCE_SCORE", "")]);
    let map = config.to_map();
    assert_eq!(map.get("MIN_LIQUIDITY_USD").map(String::as_str), Some("20000"));
    assert_eq!(map.get("REQUIRE_LP_LOCKED").map(String::as_str), Some("true"));
    assert!(!map.contains_key("HIGH_CONFIDENCE_SCORE"));
    let again =
        FilterConfig::parse(Catalogue::callsbot(), map.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    assert_eq!(again, Ok(config));
}

#[test]
fn a_knob_is_turned_within_its_bounds_only() {
    let catalogue = Catalogue::callsbot();
    let config = FilterConfig::defaults(catalogue);
    let turned = config.with(catalogue, "MIN_LIQUIDITY_USD", Some(Setting::Number(5.0))).unwrap();
    assert_eq!(turned.get("MIN_LIQUIDITY_USD"), Some(Setting::Number(5.0)));
    assert_eq!(turned.with(catalogue, "MIN_LIQUIDITY_USD", None), Ok(config.clone()));
    for (key, value) in [
        ("MIN_LIQUIDITY_USD", Some(Setting::Number(-1.0))),
        ("MIN_LIQUIDITY_USD", Some(Setting::Boolean(true))),
        ("SMART_MONEY_SCORE_BONUS", None),
        ("MIN_LIQUIDITY", None),
    ] {
        assert!(config.with(catalogue, key, value).is_err(), "{key}");
    }
}

#[test]
fn a_bot_with_other_gates_brings_its_own_catalogue() {
    let catalogue = &Catalogue::parse(
        r#"
        [[gate]]
        key = "MIN_FOLLOWERS"
        minimum = "extra.followers"
        unknown = "fails"
        default = 100
        "#,
    )
    .unwrap();
    let config = FilterConfig::defaults(catalogue);
    let mut alert = sample::record().alert;
    assert_eq!(decide(catalogue, &config, &alert).decision, Decision::Shadow);
    alert.extra.insert("followers".to_owned(), ExtraValue::Number(100.0));
    assert_eq!(decide(catalogue, &config, &alert).decision, Decision::Alerted);
    alert.extra.insert("followers".to_owned(), ExtraValue::Text("many".to_owned()));
    assert_eq!(decide(catalogue, &config, &alert).decision, Decision::Shadow);
}

fn candidates(key: &str, current: Option<Setting>, observed: &[f64]) -> Vec<String> {
    let knob = Catalogue::callsbot().knob(key).unwrap();
    knob.tighter_candidates(current, observed).iter().map(ToString::to_string).collect()
}

#[test]
fn candidates_are_round_numbers_beyond_the_value_in_force() {
    let liquidity: Vec<f64> = (0..100).map(|number| 10_123.0 + 1_000.0 * f64::from(number)).collect();
    let in_force = Some(Setting::Number(41_000.0));
    assert_eq!(
        candidates("MIN_LIQUIDITY_USD", in_force, &liquidity),
        ["50000", "60000", "70000", "80000", "90000", "100000"]
    );
    assert_eq!(candidates("MAX_MARKET_CAP_USD", in_force, &liquidity), ["39000", "29000", "19000"]);
    assert_eq!(
        candidates("GENERAL_CYCLE_MIN_SCORE", Some(Setting::Number(7.0)), &[5.0, 6.0, 7.0, 8.0, 9.0]),
        ["8", "9"]
    );
}

#[test]
fn candidates_of_what_is_on_or_off_and_of_a_bonus_need_no_data() {
    assert_eq!(candidates("REQUIRE_LP_LOCKED", Some(Setting::Boolean(false)), &[]), ["true"]);
    assert_eq!(candidates("REQUIRE_LP_LOCKED", Some(Setting::Boolean(true)), &[]), [""; 0]);
    assert_eq!(candidates("ALLOW_UNKNOWN_SECURITY", Some(Setting::Boolean(true)), &[]), ["false"]);
    assert_eq!(candidates("SMART_MONEY_SCORE_BONUS", Some(Setting::Number(2.0)), &[]), ["1", "0"]);
    assert_eq!(candidates("MIN_HOLDER_COUNT", None, &[]), [""; 0]);
}

#[test]
fn a_faulty_catalogue_is_answered_with_what_is_wrong_and_where() {
    let gate = |lines: &str| format!("[[gate]]\nkey = \"A\"\n{lines}\n");
    let setting = |lines: &str| format!("[[setting]]\nkey = \"S\"\n{lines}\n");
    for (text, message) in [
        (String::new(), "the gate catalogue has no gates"),
        ("[[gate]".to_owned(), "the gate catalogue cannot be read: TOML parse error at line 1"),
        ("[[gates]]\nkey = \"A\"".to_owned(), "the file has no \"gates\"; did you mean \"gate\"?"),
        (gate("minimun = \"final_score\""), "gate A has no \"minimun\"; did you mean \"minimum\"?"),
        (gate(""), "gate A: exactly one of require, minimum and maximum"),
        (gate("minimum = \"final_score\"\nmaximum = \"final_score\""), "gate A: exactly one of"),
        (gate("minimum = \"finalscore\""), "gate A: there is no field \"finalscore\"; did you mean \"final_score\"?"),
        (gate("minimum = \"max_gain_pct\""), "gate A: max_gain_pct is not known when the alert is raised"),
        (gate("minimum = \"lp_locked\""), "gate A: lp_locked is true or false, but minimum needs a number"),
        (gate("require = \"final_score\""), "gate A: final_score is a number, but require needs true or false"),
        (gate("minimum = \"final_score\"\ndefault = true"), "A: the default must be a number, not true"),
        (gate("minimum = \"final_score\"\ndefault = 5\nat_most = 4"), "A: the default must be at most 4, not 5"),
        (
            gate("minimum = \"final_score\"\ndefault = \"5\""),
            "the gate catalogue cannot be read: TOML parse error at line 4",
        ),
        (
            gate("minimum = \"final_score\"\nunknown = \"maybe\""),
            "the gate catalogue cannot be read: TOML parse error at line 4",
        ),
        (gate("minimum = \"final_score\"") + &gate("minimum = \"final_score\""), "the key A stands twice"),
        ("[[gate]]\nkey = \"A B\"\nminimum = \"final_score\"".to_owned(), "\"A B\" is no key"),
        (gate("minimum = \"final_score\"") + &setting("default = 2"), "no gate uses the setting S"),
        (
            gate("maximum = \"final_score\"\nbonus = { key = \"S\", where = \"lp_locked\" }") + &setting("default = 2"),
            "gate A: only a minimum can have a bonus",
        ),
        (
            gate("minimum = \"final_score\"\nbonus = { key = \"S\", where = \"lp_locked\" }")
                + &setting("default = true"),
            "gate A: the setting S has to be a number",
        ),
        (
            gate("require = \"lp_locked\"\nunknown = { passes_where = \"T\" }") + &setting("default = true"),
            "gate A: there is no setting \"T\"",
        ),
    ] {
        match Catalogue::parse(&text) {
            Ok(_) => panic!("read without complaint:\n{text}"),
            Err(error) => assert!(error.to_string().starts_with(message), "{text}\n{error}"),
        }
    }
}
