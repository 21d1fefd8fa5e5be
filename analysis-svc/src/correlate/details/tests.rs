use std::time::Duration;

use domain::field::OutcomeField;
use domain::outcome::OutcomeStatus;
use domain::record::AlertRecord;
use store::outcomes;

use super::super::effect::Outcome;
use super::*;
use crate::correlate::curves::Curve;
use crate::dataset::Snapshot;
use crate::sample::{BEGIN, labelled, noise, snapshot};

const PERIODS: Include = Include { periods: true, adjusted: false, curves: false };
const ADJUSTED: Include = Include { periods: false, adjusted: true, curves: false };
const CURVES: Include = Include { periods: false, adjusted: false, curves: true };

fn ask(snapshot: &Snapshot, include: Include, open: Vec<outcomes::Young>) -> Details {
    let watch = Watch::default();
    let _waiting = watch.waiting();
    details(snapshot, &Question::standing(), include, open, &watch).expect("nobody goes away")
}

/// An alert at a moment after the beginning.
fn at(number: u32, hours: f64, is_pump: bool) -> AlertRecord {
    let mut record = labelled(number, is_pump, false);
    record.alert.alerted_at = BEGIN.plus(Duration::from_secs_f64(hours * 3_600.0));
    record.outcome.pumped_at = is_pump.then_some(record.alert.alerted_at);
    record
}

#[test]
fn nothing_is_worked_out_that_was_not_asked_for() {
    let data = snapshot((0..30).map(|number| labelled(number, number % 3 == 0, false)));
    assert_eq!(ask(&data, Include::default(), Vec::new()), Details::default());
}

#[test]
fn periods_show_the_one_day_that_carries_an_effect() {
    // On each of three days ten alerts with it and ten without: on the first all of those with it pump, later two of ten do
    // as of those without.
    let records = (0..60).map(|number| {
        let (day, with, place) = (number / 20, number % 2 == 0, number % 20 / 2);
        let is_pump = if day == 0 && with { true } else { place < 2 };
        let mut record = at(number, f64::from(day) * 24.0 + 1.0 + f64::from(number % 20) * 0.1, is_pump);
        record.alert.features.lp_locked = Some(with);
        record
    });
    let details = ask(&snapshot(records), PERIODS, Vec::new());
    let (_, periods) = details.periods.iter().find(|(name, _)| name == "lp_locked").expect("a feature");
    let pumps = |days: u32| periods.iter().filter(move |period| period.outcome == Outcome::Pump && period.days == days);
    let by_day: Vec<f64> = pumps(1).map(|period| period.difference.expect("both sides").value).collect();
    assert_eq!(by_day.len(), 3);
    for (found, expected) in by_day.iter().zip([0.8, 0.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12, "{by_day:?}");
    }
    // The days are Tuesday to Thursday: one week, in which all days have the same weight.
    let weeks: Vec<f64> = pumps(7).map(|period| period.difference.expect("both sides").value).collect();
    assert_eq!(weeks.len(), 1);
    assert!((weeks[0] - 0.8 / 3.0).abs() < 1e-12, "{weeks:?}");
    assert!(pumps(1).all(|period| period.start.utc_day() * 86_400_000_000 == period.start.micros()));
}

#[test]
fn an_effect_that_is_the_dexs_alone_is_none_among_alerts_that_are_alike() {
    // Half pump on one dex and a tenth on the other; the liquidity is locked nine times of ten on the first, and one time of
    // ten on the second, and has nothing to do with it.
    let records = (0..1_200).map(|number| {
        let is_first = number % 2 == 0;
        let is_locked = noise(number, 1) < if is_first { 0.9 } else { 0.1 };
        let mut record = at(number, f64::from(number) * 0.1, noise(number, 2) < if is_first { 0.5 } else { 0.1 });
        record.alert.features.lp_locked = Some(is_locked);
        record.alert.features.dex_name = Some(if is_first { "orca" } else { "raydium" }.to_owned());
        record
    });
    let data = snapshot(records);
    let raw = crate::correlate::correlate(&data, &Question::standing());
    let raw = raw.features.iter().find(|report| report.feature == "lp_locked").expect("reported");
    assert!(raw.main_effect(Outcome::Pump).and_then(|effect| effect.estimate) > Some(0.2));
    let adjusted = ask(&data, ADJUSTED, Vec::new()).adjusted;
    let of = |feature: &str| {
        adjusted.iter().find(|one| one.feature == feature && one.outcome == Outcome::Pump).expect("adjusted").clone()
    };
    let locked = of("lp_locked");
    let difference = locked.difference.expect("both sides");
    assert!(difference.interval.contains(0.0) && difference.value.abs() < 0.1, "{locked:?}");
    let odds_ratio = locked.odds_ratio.expect("enough events");
    assert!(odds_ratio.interval.contains(1.0), "{locked:?}");
    assert!(of("dex_name").odds_ratio.expect("enough events").interval.excludes(1.0));
    // Nobody was a rug: too few events to fit anything, and it says so.
    let rugs = adjusted.iter().find(|one| one.feature == "lp_locked" && one.outcome == Outcome::Rug).expect("adjusted");
    assert!(rugs.odds_ratio.is_none() && rugs.note.starts_with("0 events are too few"), "{}", rugs.note);
}

fn curve(details: &Details, outcome: Outcome) -> Curve {
    let (_, curves) = details.curves.iter().find(|(name, _)| name == "lp_locked").expect("a feature");
    curves.iter().find(|curve| curve.outcome == outcome && curve.level == "true").expect("a level").clone()
}

