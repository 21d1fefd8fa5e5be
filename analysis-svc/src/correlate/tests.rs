use std::collections::HashSet;
use std::time::Duration;

use super::effect::{Measure, Outcome};
use super::*;
use crate::dataset::snapshot::rows_of;
use crate::inference::signal::Signal;
use crate::inference::verdict::Verdict;
use crate::market::{Market, as_of_day};
use crate::sample::{labelled, noise, record, snapshot};
use domain::filter::Filter;
use domain::outcome::OutcomeStatus;
use domain::record::AlertRecord;

fn everything() -> Question {
    Question { window: Window::default(), kept: Kept::everything(), features: Vec::new() }
}

fn ask(records: impl IntoIterator<Item = AlertRecord>) -> Answer {
    correlate(&snapshot(records), &everything())
}

fn report<'a>(answer: &'a Answer, name: &str) -> &'a FeatureReport {
    answer.features.iter().find(|report| report.feature == name).expect("reported")
}

/// 400 alerts: locked liquidity pumps in 50 %, unlocked in 20 %; whether the mint is revoked means nothing.
fn planted() -> Vec<AlertRecord> {
    let alerts = (0..400).map(|number| {
        let is_locked = noise(number, 1) < 0.5;
        let is_pump = noise(number, 2) < if is_locked { 0.5 } else { 0.2 };
        let mut record = labelled(number, is_pump, noise(number, 3) < 0.15);
        record.alert.features.lp_locked = (noise(number, 4) < 0.9).then_some(is_locked);
        record.alert.features.mint_revoked = Some(noise(number, 5) < 0.5);
        record.alert.features.final_score = Some(5 + (noise(number, 6) * 5.0) as i32);
        record.alert.features.dex_name = Some(["raydium", "orca", "meteora"][(number % 3) as usize].to_owned());
        record
    });
    alerts.collect()
}

#[test]
fn a_planted_effect_of_thirty_points_is_found_and_noise_is_not_called_positive() {
    let answer = ask(planted());
    let locked = report(&answer, "lp_locked");
    assert!(matches!(locked.verdict(), Verdict::Supported { .. }), "{:?}", locked.verdict());
    assert_eq!(locked.signal, Signal::Positive);
    let pump = locked.main_effect(Outcome::Pump).expect("compared");
    assert!(pump.interval.expect("defined").contains(0.3), "{pump:?}");
    let noise = report(&answer, "mint_revoked");
    assert_eq!(noise.signal, Signal::None);
    assert!(!matches!(noise.verdict(), Verdict::Supported { .. } | Verdict::Suggestive { .. }));
    assert_eq!(answer.family_size, 8);
}

#[test]
fn unknown_is_never_false() {
    let answer = ask(planted());
    let levels: Vec<&str> = report(&answer, "lp_locked").groups.iter().map(|group| group.level.as_str()).collect();
    assert_eq!(levels, ["true", "false", "unknown"]);
    let mut hidden = planted();
    hidden
        .iter_mut()
        .filter(|record| record.alert.features.lp_locked == Some(false))
        .for_each(|record| record.alert.features.lp_locked = None);
    let answer = ask(hidden);
    let locked = report(&answer, "lp_locked");
    assert_eq!(locked.groups[1].alerts, 0);
    assert_eq!(locked.main_effect(Outcome::Pump).and_then(|effect| effect.estimate), None);
    assert!(locked.note.contains("record lp_locked"), "{}", locked.note);
}

#[test]
fn pending_lost_and_repeated_alerts_are_never_in_the_rates() {
    let mut records: Vec<AlertRecord> = (0..30).map(|number| labelled(number, number < 10, false)).collect();
    let before = ask(records.clone());
    for (number, status) in [(100, OutcomeStatus::Tracking), (101, OutcomeStatus::Lost), (102, OutcomeStatus::NoData)] {
        let mut open = labelled(number, true, true);
        open.outcome.status = status;
        records.push(open);
    }
    let mut again = labelled(103, true, true);
    again.alert.token = records[29].alert.token.clone();
    records.push(again);
    let after = ask(records);
    assert_eq!(before.cohort.matured, after.cohort.matured);
    let census = after.cohort.census;
    assert_eq!((census.matured, census.pending, census.lost, census.no_data, census.repeated), (30, 1, 1, 1, 1));
}

