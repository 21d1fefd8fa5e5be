use perftrack::v1::{
    Alert, AlertFeatures, AlertWithOutcome, Cohort, Confidence, CorrelateResponse, Effect, EffectMeasure,
    EffectOutcome, FeatureKind, FeatureReport, GetAlertResponse, GetPerformanceResponse, GroupKey, GroupStats,
    ListAlertsResponse, ListPerformersResponse, NumberStats, Outcome, OutcomeStatus, PerformanceGroup,
    PerformanceSummary, Performer, Priority, RecommendResponse, Recommendation, Signal, Token, Verdict,
};

use super::*;

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[track_caller]
fn fits(text: &str, width: usize) {
    for line in plain(text).lines() {
        let columns = textwrap::core::display_width(line);
        assert!(columns <= width, "{columns} columns: {line}");
    }
}

fn alert() -> AlertWithOutcome {
    let mut outcome = Outcome {
        entry_price_usd: Some(0.000_028_9),
        max_gain_pct: Some(146_145.9),
        return_24h_pct: Some(-12.5),
        exit_return_pct: Some(-100.0),
        is_rug: Some(true),
        rug_after_pump: Some(true),
        ..Default::default()
    };
    outcome.set_status(OutcomeStatus::Complete);
    let alert = Alert {
        alert_id: "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a".into(),
        token: Some(Token {
            address: "FXQgp6CXaXMpchMQp9e9NjW6V4M227Ay5KtPGsu1FdHU".into(),
            name: "\u{1b}[2Jhelp me keep my daughter".into(),
            symbol: "A SYMBOL THAT NEVER ENDS".into(),
            ..Default::default()
        }),
        features: Some(AlertFeatures {
            preliminary_score: Some(6),
            final_score: Some(8),
            conviction_type: Some("High Confidence (Smart Money)".into()),
            smart_money_involved: Some(false),
            ..Default::default()
        }),
        annotations: [("is_rug".to_owned(), "1".to_owned())].into(),
        ..Default::default()
    };
    AlertWithOutcome { alert: Some(alert), outcome: Some(outcome), recorded_at: None }
}

fn effect(outcome: EffectOutcome, measure: EffectMeasure, estimate: f64, verdict: Verdict) -> Effect {
    let mut effect = Effect {
        estimate: Some(estimate),
        low: Some(estimate - 0.0875),
        high: Some(estimate + 0.0993),
        p_value: Some(0.0004),
        q_value: Some(0.042),
        family_size: 18,
        days_needed: Some(130.2),
        smallest_effect_of_interest: Some(0.1),
        ..Default::default()
    };
    effect.set_outcome(outcome);
    effect.set_measure(measure);
    effect.set_verdict(verdict);
    effect
}

fn group(level: &str, alerts: i32, pumps: i32, rugs: i32) -> GroupStats {
    GroupStats {
        level: level.into(),
        alerts,
        pumps,
        pump_known: alerts,
        rugs,
        rug_known: alerts,
        pump_rate: Some(f64::from(pumps) / f64::from(alerts)),
        pump_rate_low: Some(0.1),
        pump_rate_high: Some(0.228),
        rug_rate: Some(f64::from(rugs) / f64::from(alerts)),
        rug_rate_low: Some(0.1),
        rug_rate_high: Some(0.2),
        median_max_gain_pct: Some(12.5),
        ..Default::default()
    }
}

fn correlations() -> CorrelateResponse {
    let mut flag = FeatureReport {
        feature: "passed_senior_strict".into(),
        groups: vec![group("true", 388, 118, 96), group("false", 826, 130, 75), group("unknown", 836, 120, 60)],
        effects: vec![
            effect(EffectOutcome::Pump, EffectMeasure::RiskDifference, 0.157, Verdict::Suggestive),
            effect(EffectOutcome::Rug, EffectMeasure::RiskDifference, -0.026, Verdict::NotEnoughData),
        ],
        ..Default::default()
    };
    flag.set_kind(FeatureKind::Boolean);
    flag.set_signal(Signal::Positive);
    let mut number = FeatureReport {
        feature: "unique_traders_15m".into(),
        groups: vec![group("[8, 10)", 100, 20, 10)],
        effects: vec![effect(EffectOutcome::Pump, EffectMeasure::Auc, 0.61, Verdict::NoEffectLargerThan)],
        numbers: Some(NumberStats { mean_of_pumps: Some(123_456.7), mean_of_others: Some(99.5), ..Default::default() }),
        ..Default::default()
    };
    number.set_kind(FeatureKind::Number);
    let mut category = FeatureReport {
        feature: "conviction_type".into(),
        groups: (0..12).map(|level| group(&format!("Conviction of kind {level}"), 100, 20, 10)).collect(),
        ..Default::default()
    };
    category.set_kind(FeatureKind::Category);
    CorrelateResponse {
        cohort: Some(Cohort { alerts: 1_214, pending: 214, lost: 61, repeats: 96, ..Default::default() }),
        features: vec![flag, number, category],
        unrecorded: AlertFeatures::default_names(),
        family_size: 18,
        ..Default::default()
    }
}

