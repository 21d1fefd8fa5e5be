use domain::quantity::{NonNegative, Percent};
use domain::record::AlertRecord;

use super::*;
use crate::correlate::{Question, correlate};
use crate::sample::{labelled, snapshot};

fn ask(records: impl IntoIterator<Item = AlertRecord>) -> Vec<Answered> {
    correlate(&snapshot(records), &Question::standing()).questions
}

fn answer(answers: &[Answered], word: &str) -> Answered {
    answers.iter().find(|answered| answered.question.contains(word)).expect("asked").clone()
}

/// A hundred alerts of either sort: 60 of the first pump, and 20 of the second; 30 and 10 are rugs.
fn two_sorts(mark: impl Fn(&mut AlertRecord, bool)) -> Vec<AlertRecord> {
    (0..200)
        .map(|number| {
            let (is_first, place) = (number % 2 == 0, number / 2);
            let (pumps, rugs) = if is_first { (60, 30) } else { (20, 10) };
            let mut record = labelled(number, place < pumps, place >= 100 - rugs);
            mark(&mut record, is_first);
            record
        })
        .collect()
}

#[test]
fn newer_tokens_are_those_under_an_hour() {
    let answers = ask(two_sorts(|record, is_first| {
        record.alert.features.token_age_minutes = NonNegative::new(if is_first { 59.9 } else { 60.0 }).ok();
    }));
    let found = answer(&answers, "newer");
    assert!(
        found.answer.starts_with("Yes, more pumps so far: 60/100 of those with under 1 h pumped, 20/100"),
        "{}",
        found.answer
    );
    let effect = found.effect.expect("compared");
    assert!((effect.estimate.expect("defined") - 0.4).abs() < 1e-12);
    assert_eq!(found.feature, "token_age_minutes");
    assert!(found.verdict.is_some());
}

#[test]
fn velocity_is_high_from_eight_on() {
    let answers = ask(two_sorts(|record, is_first| {
        record.alert.features.velocity_score_15m = Some(if is_first { 7 } else { 8 });
    }));
    let found = answer(&answers, "velocity");
    assert!(
        found.answer.starts_with("The other way round, fewer pumps so far: 20/100 of those with velocity 8 and more"),
        "{}",
        found.answer
    );
}

#[test]
fn a_top_ten_warning_is_about_rugs_above_thirty_percent() {
    let answers = ask(two_sorts(|record, is_first| {
        record.alert.features.top10_concentration = Percent::new(if is_first { 30.1 } else { 30.0 }).ok();
    }));
    let found = answer(&answers, "top-10");
    assert!(
        found.answer.starts_with("Yes, more rugs so far: 30/100 of those with over 30 % were rugs, 10/100"),
        "{}",
        found.answer
    );
}

#[test]
fn which_dex_and_which_age_name_the_level_that_is_surely_best() {
    let answers = ask(two_sorts(|record, is_first| {
        record.alert.features.dex_name = Some(if is_first { "orca" } else { "raydium" }.to_owned());
        record.alert.features.token_age_minutes = NonNegative::new(if is_first { 500.0 } else { 5.0 }).ok();
    }));
    let dex = answer(&answers, "Which dex");
    assert!(dex.answer.starts_with("orca so far: 60 of 100") && dex.answer.contains("30 of 100"), "{}", dex.answer);
    let age = answer(&answers, "Which age");
    assert!(age.answer.contains("so far: 60 of 100"), "{}", age.answer);
}

#[test]
fn smart_money_is_compared_within_the_scores_that_both_have() {
    let answers = ask(two_sorts(|record, is_first| {
        record.alert.features.smart_money_involved = Some(is_first);
        record.alert.features.final_score = Some(7);
    }));
    let found = answer(&answers, "Smart money");
    assert!(found.answer.starts_with("Yes, more pumps so far: 60/100 of those with smart money"), "{}", found.answer);
    assert!(found.answer.contains("Compared within the scores 7 to 7"), "{}", found.answer);
}

#[test]
fn what_the_data_cannot_tell_is_said_so_and_what_is_not_recorded_too() {
    let even = (0..40).map(|number| {
        let mut record = labelled(number, number % 4 < 2, false);
        record.alert.features.velocity_score_15m = Some(if number % 2 == 0 { 9 } else { 3 });
        record
    });
    let answers = ask(even);
    assert!(answer(&answers, "velocity").answer.starts_with("The data cannot tell: 10/20"));
    let unrecorded = answer(&answers, "Which dex");
    assert_eq!(unrecorded.answer, "There is nothing to compare: record dex_name with enough alerts on both sides.");
    assert_eq!((unrecorded.effect, unrecorded.verdict), (None, None));
}
