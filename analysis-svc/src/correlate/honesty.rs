//! Whether noise is told from effects: thousands of simulated markets, looked at by the code that answers.

use std::collections::HashMap;
use std::time::Duration;

use domain::record::AlertRecord;

use super::standing::{Now, Standing, Tokens, decided_at};
use crate::inference::Target;
use crate::inference::checkpoint::Checkpoint;
use crate::market::{Draw, Market, Planted, over_seeds};
use crate::sample::{BEGIN, labelled, snapshot};
use crate::statistics::proportion::TwoByTwo;
use crate::statistics::strata::exact_two_sided;

const SEEDS: u64 = 2_000;
/// 5 % of the seeds, and what chance may add to that once in a thousand times.
const FALSE_AT_MOST: usize = 131;

fn supports(standing: &Standing) -> bool {
    standing.rulings.iter().any(|ruling| ruling.decided.is_supported)
}

/// Whether a daily look at this market ever shows a supported feature. Between checkpoints the last decision stands, so that
/// the looks of all days see what was decided at the checkpoints that were reached, and nothing else.
fn ever_supported(market: &Market, seed: u64) -> bool {
    let snapshot = snapshot(market.alerts(seed));
    let tokens = Tokens::of(&snapshot);
    let mut checkpoints = Checkpoint::all().map_while(|checkpoint| decided_at(&snapshot, &tokens, checkpoint));
    checkpoints.any(|standing| supports(&standing))
}

#[test]
fn noise_is_hardly_ever_supported_however_often_one_looks() {
    let market = Market { alerts_per_day: 30, ..Market::NOISE };
    let misled = over_seeds(SEEDS, |seed| ever_supported(&market, seed)).into_iter().filter(|&misled| misled).count();
    assert!(misled <= FALSE_AT_MOST, "{misled} of {SEEDS} markets without any effect showed one");
}

#[test]
fn sixteen_points_among_nearly_fifty_questions_are_found_by_eight_hundred_tokens() {
    let planted = Some(Planted { pump_difference: 0.16, rug_difference: 0.0 });
    let market = Market { days: 26, planted, ..Market::NOISE };
    let checkpoint = Checkpoint::all().find(|checkpoint| checkpoint.tokens() == 800).expect("one of them");
    let found = over_seeds(SEEDS / 5, |seed| {
        let snapshot = snapshot(market.alerts(seed));
        let standing = decided_at(&snapshot, &Tokens::of(&snapshot), checkpoint).expect("reached");
        assert!(standing.family_size >= 46, "{} questions", standing.family_size);
        let place = snapshot.columns().iter().position(|column| column.name == "lp_locked").expect("a feature");
        standing.ruling(place, Target::Pump).is_some_and(|ruling| ruling.decided.is_supported)
    });
    let share = found.iter().filter(|&&found| found).count() as f64 / found.len() as f64;
    assert!(share >= 0.8, "found in {share}");
}

/// One comparison of two rates on some days, half of the tokens of each day on either side.
struct Design {
    /// The rates with and without the feature, day by day.
    rates: &'static [(f64, f64)],
    /// Tokens on either side of a day.
    side: u64,
}

impl Design {
    fn alerts(&self, seed: u64) -> Vec<AlertRecord> {
        let mut draw = Draw::of(seed);
        let mut alerts = Vec::new();
        for (day, &(with, without)) in self.rates.iter().enumerate() {
            for token in 0..2 * self.side {
                let is_with = token % 2 == 0;
                let mut record =
                    labelled(alerts.len() as u32, draw.chance(if is_with { with } else { without }), false);
                record.alert.alerted_at = BEGIN.plus(Duration::from_secs(86_400 * day as u64 + token));
                record.alert.features.lp_locked = Some(is_with);
                alerts.push(record);
            }
        }
        alerts
    }

    /// How often it is found by the code that answers: pumps of one feature, at a checkpoint of its own.
    fn found(&self) -> f64 {
        let found = over_seeds(SEEDS, |seed| {
            let now = Now::of(&snapshot(self.alerts(seed)));
            let standing = now.standing.as_ref().expect("reached");
            assert_eq!(standing.checkpoint.tokens(), 2 * self.side * self.rates.len() as u64);
            standing.rulings.iter().any(|ruling| ruling.target == Target::Pump && ruling.decided.is_supported)
        });
        found.iter().filter(|&&found| found).count() as f64 / SEEDS as f64
    }

    /// The chance that the exact test within days rejects at `alpha`, over all outcomes that can be.
    fn exact_power(&self, alpha: f64) -> f64 {
        let days: Vec<Vec<((u64, u64), f64)>> = self.rates.iter().map(|&rates| self.outcomes(rates)).collect();
        let mut rejects = HashMap::new();
        let mut power = 0.0;
        let mut places = vec![0; days.len()];
        loop {
            let chance: f64 = places.iter().zip(&days).map(|(&place, day)| day[place].1).product();
            if chance > 1e-12 {
                let tables: Vec<TwoByTwo> = places
                    .iter()
                    .zip(&days)
                    .map(|(&place, day)| day[place].0)
                    .filter_map(|(with, without)| TwoByTwo::new((with, self.side), (without, self.side)))
                    .collect();
                // The test depends on the margins and on all events with the feature together.
                let margins: Vec<u64> = tables.iter().map(TwoByTwo::events).collect();
                let events: u64 = tables.iter().map(|day| day.with.events()).sum();
                let rejects = rejects.entry((margins, events)).or_insert_with(|| exact_two_sided(&tables) <= alpha);
                power += if *rejects { chance } else { 0.0 };
            }
            let Some(day) = (0..days.len()).find(|&day| places[day] + 1 < days[day].len()) else { return power };
            places[day] += 1;
            places[..day].fill(0);
        }
    }

    /// Every pair of events of a day with its chance, the hopeless ones left out.
    fn outcomes(&self, (with, without): (f64, f64)) -> Vec<((u64, u64), f64)> {
        let chances = |rate: f64| {
            let mut chance = (1.0 - rate).powi(self.side as i32);
            let mut all = vec![chance];
            for events in 0..self.side {
                chance *= (self.side - events) as f64 / (events + 1) as f64 * rate / (1.0 - rate);
                all.push(chance);
            }
            all
        };
        let (with, without) = (chances(with), chances(without));
        let pairs = (0..=self.side).flat_map(|x| (0..=self.side).map(move |y| (x, y)));
        pairs
            .map(|(x, y)| ((x, y), with[x as usize] * without[y as usize]))
            .filter(|(_, chance)| *chance > 1e-9)
            .collect()
    }
}

#[test]
fn planted_effects_are_found_as_often_as_the_exact_test_of_their_level_can() {
    let level = Checkpoint::reached(100).expect("the first").alpha() / 2.0;
    let designs = [
        Design { rates: &[(0.55, 0.2)], side: 50 },
        Design { rates: &[(0.65, 0.2)], side: 50 },
        Design { rates: &[(0.37, 0.2)], side: 200 },
        Design { rates: &[(0.6, 0.3), (0.5, 0.1)], side: 25 },
    ];
    for design in designs {
        let (found, power) = (design.found(), design.exact_power(level));
        assert!((found - power).abs() <= 0.04, "{:?}: found in {found}, power {power}", design.rates);
        assert!((0.2..0.98).contains(&power), "{:?}: {power} tells nothing", design.rates);
    }
}
