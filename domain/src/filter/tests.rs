use super::*;
use crate::alert::{Decision, ExtraValue};
use crate::outcome::RugReason;
use crate::quantity::AmountUsd;
use crate::sample;
use crate::timestamp::Timestamp;

fn truth(filter: &str, record: &AlertRecord) -> Option<bool> {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")).truth(record)
}

fn refusal(filter: &str) -> String {
    match Filter::parse(filter) {
        Ok(read) => panic!("{filter} was read as {read}"),
        Err(error) => error.to_string(),
    }
}

fn canonical(filter: &str) -> String {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")).to_string()
}

fn bull() -> AlertRecord {
    let mut record = sample::record();
    record.alert.features.final_score = Some(9);
    record.alert.features.smart_money_involved = Some(true);
    record.alert.features.dex_name = Some("raydium".to_owned());
    record.alert.features.lp_locked = Some(false);
    record.alert.entry.liquidity_usd = Some(AmountUsd::new(21_531.43).unwrap());
    record.alert.extra.insert("narrative".to_owned(), ExtraValue::Text("Dogs & Cats".to_owned()));
    record.alert.extra.insert("twitter_followers".to_owned(), ExtraValue::Number(1_200.0));
    record.outcome.rug_reason = Some(RugReason::LiquidityRemoved);
    record.outcome.max_gain_pct = Some(287.3);
    record
}

#[test]
fn the_filter_of_the_documentation_keeps_what_it_says() {
    let filter = Filter::parse("final_score >= 8 AND smart_money_involved = true AND dex_name = \"raydium\"").unwrap();
    assert!(filter.keeps(&bull()));
    let mut general = bull();
    general.alert.features.smart_money_involved = Some(false);
    assert!(!filter.keeps(&general));
}

#[test]
fn a_comparison_with_an_unknown_is_unknown_and_not_kept() {
    let record = sample::record();
    for filter in [
        "lp_locked = true",
        "lp_locked = false",
        "lp_locked != true",
        "NOT lp_locked",
        "final_score < 5",
        "extra.x = 1",
    ] {
        assert_eq!(truth(filter, &record), None, "{filter}");
        assert!(!Filter::parse(filter).unwrap().keeps(&record), "{filter}");
    }
}

#[test]
fn the_unknown_can_be_asked_for() {
    assert_eq!(truth("NOT lp_locked:*", &sample::record()), Some(true));
    assert_eq!(truth("lp_locked:*", &bull()), Some(true));
    assert_eq!(truth("extra.narrative:* AND NOT extra.mood:*", &bull()), Some(true));
}

#[test]
fn what_decides_alone_is_not_spoilt_by_an_unknown() {
    let record = bull();
    assert_eq!(truth("final_score = 9 OR passed_debate", &record), Some(true));
    assert_eq!(truth("final_score = 8 AND passed_debate", &record), Some(false));
    assert_eq!(truth("final_score = 9 AND passed_debate", &record), None);
    assert_eq!(truth("final_score = 8 OR passed_debate", &record), None);
}

#[test]
fn or_binds_tighter_than_and_as_in_aip_160() {
    assert_eq!(
        canonical("lp_locked AND mint_revoked OR passed_debate"),
        canonical("lp_locked AND (mint_revoked OR passed_debate)")
    );
    assert_eq!(
        canonical("lp_locked mint_revoked OR passed_debate"),
        "lp_locked = true AND (mint_revoked = true OR passed_debate = true)"
    );
    assert_eq!(
        canonical("(lp_locked AND mint_revoked) OR passed_debate"),
        "(lp_locked = true AND mint_revoked = true) OR passed_debate = true"
    );
}

#[test]
fn not_and_minus_mean_the_same_and_bind_tightest() {
    assert_eq!(canonical("-lp_locked OR mint_revoked"), "NOT lp_locked = true OR mint_revoked = true");
    assert_eq!(canonical("NOT (lp_locked OR mint_revoked)"), "NOT (lp_locked = true OR mint_revoked = true)");
    assert_eq!(truth("-lp_locked", &bull()), Some(true));
}

#[test]
fn an_empty_filter_keeps_everything() {
    for text in ["", "  \n"] {
        assert!(Filter::parse(text).unwrap().is_everything());
    }
    assert!(Filter::everything().keeps(&sample::record()));
    assert_eq!(Filter::everything().to_string(), "");
}

