use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{AlertId, Decision, ExtraValue};
use domain::outcome::{Outcome, OutcomeStatus};
use domain::performance::{Summary, Tally};
use domain::timestamp::Timestamp;
use perftrack::v1;
use prost_types::value::Kind;
use store::alerts::AlertedBetween;
use tonic::Status;
use tonic_types::StatusExt;

use super::*;
use crate::status::{Rejection, Violations};

const NOW: Timestamp = Timestamp::from_seconds(1_759_854_014);
const ADDRESS: &str = "So11111111111111111111111111111111111111112";
const ID: &str = "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a";

fn value(kind: Kind) -> prost_types::Value {
    prost_types::Value { kind: Some(kind) }
}

fn token() -> v1::Token {
    v1::Token { chain: "solana".into(), address: ADDRESS.into(), name: "Wrapped SOL".into(), symbol: "SOL".into() }
}

/// An alert with every field set, in the form in which it is written back.
fn full() -> v1::Alert {
    v1::Alert {
        alert_id: ID.into(),
        token: Some(token()),
        alerted_at: Some(timestamp_message(NOW.minus(Duration::from_micros(1_500_001)))),
        decision: v1::AlertDecision::Shadow.into(),
        shadow_sample_rate: Some(0.1),
        entry: Some(v1::Quote {
            price_usd: Some(0.000_081_38),
            market_cap_usd: Some(81_389.0),
            liquidity_usd: Some(0.0),
            volume_24h_usd: Some(12.5),
        }),
        features: Some(v1::AlertFeatures {
            preliminary_score: Some(6),
            final_score: Some(-1),
            conviction_type: Some("High Confidence (Strict)".into()),
            smart_money_involved: Some(false),
            smart_wallet_address: Some("wallet".into()),
            smart_wallet_pnl: Some(-12.5),
            velocity_score_15m: Some(3),
            velocity_bonus: Some(0),
            passed_junior_strict: Some(true),
            passed_senior_strict: Some(false),
            passed_debate: Some(true),
            lp_locked: Some(true),
            mint_revoked: Some(false),
            top10_concentration: Some(100.0),
            bundlers_percent: Some(0.0),
            insiders_percent: Some(3.3),
            token_age_minutes: Some(0.5),
            holder_count: Some(0),
            unique_traders_15m: Some(44),
            sol_price_usd: Some(201.5),
            feed_source: Some("pumpfun".into()),
            dex_name: Some("raydium".into()),
        }),
        extra: BTreeMap::from([
            ("is_new".to_owned(), value(Kind::BoolValue(false))),
            ("ratio_2".to_owned(), value(Kind::NumberValue(0.1))),
            ("tier".to_owned(), value(Kind::StringValue("ä".into()))),
        ]),
        annotations: BTreeMap::from([("is_rug".to_owned(), "1".to_owned())]),
        config_revision: "r7".into(),
        recorded_peak: Some(v1::RecordedPeak { price_usd: 0.1, at: Some(timestamp_message(NOW)) }),
        tracking_window: Some(duration_message(Duration::from_secs(86_400))),
    }
}

fn bare() -> v1::Alert {
    v1::Alert { token: Some(token()), ..v1::Alert::default() }
}

/// The paths that a request is refused for.
fn refused(alert: v1::Alert) -> Vec<String> {
    let Err(rejection) = parse_alert(Some(alert), false, NOW) else { return Vec::new() };
    fields(rejection)
}

fn fields(rejection: Rejection) -> Vec<String> {
    let status = Status::from(rejection);
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
    let details = status.get_error_details();
    details.bad_request().unwrap().field_violations.iter().map(|violation| violation.field.clone()).collect()
}

#[test]
fn every_field_of_an_alert_survives_a_round_trip() {
    let alert = parse_alert(Some(full()), true, NOW).unwrap();
    assert!(alert.trust_recorded_peak);
    assert_eq!(alert_message(&alert), full());
}

#[test]
fn what_is_left_out_has_its_default_and_unknown_stays_unknown() {
    let alert = parse_alert(Some(bare()), false, NOW).unwrap();
    assert_eq!(alert.alerted_at, NOW);
    assert_eq!(alert.decision, Decision::Alerted);
    assert_eq!(alert.id.0.get_version_num(), 7);
    assert_eq!(alert.features.lp_locked, None);
    assert_eq!(alert.config_revision, None);
    let message = alert_message(&alert);
    assert_eq!((message.entry, message.features), (None, None));
    let another = parse_alert(Some(bare()), false, NOW).unwrap();
    assert_ne!(alert.id, another.id);
}

