use std::collections::HashSet;

use super::recommendation::{Confidence, Priority};
use super::*;
use crate::correlate::selection::Selection;
use crate::dataset::filter::Kept;
use crate::dataset::snapshot::rows_of;
use crate::gates::Baseline;
use crate::sample::{labelled, noise, record, snapshot};
use domain::gate::Setting;
use domain::outcome::OutcomeStatus;
use domain::quantity::AmountUsd;
use domain::record::AlertRecord;

fn ask(records: impl IntoIterator<Item = AlertRecord>, config: &[(&str, &str)]) -> Advice {
    let catalogue = Catalogue::callsbot();
    let current =
        (!config.is_empty()).then(|| FilterConfig::parse(catalogue, config.iter().copied()).expect("a config"));
    asked(records, Request { current, ..standing() })
}

fn standing() -> Request {
    Request {
        current: None,
        objective: Objective::default(),
        window: Window::default(),
        standing: Ok(()),
        cooldowns: Vec::new(),
    }
}

fn asked(records: impl IntoIterator<Item = AlertRecord>, request: Request) -> Advice {
    advise(&snapshot(records), Catalogue::callsbot(), &request, &Watch::default()).expect("waited for")
}

fn rule<'a>(advice: &'a Advice, rule: &str) -> Option<&'a Recommendation> {
    advice.recommendations.iter().find(|recommendation| recommendation.rule == rule)
}

/// 600 alerts: rugs are 50 % below 20,000 USD of liquidity and 10 % above it.
fn rugs_in_thin_pools() -> Vec<AlertRecord> {
    let alerts = (0..600).map(|number| {
        let liquidity = 10_000.0 + noise(number, 1) * 30_000.0;
        let is_rug = noise(number, 2) < if liquidity < 20_000.0 { 0.5 } else { 0.1 };
        let mut record = labelled(number, noise(number, 3) < 0.25, is_rug);
        record.alert.entry.liquidity_usd = AmountUsd::new(liquidity).ok();
        record.alert.features.final_score = Some(9);
        record.alert.features.smart_money_involved = Some(noise(number, 4) < 0.5);
        record
    });
    alerts.collect()
}

#[test]
fn a_planted_effect_leads_to_its_gate_as_a_candidate_and_never_as_a_setting() {
    let advice = ask(rugs_in_thin_pools(), &[("MIN_LIQUIDITY_USD", "10000")]);
    let rugs = rule(&advice, "rug-rate-high").expect("the rug rate is high");
    assert_eq!((rugs.priority, rugs.confidence), (Priority::High, Confidence::Suggestive));
    let value: f64 = rugs.candidate["MIN_LIQUIDITY_USD"].parse().expect("a number");
    assert!((16_000.0..=24_000.0).contains(&value), "{value}");
    assert!(rugs.action.starts_with("try MIN_LIQUIDITY_USD 10000 → "), "{}", rugs.action);
    let replay = rugs.evidence.replay.expect("replayed");
    assert_eq!(replay.current.alerts, 600);
    assert!(replay.proposed.alerts < 600 && Some(replay.proposed.alerts) == replay.random.map(|random| random.alerts));
    assert!(replay.random.is_some_and(|random| replay.proposed.rugs.rate() < random.rugs.rate()));
    assert!(replay.rugs_avoided > 50);
    assert!(advice.headline.starts_with("NO CHANGE YET. Nothing is certified"), "{}", advice.headline);
    assert!(advice.recommendations.windows(2).all(|pair| pair[0].priority <= pair[1].priority));
}

#[test]
fn nothing_is_worded_as_a_fact_where_the_interval_holds_zero() {
    let noisy = (0..300).map(|number| {
        let mut record = labelled(number, noise(number, 1) < 0.2, noise(number, 2) < 0.25);
        record.alert.features.final_score = Some(5 + (noise(number, 3) * 5.0) as i32);
        record.alert.features.smart_money_involved = Some(noise(number, 4) < 0.5);
        record
    });
    let advice = ask(noisy, &[]);
    for recommendation in &advice.recommendations {
        let clear = recommendation.evidence.effects.iter().any(crate::correlate::effect::Effect::is_clear);
        if recommendation.evidence.replay.is_some() && !clear {
            assert!(recommendation.reason.contains("may be chance"), "{}", recommendation.reason);
            assert_eq!(recommendation.confidence, Confidence::Question);
        }
        if recommendation.evidence.replay.is_some() {
            assert!(recommendation.reason.contains("a question to later data"), "{}", recommendation.reason);
        }
    }
}