#[test]
fn lost_feeds_widen_the_rug_rate_and_what_they_did_before_stands() {
    let mut records: Vec<AlertRecord> = (0..8).map(|number| labelled(number, false, number < 2)).collect();
    for (number, is_rug) in [(20, Some(true)), (21, None)] {
        let mut lost = record(number);
        lost.outcome.status = OutcomeStatus::Lost;
        lost.outcome.is_rug = is_rug;
        records.push(lost);
    }
    let cohort = ask(records).cohort;
    assert_eq!((cohort.matured.rugs.events(), cohort.matured.rugs.total()), (2, 8));
    assert_eq!(cohort.rug_rate_with_lost, Some((0.3, 0.4)));
}

#[test]
fn pumps_and_rugs_do_not_exclude_one_another() {
    let cohort =
        ask([labelled(1, true, true), labelled(2, true, false), labelled(3, false, true), labelled(4, false, false)])
            .cohort;
    assert_eq!((cohort.pump_and_rug, cohort.pump_only, cohort.rug_only, cohort.neither), (1, 1, 1, 1));
    assert_eq!((cohort.matured.pumps.events(), cohort.matured.rugs.events()), (2, 2));
}

#[test]
fn asking_about_one_feature_alone_makes_it_no_surer() {
    let snapshot = snapshot(planted());
    let all = correlate(&snapshot, &everything());
    let one = correlate(&snapshot, &Question { features: vec!["lp_locked".to_owned()], ..everything() });
    assert_eq!(one.features.len(), 1);
    assert_eq!(one.features[0], *report(&all, "lp_locked"));
    assert_eq!(one.family_size, all.family_size);
}

#[test]
fn a_filtered_look_describes_and_gets_no_verdict() {
    let filter = Filter::parse("final_score >= 5").expect("a filter");
    let snapshot = snapshot(planted());
    let kept = Kept::of(&snapshot, &filter).expect("a field that is kept");
    let answer = correlate(&snapshot, &Question { kept, ..everything() });
    assert_eq!(answer.cohort.matured.alerts, 400);
    assert!(answer.features.iter().all(|report| matches!(report.verdict(), Verdict::DescriptionOnly(_))));
}

#[test]
fn below_a_hundred_tokens_there_is_description_only() {
    let answer = ask(planted().into_iter().take(99));
    assert!(answer.features.iter().all(|report| matches!(report.verdict(), Verdict::DescriptionOnly(_))));
}

#[test]
fn a_window_is_half_open_and_a_repeat_stays_one_whatever_the_window() {
    let mut records: Vec<AlertRecord> = (0..10).map(record).collect();
    records[5].alert.token = records[1].alert.token.clone();
    let window = Window { start: Some(records[2].alert.alerted_at), end: Some(records[7].alert.alerted_at) };
    let answer = correlate(&snapshot(records), &Question { window, ..everything() });
    assert_eq!((answer.cohort.census.matured, answer.cohort.census.repeated), (4, 1));
}

#[test]
fn numbers_have_means_ranks_and_bins() {
    let records = (0..200).map(|number| {
        let is_pump = noise(number, 1) < 0.4;
        let mut record = labelled(number, is_pump, false);
        let score = 4 + (noise(number, 2) * 4.0) as i32 + i32::from(is_pump) * 2;
        record.alert.features.final_score = (number % 10 != 0).then_some(score);
        record
    });
    let answer = ask(records);
    let score = report(&answer, "final_score");
    let numbers = score.numbers.expect("a number");
    assert!(numbers.mean_of_pumps > numbers.mean_of_others);
    assert!(score.main_effect(Outcome::Pump).and_then(|effect| effect.estimate) > Some(0.7));
    assert!(score.effects.iter().any(|effect| effect.measure == Measure::Spearman && effect.estimate > Some(0.3)));
    assert_eq!(score.groups.iter().map(|group| group.alerts).sum::<u32>(), 200);
    assert_eq!(score.groups.last().map(|group| (group.level.as_str(), group.alerts)), Some(("unknown", 20)));
    assert_eq!(score.signal, Signal::Positive);
}

