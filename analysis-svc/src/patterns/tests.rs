use std::collections::BTreeMap;

use proptest::prelude::*;

use super::counts::Counts;
use super::layout::{Case, Layout};
use super::rank::{Found, rank};
use super::search::{Combination, Condition, Search};
use crate::inference::Target;
use crate::progress::{Stopped, Watch};
use crate::sample::noise;

/// Alerts with three features: a yes/no one, one with three bins, and a yes/no one, all known or not.
#[derive(Clone, Debug)]
struct Alert {
    day: u32,
    pump: Option<bool>,
    rug: Option<bool>,
    values: [Option<usize>; 3],
}

const SIZES: [usize; 3] = [2, 3, 2];

fn alert() -> impl Strategy<Value = Alert> {
    let values = SIZES.map(|size| prop::option::weighted(0.9, 0..size));
    (0..5_u32, prop::option::weighted(0.9, any::<bool>()), prop::option::weighted(0.9, any::<bool>()), values)
        .prop_map(|(day, pump, rug, values)| Alert { day, pump, rug, values })
}

fn layout(alerts: &[Alert]) -> (Layout, Vec<Condition>) {
    let cases = (0..).zip(alerts).map(|(row, alert)| Case { row, day: alert.day, pump: alert.pump, rug: alert.rug });
    let layout = Layout::of(cases.collect());
    let conditions = SIZES.iter().enumerate().flat_map(|(feature, &size)| {
        layout
            .parted(size, |row| alerts[row].values[feature])
            .into_iter()
            .map(move |words| Condition { feature, words })
    });
    let conditions = conditions.collect();
    (layout, conditions)
}

/// Which value of which feature the conditions stand for.
fn meaning(condition: u16) -> (usize, usize) {
    let mut rest = usize::from(condition);
    for (feature, size) in SIZES.into_iter().enumerate() {
        if rest < size {
            return (feature, rest);
        }
        rest -= size;
    }
    unreachable!("there are no more conditions")
}

fn run(alerts: &[Alert], floor: u32) -> BTreeMap<Vec<u16>, Counts> {
    let (layout, conditions) = layout(alerts);
    let search = Search { layout: &layout, conditions: &conditions, depth: 3, floor };
    let keep = |combination: &Combination, counts: &Counts, _: &_| (combination.conditions().to_vec(), *counts);
    search.run(&Watch::default(), keep).expect("nobody stops it").into_iter().collect()
}

proptest! {
    #[test]
    fn every_combination_is_counted_as_by_going_through_the_alerts(alerts in prop::collection::vec(alert(), 0..300), floor in 1_u32..20) {
        let (layout, _) = layout(&alerts);
        let found = run(&alerts, floor);
        let mut expected = 0;
        for a in 0..2_u16 {
            for b in 2..5_u16 {
                for c in 5..7_u16 {
                    for conditions in [vec![a], vec![b], vec![c], vec![a, b], vec![a, c], vec![b, c], vec![a, b, c]] {
                        let meets = |row: usize| conditions.iter().all(|&condition| {
                            let (feature, value) = meaning(condition);
                            alerts[row].values[feature] == Some(value)
                        });
                        let counts = layout.count(&layout.parted(1, |row| meets(row).then_some(0)).remove(0));
                        let members: Vec<&Alert> = (0..alerts.len()).filter(|&row| meets(row)).map(|row| &alerts[row]).collect();
                        prop_assert_eq!(counts.alerts as usize, members.len());
                        prop_assert_eq!(counts.of(Target::Pump).events as usize, members.iter().filter(|alert| alert.pump == Some(true)).count());
                        prop_assert_eq!(counts.of(Target::Rug).known as usize, members.iter().filter(|alert| alert.rug.is_some()).count());
                        let found = found.get(&conditions);
                        prop_assert_eq!(found.copied(), (counts.alerts >= floor).then_some(counts));
                        expected += usize::from(found.is_some());
                    }
                }
            }
        }
        prop_assert!(expected >= found.len());
    }

    #[test]
    fn permuting_the_alerts_changes_nothing(alerts in prop::collection::vec(alert(), 0..300), seed in any::<u32>()) {
        let mut permuted: Vec<(u32, Alert)> = (0..).zip(&alerts).map(|(number, alert)| (number, alert.clone())).collect();
        permuted.sort_by(|a, b| noise(a.0, seed).total_cmp(&noise(b.0, seed)));
        let permuted: Vec<Alert> = permuted.into_iter().map(|(_, alert)| alert).collect();
        prop_assert_eq!(run(&alerts, 5), run(&permuted, 5));
        prop_assert_eq!(ranked(&alerts), ranked(&permuted));
    }

    #[test]
    fn the_chance_is_never_said_to_be_less_than_the_exact_test_within_days_says(alerts in prop::collection::vec(alert(), 1..60)) {
        for (_, counts) in run(&alerts, 1).into_iter().zip(0..).map(|((conditions, counts), _)| (conditions.clone(), (conditions, counts))) {
            let (conditions, counts) = counts;
            let meets = |alert: &Alert| conditions.iter().all(|&condition| {
                let (feature, value) = meaning(condition);
                alert.values[feature] == Some(value)
            });
            let exact = exact_upper_tail(&alerts, meets);
            prop_assert!(counts.of(Target::Pump).p_value() >= exact - 1e-12, "{counts:?}: {exact}");
        }
    }
}