#[test]
fn a_rate_is_high_priority_only_where_its_interval_lies_wholly_beyond_the_threshold() {
    let rugs = |rugs: u32| (0..100).map(move |number| labelled(number, false, number < rugs));
    let unsure = ask(rugs(17), &[]);
    let unsure = rule(&unsure, "rug-rate-high").expect("17 % is above 15 %");
    assert_eq!(unsure.priority, Priority::Medium);
    assert!(unsure.issue.contains("may lie above"), "{}", unsure.issue);
    let sure = ask(rugs(40), &[]);
    assert_eq!(rule(&sure, "rug-rate-high").map(|rugs| rugs.priority), Some(Priority::High));
    assert!(rule(&ask(rugs(10), &[]), "rug-rate-high").is_none());
    let pumps = |pumps: u32| (0..100).map(move |number| labelled(number, number < pumps, false));
    assert_eq!(rule(&ask(pumps(5), &[]), "pump-rate-low").map(|low| low.priority), Some(Priority::High));
    assert_eq!(rule(&ask(pumps(14), &[]), "pump-rate-low").map(|low| low.priority), Some(Priority::Medium));
    assert_eq!(rule(&ask(pumps(60), &[]), "pump-rate-high").map(|high| high.priority), Some(Priority::High));
}

#[test]
fn one_great_gain_of_the_general_cycle_is_no_reason_to_change() {
    let alerts = (0..200).map(|number| {
        let mut record = labelled(number, number % 4 < 1, false);
        record.alert.features.smart_money_involved = Some(number / 4 % 2 == 0);
        record.alert.features.final_score = Some(9);
        if number == 5 {
            record.outcome.max_gain_pct = Some(146_145.0);
        }
        record
    });
    let advice = ask(alerts, &[]);
    let ahead = rule(&advice, "general-cycle-ahead").expect("its mean is ahead");
    assert_eq!((ahead.priority, ahead.confidence), (Priority::Low, Confidence::Question));
    assert!(ahead.candidate.is_empty());
    assert!(ahead.issue.contains("may"), "{}", ahead.issue);
    assert!(ahead.reason.contains("may be chance"), "{}", ahead.reason);
}

#[test]
fn without_the_general_cycle_or_enough_alerts_the_answer_is_to_record() {
    let smart_only = (0..40).map(|number| {
        let mut record = labelled(number, number % 4 == 0, false);
        record.alert.features.smart_money_involved = Some(true);
        record
    });
    let advice = ask(smart_only, &[]);
    assert!(
        rule(&advice, "no-general-cycle").is_some_and(|rule| rule.reason.contains("REQUIRE_SMART_MONEY_FOR_ALERT"))
    );
    let advice = ask((0..19).map(record), &[]);
    assert!(rule(&advice, "few-tracked").is_some());
    assert!(advice.headline.contains("No verdict below 100"), "{}", advice.headline);
    assert!(rule(&ask((0..20).map(record), &[]), "few-tracked").is_none());
}

#[test]
fn pending_alerts_are_never_in_the_replay() {
    let mut records = rugs_in_thin_pools();
    let mut pending = labelled(900, true, true);
    pending.outcome.status = OutcomeStatus::Tracking;
    records.push(pending);
    let advice = ask(records, &[]);
    let rugs = rule(&advice, "rug-rate-high").expect("high");
    assert_eq!(rugs.evidence.replay.map(|replay| replay.current.alerts), Some(600));
}

#[test]
fn a_default_that_the_alerts_contradict_is_not_taken_to_be_in_force() {
    let alerts = (0..60).map(|number| {
        let mut record = record(number);
        record.alert.features.final_score = Some(5 + (number % 3) as i32);
        record.alert.features.smart_money_involved = Some(false);
        record
    });
    let snapshot = snapshot(alerts);
    let selection = Selection::of(&snapshot, Window::default(), &Kept::everything());
    let baseline = Baseline::of(&snapshot, &selection, Catalogue::callsbot(), None);
    assert_eq!(baseline.config.get("GENERAL_CYCLE_MIN_SCORE"), Some(Setting::Number(5.0)));
    assert_eq!((baseline.rows.count(), baseline.turned_away), (60, 0));
    let given = FilterConfig::defaults(Catalogue::callsbot());
    let baseline = Baseline::of(&snapshot, &selection, Catalogue::callsbot(), Some(&given));
    assert_eq!((baseline.rows.count(), baseline.turned_away), (0, 60));
}