#[test]
fn smart_money_is_compared_only_within_scores_that_both_pass_with() {
    let records = (0..120).map(|number| {
        let is_smart = number % 2 == 0;
        // Smart money passes from 5 on and pumps rarely below 7, where no general token is.
        let score = if is_smart { 5 + (number / 2 % 4) as i32 } else { 7 + (number / 2 % 4) as i32 };
        let mut record = labelled(number, score >= 7 && number % 4 < 2, false);
        record.alert.features.smart_money_involved = Some(is_smart);
        record.alert.features.final_score = Some(score);
        record
    });
    let answer = ask(records);
    let [comparison] = answer.comparisons.as_slice() else { panic!("one comparison") };
    assert_eq!((comparison.first.alerts, comparison.second.alerts), (30, 30));
    assert!(comparison.note.contains("scores 7 to 8"), "{}", comparison.note);
}

#[test]
fn what_nobody_recorded_is_listed_and_not_reported() {
    let answer = ask(planted());
    assert!(answer.unrecorded.contains(&"bundlers_percent".to_owned()));
    assert!(answer.features.iter().all(|report| report.feature != "bundlers_percent"));
}

#[test]
fn no_alerts_are_no_error() {
    let answer = ask([]);
    assert_eq!((answer.cohort.matured.alerts, answer.features.len(), answer.family_size), (0, 0, 0));
    assert_eq!(answer.cohort.matured.pump_rate(), None);
}

#[test]
fn a_verdict_rests_on_the_first_tokens_of_its_checkpoint_whatever_came_later() {
    let alerts = Market { days: 16, ..Market::NOISE }.alerts(9);
    let mut seen: Vec<(u64, Vec<_>)> = Vec::new();
    for day in 4..=18 {
        let answer = ask(as_of_day(&alerts, day));
        let progress = answer.progress.expect("the standing question");
        let Some(reached) = progress.reached else { continue };
        assert!(reached.tokens <= progress.tokens && Some(progress.tokens) < progress.next_tokens);
        let rulings: Vec<_> = answer
            .features
            .iter()
            .flat_map(|report| {
                report.effects.iter().map(|effect| (report.feature.clone(), effect.outcome, effect.ruling.clone()))
            })
            .collect();
        match seen.last() {
            Some((tokens, before)) if *tokens == reached.tokens => assert_eq!(*before, rulings, "on day {day}"),
            _ => seen.push((reached.tokens, rulings)),
        }
    }
    let checkpoints: Vec<u64> = seen.iter().map(|(tokens, _)| *tokens).collect();
    assert_eq!(checkpoints, [100, 142, 200, 283, 400]);
}

#[test]
fn a_token_that_is_alerted_again_days_later_counts_once() {
    let mut records: Vec<AlertRecord> = (0..150).map(|number| labelled(number, number % 3 == 0, false)).collect();
    let alone = ask(records.clone()).progress.expect("the standing question");
    // Three days later all of them again: units of their own, and no new tokens.
    let again: Vec<AlertRecord> = (0..150)
        .map(|number| {
            let mut record = labelled(number + 1_000, number % 3 == 0, false);
            record.alert.token = records[number as usize].alert.token.clone();
            record
        })
        .collect();
    records.extend(again);
    let answer = ask(records);
    assert_eq!((answer.cohort.matured.alerts, answer.cohort.matured.clusters), (300, 150));
    let progress = answer.progress.expect("the standing question");
    assert_eq!((progress.tokens, progress.reached), (alone.tokens, alone.reached));
}