#[test]
fn enum_values_go_by_their_full_and_their_short_name() {
    for filter in [
        "rug_reason = RUG_REASON_LIQUIDITY_REMOVED",
        "rug_reason = \"LIQUIDITY_REMOVED\"",
        "rug_reason=liquidity_removed",
    ] {
        assert_eq!(truth(filter, &bull()), Some(true), "{filter}");
    }
    assert_eq!(canonical("decision = SHADOW"), "decision = ALERT_DECISION_SHADOW");
    let mut shadow = bull();
    shadow.alert.decision = Decision::Shadow;
    assert_eq!(truth("decision != ALERTED", &shadow), Some(true));
    assert!(refusal("rug_reason = LIQUIDITY_REMOVE").contains("did you mean \"LIQUIDITY_REMOVED\"?"));
    assert!(refusal("status > COMPLETE").contains("cannot be compared with >"));
}

#[test]
fn timestamps_are_written_as_rfc_3339() {
    let mut record = sample::record();
    record.alert.alerted_at = Timestamp::from_seconds(1_759_854_014); // 2025-10-07T16:20:14Z
    for filter in [
        "alerted_at = \"2025-10-07T16:20:14Z\"",
        "alerted_at = 2025-10-07T18:20:14+02:00",
        "alerted_at >= \"2025-10-07\" AND alerted_at < 2025-10-08",
    ] {
        assert_eq!(truth(filter, &record), Some(true), "{filter}");
    }
    assert!(refusal("alerted_at > yesterday").contains("2025-10-07T16:20:14Z"));
    refusal("alerted_at > \"9999-12-31T23:59:59-23:00\"");
}

#[test]
fn a_part_of_a_text_is_found_capitals_or_not() {
    for filter in [
        "extra.narrative:dogs",
        "extra.narrative:\"& C\"",
        "symbol:bul",
        "token.name:*",
        "token.address:U",
        "alert_id:0000",
    ] {
        assert_eq!(truth(filter, &bull()), Some(true), "{filter}");
    }
    assert_eq!(truth("extra.narrative:fish", &bull()), Some(false));
    assert_eq!(truth("extra.twitter_followers:12", &bull()), None);
    assert!(refusal("final_score:9").contains("cannot be compared with :"));
}

#[test]
fn a_bots_own_feature_compares_with_its_own_sort_only() {
    assert_eq!(truth("extra.twitter_followers > 1000", &bull()), Some(true));
    assert_eq!(truth("extra.twitter_followers = \"1200\"", &bull()), None);
    assert_eq!(truth("extra.narrative > 3", &bull()), None);
    assert_eq!(truth("extra.narrative = \"Dogs & Cats\"", &bull()), Some(true));
}

