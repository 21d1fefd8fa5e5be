//! Honesty, held over 2,000 markets each: an operator who looks every day for 60 days is shown a certified remedy by chance in
//! no more than one market of twenty (131 of 2,000 leave room for the luck of the seeds: 100 ± 3.2 standard errors), also
//! where the market falls and every cut "saves"; and what is there is found.

use std::collections::BTreeSet;

use domain::gate::Catalogue;
use domain::outcome::policy::Policy;

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

/// What is certified at any of the checkpoints that a market passes, by the keys that it turns. Between two checkpoints the
/// answer is that of the last, as the test below holds, so that these are all the answers of all days.
fn ever_certified(market: Market, seed: u64) -> BTreeSet<String> {
    let snapshot = Snapshot::of(market.alerts(seed), &Policy::default());
    let selection = Selection::of(&snapshot, Window::default(), &Kept::everything());
    let matured = u64::from(selection.matured.count());
    let mut certified = BTreeSet::new();
    for checkpoint in Checkpoint::all().take_while(|checkpoint| checkpoint.tokens() <= matured) {
        let question = (None, Objective::default());
        let standing = at(checkpoint, &snapshot, Catalogue::callsbot(), &selection, question, &Watch::default());
        let Standing::Answered(certification, ladders) = standing.expect("waited for") else { continue };
        for gate in certification.examined.iter().filter(|gate| gate.is_certified) {
            let keys: Vec<&str> = gate.found.turns.iter().map(|turn| ladders[turn.ladder].key.as_str()).collect();
            certified.insert(keys.join(" "));
        }
    }
    certified
}

fn runs_with_a_certificate(market: Market) -> usize {
    over_seeds(2_000, |seed| !ever_certified(market, seed).is_empty())
        .into_iter()
        .filter(|&is_certified| is_certified)
        .count()
}

#[test]
fn noise_is_certified_in_no_more_than_one_market_of_twenty() {
    let runs = runs_with_a_certificate(Market::NOISE);
    println!("{runs} of 2000 runs certify");
    assert!(runs <= 131, "{runs} of 2000 runs");
}

#[test]
fn in_a_falling_market_no_cut_is_certified_for_what_every_cut_saves() {
    let runs = runs_with_a_certificate(Market { fall: 2.0, drift: 0.6, ..Market::NOISE });
    println!("{runs} of 2000 runs certify");
    assert!(runs <= 131, "{runs} of 2000 runs");
}

#[test]
fn a_segment_that_loses_money_is_certified() {
    let planted = Planted { pump_difference: 0.2, rug_difference: -0.2 };
    let market = Market { alerts_per_day: 60, planted: Some(planted), ..Market::NOISE };
    let found = over_seeds(200, |seed| ever_certified(market, seed));
    let right = found.iter().filter(|keys| keys.iter().any(|keys| keys.contains("REQUIRE_LP_LOCKED"))).count();
    let wrong = found.iter().filter(|keys| keys.iter().any(|keys| !keys.contains("REQUIRE_LP_LOCKED"))).count();
    println!("{right} right, {wrong} wrong of 200");
    assert!(right >= 160, "{right} of 200 runs");
    assert!(wrong <= 16, "{wrong} of 200 runs");
}

#[test]
fn what_is_asked_between_checkpoints_has_the_answer_of_the_last() {
    let planted = Planted { pump_difference: 0.25, rug_difference: -0.3 };
    let market = Market { days: 45, alerts_per_day: 60, planted: Some(planted), ..Market::NOISE };
    let alerts = market.alerts(7);
    let mut by_checkpoint = std::collections::BTreeMap::new();
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