/// P(pumps among those that meet it ≥ seen) where each day's pumps are dealt out at random, by convolution.
fn exact_upper_tail(alerts: &[Alert], meets: impl Fn(&Alert) -> bool) -> f64 {
    let mut distribution = vec![1.0];
    let mut seen = 0;
    for day in 0..5 {
        let known: Vec<&Alert> = alerts.iter().filter(|alert| alert.day == day && alert.pump.is_some()).collect();
        let events = known.iter().filter(|alert| alert.pump == Some(true)).count();
        let drawn = known.iter().filter(|alert| meets(alert)).count();
        seen += known.iter().filter(|alert| meets(alert) && alert.pump == Some(true)).count();
        let of_day: Vec<f64> = (0..=drawn).map(|count| hypergeometric(count, events, drawn, known.len())).collect();
        let mut next = vec![0.0; distribution.len() + drawn];
        for (a, before) in distribution.iter().enumerate() {
            of_day.iter().enumerate().for_each(|(b, chance)| next[a + b] += before * chance);
        }
        distribution = next;
    }
    distribution[seen..].iter().sum()
}

fn hypergeometric(count: usize, events: usize, drawn: usize, all: usize) -> f64 {
    let choose =
        |n: usize, k: usize| if k > n { 0.0 } else { (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product() };
    choose(events, count) * choose(all - events, drawn - count) / choose(all, drawn)
}

fn ranked(alerts: &[Alert]) -> (Vec<Found>, Vec<Found>) {
    let (layout, conditions) = layout(alerts);
    let search = Search { layout: &layout, conditions: &conditions, depth: 3, floor: 5 };
    let ranking = rank(&search, 10, &Watch::default()).expect("nobody stops it");
    (ranking.pumps, ranking.rugs)
}

/// 800 alerts of which those with the first two features pump more often than with either alone.
fn planted() -> Vec<Alert> {
    (0..800)
        .map(|number| {
            let values = [0, 1, 2].map(|stream| {
                Some((noise(number, stream) * SIZES[stream as usize] as f64) as usize % SIZES[stream as usize])
            });
            let chance = if values[0] == Some(0) && values[1] == Some(2) { 0.7 } else { 0.2 };
            Alert {
                day: number / 40,
                pump: Some(noise(number, 9) < chance),
                rug: Some(noise(number, 10) < 0.1),
                values,
            }
        })
        .collect()
}

#[test]
fn a_planted_combination_comes_first_and_is_better_than_each_of_its_parents() {
    let (pumps, _) = ranked(&planted());
    let is_planted = |found: &Found| found.combination.conditions().starts_with(&[0, 4]);
    assert!(is_planted(&pumps[0]) && pumps.iter().any(|found| found.combination.conditions() == [0, 4]), "{pumps:?}");
    assert!(pumps[0].q_value < 1e-6, "{:?}", pumps[0]);
    let (layout, conditions) = layout(&planted());
    let search = Search { layout: &layout, conditions: &conditions, depth: 3, floor: 5 };
    let listed: Vec<_> = pumps.iter().map(|found| found.combination).collect();
    let lows = |counted: &super::search::Counted, combination: &Combination| {
        counted.parents(combination).map(|parent| parent.of(Target::Pump).low()).fold(0.0, f64::max)
    };
    let kept = search.run(&Watch::default(), |combination, counts, counted| {
        (*combination, counts.of(Target::Pump).low(), lows(counted, combination))
    });
    for (combination, low, parents) in kept.expect("nobody stops it") {
        assert!(!listed.contains(&combination) || low > parents, "{combination:?}");
    }
}

#[test]
fn what_is_nearly_the_same_under_another_name_is_listed_once() {
    let alerts: Vec<Alert> = planted()
        .into_iter()
        .zip(0_u32..)
        .map(|(mut alert, number)| {
            // The third feature says nearly the same as the first.
            alert.values[2] = if number % 50 == 0 { alert.values[0].map(|value| 1 - value) } else { alert.values[0] };
            alert
        })
        .collect();
    let (pumps, _) = ranked(&alerts);
    let single = |condition: u16| pumps.iter().filter(|found| found.combination.conditions() == [condition]).count();
    assert_eq!(single(0) + single(5), 1, "{pumps:?}");
    assert!(!pumps.iter().any(|found| found.combination.conditions() == [0, 4, 5]) || pumps.len() < 10);
}

#[test]
fn it_stops_when_nobody_waits_any_more() {
    let (layout, conditions) = layout(&planted());
    let search = Search { layout: &layout, conditions: &conditions, depth: 3, floor: 5 };
    let watch = Watch::default();
    drop(watch.waiting());
    assert_eq!(rank(&search, 10, &watch).map(|ranking| ranking.looked_at), Err(Stopped));
}

#[test]
fn in_noise_nothing_has_a_small_q_value_more_often_than_promised() {
    let false_finds = (0..200_u32)
        .filter(|seed| {
            let alerts: Vec<Alert> = (0..400)
                .map(|number| {
                    let day = number / 20;
                    let level = 0.1 + 0.3 * noise(day, 1_000 + seed);
                    let value =
                        |stream: u32, size: usize| (noise(number, stream + 10 * seed) * size as f64 * 0.999_9) as usize;
                    Alert {
                        day,
                        pump: Some(noise(number, 5 + 10 * seed) < level),
                        rug: Some(noise(number, 6 + 10 * seed) < 0.14),
                        values: [Some(value(0, 2)), Some(value(1, 3)), Some(value(2, 2))],
                    }
                })
                .collect();
            let (pumps, rugs) = ranked(&alerts);
            pumps.iter().chain(&rugs).any(|found| found.q_value <= 0.05)
        })
        .count();
    // 5 % of 200 are 10; 21 is three standard deviations above.
    assert!(false_finds <= 19, "{false_finds} of 200");
}