#[test]
fn an_empty_message_says_what_to_set() {
    assert_eq!(fields(parse_alert(None, false, NOW).unwrap_err()), ["alert"]);
    assert_eq!(refused(v1::Alert::default()), ["alert.token"]);
    let empty_token = v1::Alert { token: Some(v1::Token::default()), ..v1::Alert::default() };
    assert_eq!(refused(empty_token), ["alert.token.address"]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let mut alert = full();
    alert.alert_id = "7".into();
    alert.token = Some(v1::Token {
        chain: "ethereum".into(),
        address: "z".repeat(44),
        name: "a\0b".into(),
        symbol: "S".repeat(65),
    });
    alert.alerted_at = Some(timestamp_message(NOW.plus(Duration::from_secs(301))));
    alert.decision = 9;
    alert.shadow_sample_rate = Some(1.5);
    alert.entry = Some(v1::Quote {
        price_usd: Some(f64::NAN),
        market_cap_usd: Some(-1.0),
        liquidity_usd: Some(f64::INFINITY),
        volume_24h_usd: None,
    });
    let features = alert.features.as_mut().unwrap();
    features.top10_concentration = Some(100.1);
    features.insiders_percent = Some(-0.1);
    features.sol_price_usd = Some(0.0);
    features.holder_count = Some(-1);
    features.dex_name = Some("\0".into());
    alert.extra = BTreeMap::from([
        ("Upper".to_owned(), value(Kind::BoolValue(true))),
        ("nan".to_owned(), value(Kind::NumberValue(f64::NAN))),
        ("list".to_owned(), value(Kind::ListValue(prost_types::ListValue::default()))),
    ]);
    alert.annotations = BTreeMap::from([("note".to_owned(), "\0".to_owned())]);
    alert.config_revision = "r".repeat(129);
    alert.recorded_peak = Some(v1::RecordedPeak { price_usd: -1.0, at: Some(Default::default()) });
    alert.tracking_window = Some(duration_message(Duration::from_secs(31 * 86_400)));

    let expected = [
        "alert.alert_id",
        "alert.token.chain",
        "alert.token.address",
        "alert.token.name",
        "alert.token.symbol",
        "alert.alerted_at",
        "alert.decision",
        "alert.shadow_sample_rate",
        "alert.entry.market_cap_usd",
        "alert.entry.liquidity_usd",
        "alert.entry.price_usd",
        "alert.features.top10_concentration",
        "alert.features.insiders_percent",
        "alert.features.holder_count",
        "alert.features.sol_price_usd",
        "alert.features.dex_name",
        "alert.extra",
        "alert.extra.list",
        "alert.extra.nan",
        "alert.annotations[\"note\"]",
        "alert.config_revision",
        "alert.recorded_peak.price_usd",
        "alert.recorded_peak.at",
        "alert.tracking_window",
    ];
    assert_eq!(refused(alert), expected);
}

#[test]
fn a_date_lies_between_2020_and_five_minutes_ahead() {
    let at = |moment| v1::Alert { alerted_at: Some(timestamp_message(moment)), ..bare() };
    assert!(refused(at(NOW.plus(MOST_AHEAD))).is_empty());
    assert_eq!(refused(at(NOW.plus(MOST_AHEAD + Duration::from_micros(1)))), ["alert.alerted_at"]);
    assert!(refused(at(Timestamp::from_seconds(1_577_836_800))).is_empty());
    assert_eq!(refused(at(Timestamp::from_seconds(1_577_836_799))), ["alert.alerted_at"]);
    let broken = prost_types::Timestamp { seconds: 1_759_854_014, nanos: -1 };
    assert_eq!(refused(v1::Alert { alerted_at: Some(broken), ..bare() }), ["alert.alerted_at"]);
    let milliseconds = prost_types::Timestamp { seconds: 1_759_854_014_000, nanos: 0 };
    assert_eq!(refused(v1::Alert { alerted_at: Some(milliseconds), ..bare() }), ["alert.alerted_at"]);
}

#[test]
fn a_sample_rate_is_for_shadow_alerts_only() {
    assert_eq!(refused(v1::Alert { shadow_sample_rate: Some(0.5), ..bare() }), ["alert.shadow_sample_rate"]);
}

#[test]
fn extra_has_at_most_64_keys_of_plain_names() {
    let many = |count| (0..count).map(|n| (format!("k{n}"), value(Kind::BoolValue(true)))).collect();
    assert!(refused(v1::Alert { extra: many(64), ..bare() }).is_empty());
    assert_eq!(refused(v1::Alert { extra: many(65), ..bare() }), ["alert.extra"]);
    for key in ["", "_x", "9x", "aB", "a-b", "a.b", "é", &"a".repeat(65)] {
        let extra = BTreeMap::from([(key.to_owned(), value(Kind::BoolValue(true)))]);
        assert_eq!(refused(v1::Alert { extra, ..bare() }), ["alert.extra"], "{key}");
    }
}

#[test]
fn a_null_and_an_empty_text_are_unknown() {
    let mut alert = bare();
    alert.extra = BTreeMap::from([("unknown".to_owned(), value(Kind::NullValue(0)))]);
    alert.features = Some(v1::AlertFeatures { dex_name: Some(String::new()), ..Default::default() });
    let alert = parse_alert(Some(alert), false, NOW).unwrap();
    assert_eq!(alert.extra, BTreeMap::<String, ExtraValue>::new());
    assert_eq!(alert.features.dex_name, None);
}

#[test]
fn a_retry_has_the_same_hash_and_another_alert_has_not() {
    let hash = request_hash(&mut full());
    let mut again = full();
    again.annotations.clear();
    again.recorded_peak = None;
    assert_eq!(request_hash(&mut again), hash);
    again.features.as_mut().unwrap().lp_locked = None;
    assert_ne!(request_hash(&mut again), hash);
}

#[test]
fn the_hash_is_stable_across_versions() {
    let hash = request_hash(&mut full()).map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(hash, "4b0b0c802de5220280836d95b16a28b5f6b76de0f71157ffad45e09d95bb10b7");
}

#[test]
fn a_moment_is_cut_to_the_microsecond() {
    let given = prost_types::Timestamp { seconds: -1, nanos: 999_999_999 };
    assert_eq!(parse_timestamp(given), Ok(Timestamp::from_micros(-1)));
    assert_eq!(
        timestamp_message(Timestamp::from_micros(-1)),
        prost_types::Timestamp { seconds: -1, nanos: 999_999_000 }
    );
    assert!(parse_duration(prost_types::Duration { seconds: 0, nanos: -1 }).is_err());
}

#[test]
fn a_window_that_ends_before_it_starts_is_refused() {
    let mut violations = Violations::new();
    assert_eq!(parse_window(None, &mut violations), AlertedBetween::default());
    let (start, end) = (Some(timestamp_message(NOW)), Some(timestamp_message(NOW)));
    parse_window(Some(v1::Window { start, end: None }), &mut violations);
    assert!(violations.is_empty());
    parse_window(Some(v1::Window { start, end }), &mut violations);
    assert_eq!(fields(violations.into()), ["window.end"]);
}

#[test]
fn a_price_from_a_feed_of_the_users_own_survives_a_round_trip() {
    let given = v1::PriceObservation {
        token: Some(v1::Token { chain: "solana".into(), address: ADDRESS.into(), ..Default::default() }),
        observed_at: Some(timestamp_message(Timestamp::from_millis(NOW.millis() - 1))),
        price_usd: 0.5,
        market_cap_usd: Some(1.0),
        liquidity_usd: Some(0.0),
        volume_24h_usd: Some(2.0),
        holder_count: Some(3),
        source: "my-feed.v2:eu_1".into(),
        dex_name: "raydium".into(),
        pool: "pool".into(),
    };
    let (token, observation) = parse_observation(given.clone(), NOW).unwrap();
    assert_eq!(observation_message(token, &observation), given);
}

#[test]
fn a_bad_price_is_refused_with_all_that_is_wrong() {
    let rejection = parse_observation(v1::PriceObservation::default(), NOW).unwrap_err();
    assert_eq!(fields(rejection), ["token", "observed_at", "price_usd", "source"]);
    let given = v1::PriceObservation {
        token: Some(token()),
        observed_at: Some(timestamp_message(NOW)),
        price_usd: f64::NAN,
        liquidity_usd: Some(-1.0),
        holder_count: Some(-1),
        source: "My Feed".into(),
        pool: "\0".into(),
        ..Default::default()
    };
    let rejection = parse_observation(given, NOW).unwrap_err();
    assert_eq!(fields(rejection), ["price_usd", "liquidity_usd", "holder_count", "source", "pool"]);
}

#[test]
fn an_unknown_outcome_is_absent_and_not_zero() {
    let message = outcome_message(&Outcome::default());
    let expected = v1::Outcome { status: v1::OutcomeStatus::Tracking.into(), ..v1::Outcome::default() };
    assert_eq!(message, expected);
    let lost = Outcome { status: OutcomeStatus::Lost, is_rug: Some(false), ..Outcome::default() };
    assert_eq!(outcome_message(&lost).is_rug, Some(false));
}

#[test]
fn a_rate_over_nobody_is_absent() {
    let message = performance_message(&Summary {
        alerts: 3,
        matured: 2,
        tracked: Tally { count: 3, known: 3, besides: 0 },
        pumps_50: Tally { count: 1, known: 2, besides: 1 },
        ..Summary::default()
    });
    assert_eq!((message.tracked, message.pumps_50, message.pump_50_rate), (3, 1, Some(0.5)));
    assert_eq!(message.rug_rate, None);
}

#[test]
fn an_id_is_a_uuid_and_not_the_one_of_zeros() {
    let mut violations = Violations::new();
    assert_eq!(parse_alert_id(ID, "alert_id", &mut violations), Some(AlertId(ID.parse().unwrap())));
    assert!(violations.is_empty());
    for bad in ["", "x", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(parse_alert_id(bad, "alert_id", &mut violations), None);
    }
    assert_eq!(violations.len(), 3);
}