#[test]
fn a_window_shows_what_stands_out_and_decides_nothing() {
    let records = planted();
    let window = Window { start: Some(records[0].alert.alerted_at), end: None };
    let answer = correlate(&snapshot(records), &Question { window, ..everything() });
    let locked = report(&answer, "lp_locked");
    assert!(matches!(locked.verdict(), Verdict::Suggestive { .. }), "{:?}", locked.verdict());
    assert_eq!(answer.progress, None);
    assert!(locked.effects.iter().all(|effect| effect.ruling.is_none()));
}

/// Everything that an alert's features must not know: what became of it, and what was written beside it.
fn with_another_future(mut record: AlertRecord) -> AlertRecord {
    let fate = noise(record.alert.alerted_at.micros() as u32, 77);
    record.outcome.max_gain_pct = Some(1_000.0 * fate);
    record.outcome.pumped_at = Some(record.alert.alerted_at);
    record.outcome.is_rug = Some(fate < 0.5);
    record.outcome.rug_hit_at = record.outcome.pumped_at;
    record.outcome.exit_return_pct = Some(-100.0 * fate);
    record.outcome.max_drawdown_pct = Some(-99.0 * fate);
    record.outcome.return_1h_pct = Some(fate);
    record.outcome.return_24h_pct = Some(-fate);
    record.outcome.last_price_usd = domain::quantity::PriceUsd::new(fate + 0.1).ok();
    record.outcome.peak_price_usd = record.outcome.last_price_usd;
    record.outcome.entry_price_usd = record.outcome.last_price_usd;
    record.outcome.entry_gap_pct = Some(fate);
    record.outcome.coverage = Some(fate);
    record.outcome.snapshot_count = (1_000.0 * fate) as i32;
    record.outcome.sealed_at = Some(record.alert.alerted_at.plus(std::time::Duration::from_secs(200_000)));
    record.alert.annotations.insert("is_rug".to_owned(), format!("{}", fate < 0.5));
    record
}

#[test]
fn nothing_from_after_the_alert_can_enter_a_feature() {
    let alerts = Market { days: 5, ..Market::NOISE }.alerts(1);
    let futures: Vec<AlertRecord> = alerts.iter().cloned().map(with_another_future).collect();
    let open: Vec<AlertRecord> = as_of_day(&alerts, 5);
    let features = |records: &[AlertRecord]| format!("{:?}", snapshot(records.to_vec()).columns());
    assert_eq!(features(&alerts), features(&futures));
    assert_eq!(features(&alerts), features(&open));
    let outcomes: Vec<String> = domain::field::Field::all()
        .filter(|field| matches!(field, domain::field::Field::Outcome(_)))
        .map(|field| field.to_string())
        .collect();
    assert!(!outcomes.is_empty());
    assert!(snapshot(futures).columns().iter().all(|column| !outcomes.contains(&column.name)));
}

#[test]
fn what_was_decided_on_the_same_alerts_stands_in_the_next_revision_and_falls_with_any_of_them() {
    let mut records = planted();
    records.truncate(260);
    let mut present = snapshot(records[..250].to_vec());
    let decided = |snapshot: &Snapshot| standing::Now::of(snapshot).standing.clone().expect("a checkpoint");
    let asked_anew = |records: &[AlertRecord]| format!("{:?}", ask(records.to_vec()));
    // Ten alerts more: the checkpoint of 200 tokens is still the last.
    let first = decided(&present);
    present = present.with(rows_of(records[250..].to_vec()), &HashSet::new());
    assert!(std::sync::Arc::ptr_eq(&decided(&present), &first));
    assert_eq!(format!("{:?}", correlate(&present, &everything())), asked_anew(&records));
    // One that it rests on turns out otherwise.
    records[7] = labelled(7, true, true);
    present = present.with(rows_of([records[7].clone()]), &HashSet::new());
    assert!(!std::sync::Arc::ptr_eq(&decided(&present), &first));
    assert_eq!(format!("{:?}", correlate(&present, &everything())), asked_anew(&records));
    // One of them goes.
    let gone = records.remove(30);
    present = present.with(rows_of([]), &HashSet::from([gone.alert.id]));
    assert_eq!(format!("{:?}", correlate(&present, &everything())), asked_anew(&records));
}