#[test]
fn a_tighter_value_keeps_a_part_of_what_passed() {
    let snapshot = snapshot(rugs_in_thin_pools());
    let incumbent = Incumbent::of(&snapshot, Catalogue::callsbot(), None, Window::default());
    let baseline = &incumbent.baseline;
    let laid = LaidOut::of(&snapshot, Catalogue::callsbot(), baseline);
    let ground = Ground::of(Replay::of(&snapshot), Catalogue::callsbot(), &incumbent);
    let yardstick = Yardstick { objective: Objective::default(), stake_usd: 100.0, days: baseline.days };
    let search = search(&Part::whole(&laid.cases), &laid.ladders, &yardstick, &Watch::default()).expect("waited for");
    assert!(!search.singles.is_empty() && search.values >= search.singles.len());
    for found in &search.singles {
        let candidate = ground.try_out(candidate::changes(found, &laid.ladders));
        assert_eq!((found.kept.alerts, found.dropped.alerts), (candidate.kept.alerts, candidate.dropped.alerts));
        assert_eq!(u64::from(found.dropped.rugs), candidate.rugs_avoided());
        let net = found.kept.mean_capped().expect("known");
        assert!((candidate.proposed.capped_net_per_alert_usd.expect("known") - net).abs() < 1e-3);
        assert_eq!(candidate.kept.alerts + candidate.dropped.alerts, 600);
        assert_eq!(candidate.proposed.alerts, candidate.kept.alerts);
        assert_eq!(candidate.random.alerts, candidate.kept.alerts);
        assert_eq!(candidate.proposed.rugs.events() + candidate.rugs_avoided(), candidate.current.rugs.events());
    }
}

#[test]
fn the_same_request_has_the_same_advice_whatever_the_order_of_the_rows() {
    let records = rugs_in_thin_pools();
    let turned: Vec<AlertRecord> = records.iter().rev().cloned().collect();
    let (one, other) = (ask(records, &[]), ask(turned, &[]));
    assert_eq!(one.recommendations, other.recommendations);
    assert_eq!((one.headline, one.looked_at), (other.headline, other.looked_at));
}

#[test]
fn an_objective_bounds_what_is_proposed() {
    let objective = Objective { min_alerts_per_day: Some(1e6), ..Objective::default() };
    let advice = asked(rugs_in_thin_pools(), Request { objective, ..standing() });
    assert!(advice.recommendations.iter().all(|recommendation| recommendation.candidate.is_empty()));
}

#[test]
fn looser_values_are_judged_on_shadow_alerts_only() {
    let with_shadows = |rate: Option<f64>| {
        let shadows = (0..200).map(move |number| {
            let mut record = labelled(2_000 + number, number % 2 == 0, false);
            record.alert.decision = domain::alert::Decision::Shadow;
            record.alert.shadow_sample_rate = rate.and_then(|rate| domain::quantity::Share::new(rate).ok());
            record.alert.entry.liquidity_usd = AmountUsd::new(5_000.0 + f64::from(number % 40) * 100.0).ok();
            record.alert.features.final_score = Some(9);
            record
        });
        rugs_in_thin_pools().into_iter().chain(shadows).collect::<Vec<_>>()
    };
    let catalogue = Catalogue::callsbot();
    let config = [("MIN_LIQUIDITY_USD", "10000")];
    let snapshot = snapshot(with_shadows(Some(0.25)));
    let selection = Selection::of(&snapshot, Window::default(), &Kept::everything());
    let current = FilterConfig::parse(catalogue, config).expect("a config");
    let baseline = Baseline::of(&snapshot, &selection, catalogue, Some(&current));
    let searched = looser(&snapshot, catalogue, &baseline, Usable::of(&snapshot, Window::default()));
    // What was turned away nets 25 % on average.
    let best = searched.found.first().expect("something");
    assert_eq!((best.key.as_str(), searched.usable.with_rate), ("MIN_LIQUIDITY_USD", 200));
    assert!(matches!(best.to, Setting::Number(value) if value < 10_000.0) && best.low > 0.0);
    assert!((best.weight - 4.0 * f64::from(best.rows)).abs() < 1e-9);
    let line = |records: Vec<AlertRecord>| {
        let lines = ask(records, &config).looked_at;
        lines.into_iter().find(|line| line.starts_with("looser")).unwrap_or_default()
    };
    assert_eq!(line(rugs_in_thin_pools()), "looser values: refused, 0 shadow alerts");
    assert_eq!(line(with_shadows(None)), "looser values: refused, none of 200 shadow alerts says its sampling rate");
}

#[test]
fn what_was_certified_on_the_same_alerts_stands_in_the_next_revision_and_falls_with_any_of_them() {
    let mut records = rugs_in_thin_pools();
    let later = records.split_off(590);
    let advise =
        |data: &Snapshot| advise(data, Catalogue::callsbot(), &standing(), &Watch::default()).expect("waited for");
    let said = |advice: Advice| (advice.recommendations, advice.headline, advice.looked_at, advice.not_certified);
    let present = snapshot(records.clone());
    advise(&present);
    // Ten alerts more: the checkpoint of 566 tokens is still the last.
    let next = present.with(rows_of(later.clone()), &HashSet::new());
    records.extend(later);
    assert_eq!(said(advise(&next)), said(ask(records.clone(), &[])));
    // One that it rests on turns out otherwise.
    records[3].outcome.exit_return_pct = Some(390.0);
    let last = next.with(rows_of([records[3].clone()]), &HashSet::new());
    assert_eq!(said(advise(&last)), said(ask(records, &[])));
}
