use super::*;
use crate::sample::snapshot;

#[test]
fn the_same_seed_is_the_same_market() {
    let market = Market { days: 3, ..Market::NOISE };
    assert_eq!(market.alerts(4), market.alerts(4));
    assert_ne!(market.alerts(4), market.alerts(5));
}

#[test]
fn it_is_what_it_says() {
    let market = Market { days: 400, drift: 0.0, ..Market::NOISE };
    let alerts = market.alerts(1);
    let share = |of: &dyn Fn(&AlertRecord) -> bool| {
        alerts.iter().filter(|record| of(record)).count() as f64 / alerts.len() as f64
    };
    assert_eq!(alerts.len(), 16_000);
    assert!((share(&|record| record.outcome.max_gain_pct > Some(50.0)) - 0.2).abs() < 0.015);
    assert!((share(&|record| record.outcome.is_rug == Some(true)) - 0.14).abs() < 0.015);
    let tokens: std::collections::HashSet<_> = alerts.iter().map(|record| record.alert.token.key).collect();
    assert!((1.0 - tokens.len() as f64 / alerts.len() as f64 - market.again).abs() < 0.02);
    // Of a Pareto(1.2) tail over 1.5, the share 0.5^1.2 lies over 3.
    let pumps = share(&|record| record.outcome.max_gain_pct > Some(50.0));
    assert!((share(&|record| record.outcome.max_gain_pct > Some(200.0)) / pumps - 0.5_f64.powf(1.2)).abs() < 0.03);
    let net: f64 = alerts.iter().filter_map(|record| record.outcome.exit_return_pct).map(|net| net.min(400.0)).sum();
    assert!(net < 0.0, "the bot loses money: {}", net / 16_000.0);
    assert_eq!(snapshot(alerts).columns().len(), 25);
}

#[test]
fn a_planted_effect_is_there() {
    let planted = Planted { pump_difference: 0.1, rug_difference: -0.05 };
    let alerts = Market { days: 400, drift: 0.0, planted: Some(planted), ..Market::NOISE }.alerts(2);
    let rate = |locked: bool, of: &dyn Fn(&AlertRecord) -> bool| {
        let known: Vec<&AlertRecord> =
            alerts.iter().filter(|record| record.alert.features.lp_locked == Some(locked)).collect();
        known.iter().filter(|record| of(record)).count() as f64 / known.len() as f64
    };
    let pump = |record: &AlertRecord| record.outcome.max_gain_pct > Some(50.0);
    let rug = |record: &AlertRecord| record.outcome.is_rug == Some(true);
    assert!((rate(true, &pump) - rate(false, &pump) - 0.1).abs() < 0.025);
    assert!((rate(true, &rug) - rate(false, &rug) + 0.05).abs() < 0.025);
}

#[test]
fn what_has_not_happened_yet_is_not_known() {
    let alerts = Market::NOISE.alerts(3);
    let known = as_of_day(&alerts, 10);
    assert_eq!(known.len(), 400);
    let now = BEGIN.plus(Duration::from_secs(10 * 86_400));
    for record in &known {
        assert_eq!(record.outcome.status == OutcomeStatus::Complete, record.outcome.sealed_at.is_some());
        assert!(record.outcome.sealed_at.is_none_or(|sealed| sealed <= now));
    }
    assert!(known.iter().any(|record| record.outcome.status == OutcomeStatus::Tracking));
}

#[test]
fn every_seed_is_asked_once_and_answers_in_order() {
    assert!(over_seeds(101, |seed| seed * 2).into_iter().eq((0..101).map(|seed| seed * 2)));
}