#[test]
fn what_was_told_of_matured_alerts_is_not_worked_out_anew_while_only_others_come_and_change() {
    let mut records = planted();
    let mut present = snapshot(records.clone());
    let asked_anew = |records: &[AlertRecord]| format!("{:?}", ask(records.to_vec()));
    let features = |snapshot: &Snapshot| {
        let question = description::Described::of(snapshot);
        let kept = snapshot.derived().resting_on(snapshot.standing(domain::cohort::Standing::Matured), &question);
        kept.map(|told: std::sync::Arc<Description>| std::sync::Arc::as_ptr(&told))
    };
    assert_eq!(features(&present), None);
    assert_eq!(format!("{:?}", correlate(&present, &everything())), asked_anew(&records));
    let first = features(&present);
    assert!(first.is_some());
    // One that is followed still, in the middle and with a word that nobody had, then one whose feed was lost.
    for (number, status, word) in [(1_000, OutcomeStatus::Tracking, "a new one"), (1_001, OutcomeStatus::Lost, "orca")]
    {
        let mut other = labelled(number, true, true);
        other.alert.alerted_at = records[200].alert.alerted_at;
        other.alert.features.dex_name = Some(word.to_owned());
        other.outcome.status = status;
        records.push(other.clone());
        present = present.with(rows_of([other]), &HashSet::new());
        assert_eq!(format!("{:?}", correlate(&present, &everything())), asked_anew(&records));
        assert_eq!(features(&present), first);
    }
    // It is lost no more.
    records.last_mut().expect("some").outcome.status = OutcomeStatus::Complete;
    present = present.with(rows_of(records.last().cloned()), &HashSet::new());
    assert_eq!(features(&present), None);
    assert_eq!(format!("{:?}", correlate(&present, &everything())), asked_anew(&records));
}

#[test]
fn a_window_that_is_asked_again_has_the_same_answer_and_so_has_each_of_several() {
    let data = snapshot(planted());
    let window =
        |hours: u64| Window { start: Some(data.alerted_at(0).plus(Duration::from_secs(3_600 * hours))), end: None };
    let ask = |hours: u64| format!("{:?}", correlate(&data, &Question { window: window(hours), ..everything() }));
    let first: Vec<String> = (0..6).map(|part| ask(part * 12)).collect();
    let again: Vec<String> = (0..6).rev().map(|part| ask(part * 12)).collect();
    assert!(first.iter().eq(again.iter().rev()));
    assert!(first[0] != first[1] && first[4] != first[5]);
}

#[test]
fn a_filter_that_is_asked_again_has_the_same_answer_and_one_that_keeps_all_gets_no_verdict_of_theirs() {
    let data = snapshot(planted());
    let ask = |data: &Snapshot, filter: &str| {
        let kept = Kept::of(data, &Filter::parse(filter).expect("a filter")).expect("columns");
        correlate(data, &Question { kept, ..everything() })
    };
    let filters = ["smart_money_involved = true", "NOT lp_locked = true", "final_score >= 0 OR NOT final_score:*"];
    // Nothing is kept yet where each is asked of a revision of its own.
    let anew = filters.map(|filter| format!("{:?}", ask(&snapshot(planted()), filter)));
    let standing = correlate(&data, &everything());
    for _ in 0..2 {
        assert_eq!(filters.map(|filter| format!("{:?}", ask(&data, filter))), anew);
    }
    // What was told of the alerts that a filter keeps is kept, too.
    let kept = Kept::of(&data, &Filter::parse(filters[0]).expect("a filter")).expect("columns");
    let rows = selection::Selection::of(&data, Window::default(), &kept).matured;
    let told = data.derived().resting_on::<_, Description>(&rows, &description::Described::of(&data));
    assert!(told.is_some());
    let all = ask(&data, filters[2]);
    assert_eq!(all.cohort, standing.cohort);
    assert!(standing.progress.is_some() && all.progress.is_none());
    assert_eq!(format!("{:?}", correlate(&data, &everything())), format!("{standing:?}"));
}