#[test]
fn text_may_be_a_bare_word_or_stand_in_either_quotes() {
    for filter in ["dex_name=raydium", "dex_name = 'raydium'", "dex_name = \"ray\\\"dium\" OR dex_name=\"raydium\""] {
        assert_eq!(truth(filter, &bull()), Some(true), "{filter}");
    }
    assert_eq!(canonical(r#"token.name = 'a "b" \\ c'"#), r#"token.name = "a \"b\" \\ c""#);
}

#[test]
fn numbers_compare_exactly() {
    assert_eq!(truth("liquidity_usd > 21531.42 liquidity_usd < 2.153144e4", &bull()), Some(true));
    assert_eq!(truth("max_gain_pct != 287.3", &bull()), Some(false));
    assert_eq!(canonical("max_gain_pct > -1e300"), "max_gain_pct > -1e300");
}

#[test]
fn an_id_is_recognised_in_any_spelling() {
    let id = "00000000-0000-0000-0000-00000000ABCD";
    assert_eq!(canonical(&format!("alert_id = {id}")), format!("alert_id = \"{}\"", id.to_lowercase()));
}

#[test]
fn an_unknown_field_is_named_with_its_position_and_the_nearest_known_one() {
    let error = Filter::parse("lp_locked AND finalscore > 8").unwrap_err();
    assert_eq!(error.position, 14);
    assert_eq!(error.to_string(), "at character 15: there is no field \"finalscore\"; did you mean \"final_score\"?");
    assert!(refusal("outcome.max_gain > 5").contains("\"max_gain_pct\""));
}

#[test]
fn positions_count_characters_and_not_bytes() {
    assert_eq!(Filter::parse("symbol = \"ñandú\" nope = 1").unwrap_err().position, 17);
}

#[test]
fn a_value_of_another_sort_is_refused_with_what_to_write() {
    assert_eq!(
        refusal("final_score >= \"8\""),
        "at character 16: final_score is a number; \"8\" is not; write it without quotes"
    );
    assert_eq!(
        refusal("lp_locked = yes"),
        "at character 13: lp_locked is true or false; \"yes\" is not; write true or false, without quotes"
    );
    assert!(refusal("max_gain_pct > 50%").ends_with("write it without %"));
    for filter in
        ["final_score > nan", "final_score > inf", "final_score > 1e999", "final_score = *", "lp_locked > false"]
    {
        refusal(filter);
    }
}

#[test]
fn what_is_half_written_is_refused_with_what_is_missing() {
    for (filter, message) in [
        ("final_score", "at character 1: final_score is a number and needs a comparison"),
        ("final_score >=", "at character 15: expected a value, found the end"),
        ("lp_locked AND", "at character 14: expected a condition"),
        ("OR lp_locked", "at character 1: expected a condition"),
        ("(lp_locked", "at character 11: expected AND, OR or a closing parenthesis, found the end"),
        ("lp_locked)", "at character 10: expected AND, OR or the end, found )"),
        ("()", "at character 2: expected a condition"),
        ("dex_name = \"ray", "at character 12: the text that begins here has no closing quote"),
        ("dex_name = \"\\x\"", "at character 13: \\x stands for nothing"),
        ("lp_locked and mint_revoked", "at character 11: write AND, not and"),
        ("lp_locked && mint_revoked", "at character 11: write AND, not &&"),
        ("matches(dex_name)", "at character 1: there are no functions"),
        ("final_score == 8", "at character 14: expected a value, found ="),
        ("final_score ! 8", "at character 13: expected a comparison"),
        ("NOT NOT lp_locked", "at character 5: expected a condition"),
        ("\"dogs\"", "at character 1: expected a condition"),
        ("lp_locked, mint_revoked", "at character 10: expected AND, OR or the end, found ,"),
    ] {
        let refusal = refusal(filter);
        assert!(refusal.starts_with(message), "{filter}: {refusal}");
    }
}

#[test]
fn a_huge_filter_is_refused_at_once() {
    let error = Filter::parse(&"lp_locked ".repeat(1_000_000)).unwrap_err();
    assert_eq!(error.problem, Problem::TooLong { bytes: 10_000_000 });
    assert!(error.to_string().len() < 200);
    let long = |bytes: usize| format!("lp_locked{}", " ".repeat(bytes - "lp_locked".len()));
    assert!(Filter::parse(&long(LONGEST_FILTER)).is_ok());
    let error = Filter::parse(&long(LONGEST_FILTER + 1)).unwrap_err();
    assert_eq!(error.problem, Problem::TooLong { bytes: LONGEST_FILTER + 1 });
}

#[test]
fn deep_nesting_is_refused_and_never_overflows_the_stack() {
    let nested = |depth: usize| format!("{}lp_locked{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(DEEPEST_NESTING)).is_ok());
    assert_eq!(Filter::parse(&nested(DEEPEST_NESTING + 1)).unwrap_err().problem, Problem::TooDeep);
    let error = Filter::parse(&nested(8_000)).unwrap_err();
    assert_eq!((error.position, error.problem), (DEEPEST_NESTING, Problem::TooDeep));
    assert!(Filter::parse(&"-(".repeat(8_000)).is_err());
    assert!(Filter::parse(&"NOT (".repeat(3_000)).is_err());
}

#[test]
fn an_error_shows_only_the_beginning_of_a_long_name() {
    assert!(refusal(&"x".repeat(16_000)).len() < 200);
    assert!(refusal(&format!("final_score > {}", "x".repeat(16_000))).len() < 200);
}

#[test]
fn the_deepest_filter_needs_little_stack() {
    let level = "NOT (lp_locked OR mint_revoked AND final_score > 8 OR ";
    let deepest = format!("{}passed_debate{}", level.repeat(DEEPEST_NESTING), ")".repeat(DEEPEST_NESTING));
    let small_stack = std::thread::Builder::new().stack_size(512 * 1024);
    let checks = small_stack.spawn(move || {
        let filter = Filter::parse(&deepest).unwrap();
        assert_eq!(filter.truth(&sample::record()), None);
        assert!(filter.clone() == filter && filter.to_string().len() > deepest.len());
    });
    checks.unwrap().join().unwrap();
}

#[test]
fn a_filter_says_which_fields_it_looks_at() {
    let filter = Filter::parse("final_score >= 8 AND NOT (lp_locked:* OR symbol:cat)").unwrap();
    for name in ["final_score", "lp_locked", "token.symbol"] {
        assert!(filter.mentions(&Field::parse(name).unwrap()), "{name}");
    }
    assert!(!filter.mentions(&Field::parse("decision").unwrap()));
}