fn share(curve: &Curve, hours: f64) -> Option<f64> {
    curve.points.iter().find(|point| point.hours == hours).map(|point| point.share)
}

/// Three sealed alerts, of which one pumped after half an hour and one was a rug from the fourth hour on; and three open ones.
fn three_sealed_three_open() -> Vec<AlertRecord> {
    (0..6)
        .map(|number| {
            let mut record = at(number, f64::from(number), number == 0);
            let after = |hours: f64| Some(record.alert.alerted_at.plus(Duration::from_secs_f64(hours * 3_600.0)));
            let (pumped_at, rug_hit_at, last_price_at) = (after(0.5), after(4.0), after(47.9));
            record.alert.features.lp_locked = Some(true);
            record.outcome.pumped_at = pumped_at.filter(|_| number == 0);
            record.outcome.is_rug = Some(number == 1);
            record.outcome.rug_hit_at = rug_hit_at.filter(|_| number == 1);
            record.outcome.last_price_at = last_price_at;
            record.outcome.sealed_at = after(48.2);
            if number > 2 {
                record.outcome = domain::outcome::Outcome {
                    status: OutcomeStatus::Tracking,
                    policy_version: 1,
                    ..domain::outcome::Outcome::default()
                };
            }
            record
        })
        .collect()
}

/// What an open alert has come to, `pumped` and `seen` hours after it was raised.
fn open(record: &AlertRecord, pumped: Option<f64>, seen: f64) -> outcomes::Young {
    let after = |hours: f64| record.alert.alerted_at.plus(Duration::from_secs_f64(hours * 3_600.0));
    let outcome = domain::outcome::Outcome {
        pumped_at: pumped.map(after),
        last_price_at: Some(after(seen)),
        ..record.outcome.clone()
    };
    outcomes::Young { id: record.alert.id, alerted_at: record.alert.alerted_at, outcome }
}

#[test]
fn without_young_alerts_a_curve_ends_at_the_sealed_rate() {
    let data = snapshot(three_sealed_three_open());
    let details = ask(&data, CURVES, Vec::new());
    let pumps = curve(&details, Outcome::Pump);
    assert_eq!(pumps.alerts, 3);
    assert!((share(&pumps, 48.0).expect("watched") - 1.0 / 3.0).abs() < 1e-12);
    assert_eq!(share(&pumps, 0.25), Some(0.0));
}

#[test]
fn a_pump_that_was_a_rug_before_is_not_among_what_pumped_first() {
    let mut records = three_sealed_three_open();
    let after =
        |record: &AlertRecord, hours: f64| Some(record.alert.alerted_at.plus(Duration::from_secs_f64(hours * 3_600.0)));
    // The first was a rug after its pump; the second pumped after it was a rug.
    records[0].outcome.rug_hit_at = after(&records[0], 5.0);
    records[1].outcome.pumped_at = after(&records[1], 9.0);
    let details = ask(&snapshot(records), CURVES, Vec::new());
    let last = |outcome| curve(&details, outcome).points.into_iter().next_back().expect("a point");
    let (pumps, rugs) = (last(Outcome::Pump), last(Outcome::Rug));
    let third = Some(1.0 / 3.0);
    let close = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-12);
    assert!((pumps.share - 2.0 / 3.0).abs() < 1e-12 && close(pumps.first, third), "{pumps:?}");
    assert!((rugs.share - 2.0 / 3.0).abs() < 1e-12 && close(rugs.first, third), "{rugs:?}");
    assert!(pumps.first_interval.is_some_and(|interval| interval.contains(1.0 / 3.0)));
}

#[test]
fn young_alerts_count_for_as_long_as_they_were_watched() {
    let records = three_sealed_three_open();
    // One pumped after two hours, one was watched for five hours in vain, one for a few minutes only.
    let young = vec![open(&records[3], Some(2.0), 6.0), open(&records[4], None, 5.0), open(&records[5], None, 0.2)];
    let details = ask(&snapshot(records), CURVES, young);
    let pumps = curve(&details, Outcome::Pump);
    assert_eq!(pumps.alerts, 6);
    // By hand: 1/5 at half an hour (the last one is gone by then), then 1/4 of the rest at two hours.
    assert!((share(&pumps, 1.0).expect("watched") - 0.2).abs() < 1e-12, "{pumps:?}");
    assert!((share(&pumps, 3.0).expect("watched") - 0.4).abs() < 1e-12, "{pumps:?}");
    assert_eq!(pumps.points.iter().find(|point| point.hours == 6.0).map(|point| point.at_risk), Some(2));
}

#[test]
fn the_hour_in_which_a_rug_cannot_show_yet_is_not_counted_as_one_without() {
    let records = three_sealed_three_open();
    // Watched for four and a half hours: a rug that began at four would show only at five.
    let young = vec![open(&records[3], None, 4.5)];
    let data = snapshot(records);
    let details = ask(&data, CURVES, young);
    let rugs = curve(&details, Outcome::Rug);
    assert_eq!(rugs.alerts, 4);
    assert!((share(&rugs, 6.0).expect("watched") - 1.0 / 3.0).abs() < 1e-12, "{rugs:?}");
}

#[test]
fn a_revision_keeps_the_young_alerts_that_its_first_question_found() {
    let records = three_sealed_three_open();
    let young = vec![open(&records[3], Some(2.0), 6.0)];
    let data = snapshot(records);
    let first = ask(&data, CURVES, young);
    assert_eq!(ask(&data, CURVES, Vec::new()), first);
    assert!(data.delay_ms(3, OutcomeField::PumpedAt).is_none(), "only the store knew");
}
