//! Honesty, held over 2,000 markets each: an operator who looks every day for 60 days is shown a certified remedy by chance in
//! no more than one market of twenty (131 of 2,000 leave room for the luck of the seeds: 100 and 3.2 standard errors), also
//! where the market falls and every cut "saves"; and what is there is found.
//!
//! Between two checkpoints the answer is that of the last, which a test holds, so that the answers of all checkpoints are
//! those of all days.

mod market;

use std::collections::{BTreeMap, BTreeSet};

use domain::gate::Catalogue;
use domain::outcome::policy::Policy;

use super::certification::certification;
use super::objective::Objective;
use super::standing::{Standing, at};
use super::{Request, advise};
use crate::advice::recommendation::Confidence;
use crate::correlate::selection::{Selection, Window};
use crate::dataset::Snapshot;
use crate::dataset::filter::Kept;
use crate::inference::checkpoint::Checkpoint;
use crate::market::{Market, Planted, as_of_day, over_seeds};
use crate::progress::Watch;
use market::Alerts;

/// The keys that are certified at any checkpoint.
fn ever_certified(market: market::Market, seed: u64) -> BTreeSet<String> {
    let alerts = Alerts::of(market, seed);
    let reached = Checkpoint::all().take_while(|checkpoint| checkpoint.tokens() <= alerts.matured());
    let mut certified = BTreeSet::new();
    for checkpoint in reached.filter(|checkpoint| alerts.has_two_parts(*checkpoint)) {
        let (cases, ladders) = alerts.first(checkpoint);
        let found = certification(checkpoint, &cases, &ladders, Objective::default(), 100.0, &Watch::default());
        for gate in found.expect("waited for").examined.iter().filter(|gate| gate.is_certified) {
            certified.extend(gate.found.turns.iter().map(|turn| ladders[turn.ladder].key.clone()));
        }
    }
    certified
}

fn runs_with_a_certificate(market: market::Market) -> usize {
    let runs = over_seeds(2_000, |seed| !ever_certified(market, seed).is_empty());
    runs.into_iter().filter(|&is_certified| is_certified).count()
}

#[test]
fn noise_is_certified_in_no_more_than_one_market_of_twenty() {
    let runs = runs_with_a_certificate(market::NOISE);
    assert!(runs <= 131, "{runs} of 2000 runs");
}

#[test]
fn in_a_falling_market_no_cut_is_certified_for_what_every_cut_saves() {
    let runs = runs_with_a_certificate(market::Market { fall: 25.0, ..market::NOISE });
    assert!(runs <= 131, "{runs} of 2000 runs");
}

#[test]
fn a_segment_that_loses_money_is_certified_and_little_else() {
    let found = over_seeds(200, |seed| ever_certified(market::Market { planted: 35.0, ..market::NOISE }, seed));
    let right = found.iter().filter(|keys| keys.contains(market::PLANTED)).count();
    let wrong = found.iter().filter(|keys| keys.iter().any(|key| key != market::PLANTED)).count();
    assert!(right >= 180, "{right} of 200 runs");
    assert!(wrong <= 13, "{wrong} of 200 runs");
}

/// The same from alerts to answers: through the columns, the catalogue and the config that the alerts obey.
#[test]
fn noise_among_alerts_with_25_features_is_hardly_ever_certified() {
    let runs = over_seeds(60, |seed| {
        let snapshot = Snapshot::of(Market::NOISE.alerts(seed), &Policy::default());
        let selection = Selection::of(&snapshot, Window::default(), &Kept::everything());
        let matured = u64::from(selection.matured.count());
        Checkpoint::all().take_while(|checkpoint| checkpoint.tokens() <= matured).any(|checkpoint| {
            let question = (None, Objective::default());
            let standing = at(checkpoint, &snapshot, Catalogue::callsbot(), &selection, question, &Watch::default());
            let Standing::Answered(certification, _) = standing.expect("waited for") else { return false };
            certification.examined.iter().any(|gate| gate.is_certified)
        })
    });
    let runs = runs.into_iter().filter(|&is_certified| is_certified).count();
    assert!(runs <= 9, "{runs} of 60 runs");
}

#[test]
fn what_is_asked_between_checkpoints_has_the_answer_of_the_last() {
    let planted = Planted { pump_difference: 0.25, rug_difference: -0.3 };
    let market = Market { days: 45, alerts_per_day: 60, planted: Some(planted), ..Market::NOISE };
    let alerts = market.alerts(7);
    let mut by_checkpoint = BTreeMap::new();
    for day in (20..=45).step_by(5) {
        let snapshot = Snapshot::of(as_of_day(&alerts, day), &Policy::default());
        let request = Request {
            current: None,
            objective: Objective::default(),
            window: Window::default(),
            standing: Ok(()),
            cooldowns: Vec::new(),
        };
        let advice = advise(&snapshot, Catalogue::callsbot(), &request, &Watch::default()).expect("waited for");
        let certified = advice.recommendations.iter().filter(|one| one.confidence == Confidence::Certified);
        let answer: Vec<_> = certified
            .map(|one| (one.set.clone(), one.evidence.certificate.as_ref().map(|of| of.p_value.to_bits())))
            .collect();
        let known = by_checkpoint.entry(advice.checkpoint_tokens).or_insert_with(|| answer.clone());
        assert_eq!(*known, answer, "on day {day}");
    }
    assert!(by_checkpoint.len() > 1 && by_checkpoint.values().any(|answer| !answer.is_empty()), "{by_checkpoint:?}");
}