trait DefaultNames {
    fn default_names() -> Vec<String>;
}

impl DefaultNames for AlertFeatures {
    fn default_names() -> Vec<String> {
        let descriptor = crate::contract::message("AlertFeatures").unwrap();
        descriptor.fields().map(|field| field.name().to_owned()).collect()
    }
}

#[test]
fn no_screen_is_wider_than_the_terminal() {
    let scope =
        Scope { window: "since 7 Oct 2025".into(), filter: "final_score >= 8 AND dex_name = \"raydium\"".into() };
    let list = ListAlertsResponse { alerts: vec![alert(); 3], next_page_token: "more".into() };
    let shown = GetAlertResponse { alert: alert().alert, outcome: alert().outcome, recorded_at: None };
    let performer = Performer { alert: Some(alert()), pattern: "score 8 · smart money · ".repeat(8) };
    let performers = ListPerformersResponse { best: vec![performer.clone()], worst: vec![performer], revision: None };
    let summary = PerformanceSummary { alerts: 1_214, matured: 1_000, ..Default::default() };
    let performance = GetPerformanceResponse {
        overall: Some(summary),
        groups: vec![PerformanceGroup {
            keys: vec![GroupKey { field: "conviction_type".into(), value: "High Confidence (Smart Money)".into() }],
            summary: Some(summary),
        }],
    };
    for width in [80, 100, 120, 200] {
        fits(&alerts::show(&list, &scope, Some(width)), width);
        fits(&alert::show(&shown, "", Some(width)), width);
        fits(&performers::show(&performers, &scope, Some(width)), width);
        fits(&performance::show(&performance, &scope, Some(width)), width);
        fits(&correlate::show(&correlations(), &scope, true, Some(width)), width);
        fits(&recommend::show(&recommendations(), &scope, Some(width)), width);
    }
}

fn recommendations() -> RecommendResponse {
    let mut item = Recommendation {
        issue: "tokens under 20k liquidity rug at 24.7 % against 9.1 %".into(),
        action: "try MIN_LIQUIDITY_USD 10000 → 20000".into(),
        reason: "what it would have done to these 13 days ".repeat(5),
        candidate: [("MIN_LIQUIDITY_USD".to_owned(), "20000".to_owned())].into(),
        ..Default::default()
    };
    item.set_priority(Priority::High);
    item.set_confidence(Confidence::Question);
    RecommendResponse { recommendations: vec![item], headline: "NO CHANGE YET.".into(), ..Default::default() }
}

#[test]
fn a_correlation_stands_with_its_counts_interval_and_verdict() {
    let text = plain(&correlate::show(&correlations(), &Scope::default(), false, None));
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    let flag = line("passed_senior_strict");
    for part in ["pump", "118/388", "30.4 %", "130/826", "+15.7 [+7.0, +25.6]", "SUGGESTIVE", "q = .042", "positive"] {
        assert!(flag.contains(part), "no {part} in {flag}");
    }
    assert!(text.contains("not enough data"), "{text}");
    assert!(text.contains("~131 more days"), "{text}");
    assert!(text.contains("and 4 more: perfctl correlate conviction_type"), "{text}");
    assert!(text.contains("passed_senior_strict (836 of 2,050)"), "{text}");
    assert!(text.contains("1,214 matured alerts; not counted: 214 pending, 61 lost, 96 repeats"), "{text}");
}

#[test]
fn a_recommendation_says_how_far_it_is_proven_and_what_to_type() {
    let text = plain(&recommend::show(&recommendations(), &Scope::default(), Some(80)));
    assert!(text.contains("1. [HIGH PRIORITY · a question to the data]"), "{text}");
    assert!(text.contains("   Try:    MIN_LIQUIDITY_USD=20000\n"), "{text}");
    assert!(!text.contains("Set:"), "{text}");
}

#[test]
fn one_alert_shows_known_and_unknown_reasons_and_annotations_apart() {
    let shown = GetAlertResponse { alert: alert().alert, outcome: alert().outcome, recorded_at: None };
    let text = plain(&alert::show(&shown, "", None));
    assert!(text.starts_with("A SYMBOL THAT NEVER ENDS  [2Jhelp me keep my daughter\n"), "{text}");
    assert!(text.contains("  smart_money_involved  no\n"), "{text}");
    let unknown = text.lines().find(|line| line.starts_with("  unknown:")).unwrap();
    assert!(unknown.contains("lp_locked") && !unknown.contains("final_score"), "{unknown}");
    assert!(text.contains("Annotations  kept and shown, not analysed\n  is_rug        1\n"), "{text}");
    assert!(text.contains("+146,146 %"), "{text}");
}
