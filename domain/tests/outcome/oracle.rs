//! The running fold beside the same rules written down over the whole path at once.

use domain::timestamp::Timestamp;
use proptest::prelude::*;

use crate::tape::{ALERT, Tape, at, close};

/// A path whose every step is believed: minutes and prices.
fn path() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((prop_oneof![4 => 0.3..3.5_f64, 1 => 3.5..70.0_f64], -0.7..0.7_f64), 1..120).prop_map(
        |steps| {
            let (mut minutes, mut log_price) = (0.0, 0.0_f64);
            let walk = steps.into_iter().map(|(gap, drift)| {
                minutes += gap;
                log_price = (log_price + drift).clamp(-4.0, 4.0);
                (minutes, log_price.exp())
            });
            walk.collect()
        },
    )
}

fn millis(minutes: f64) -> i64 {
    at(minutes).millis() - ALERT.millis()
}

/// What each observation counts as.
fn counted(path: &[(f64, f64)]) -> Vec<f64> {
    let neighbour = |a: usize, b: usize| {
        let near = millis(path[b].0) - millis(path[a].0) <= 180_000;
        near.then_some(())
    };
    (0..path.len())
        .map(|index| {
            let left = index.checked_sub(1).and_then(|left| neighbour(left, index).map(|()| path[left].1));
            let right =
                (index + 1 < path.len()).then(|| neighbour(index, index + 1).map(|()| path[index + 1].1)).flatten();
            match left.into_iter().chain(right).reduce(f64::max) {
                Some(better) => path[index].1.min(better),
                None => path[index].1,
            }
        })
        .collect()
}

fn return_at(path: &[(f64, f64)], entry: f64, horizon: f64, fresh: f64) -> Option<f64> {
    let &(minutes, price) = path.iter().rev().find(|(minutes, _)| millis(*minutes) <= millis(horizon))?;
    (millis(horizon) - millis(minutes) <= millis(fresh)).then(|| (price / entry - 1.0) * 100.0)
}

#[track_caller]
fn same(actual: Option<f64>, expected: Option<f64>) {
    match expected {
        Some(expected) => close(actual, expected),
        None => assert_eq!(actual, None),
    }
}

proptest! {
    #[test]
    fn the_running_fold_agrees_with_the_rules_over_the_whole_path(path in path()) {
        let outcome = {
            let mut tape = Tape::new().looks(&path);
            tape.subject.window = std::time::Duration::from_secs(100 * 3_600);
            tape.observations.dedup_by_key(|look| look.observed_at);
            prop_assume!(tape.observations.len() == path.len());
            tape.policy.seal.last_price_within_seconds = u32::MAX;
            tape.policy.seal.coverage_at_least = 0.0;
            tape.sealed()
        };
        prop_assert_eq!(outcome.snapshot_count as usize, path.len());
        let entry = if path[0].0 <= 10.0 { path[0].1 } else { 1.0 };
        close(outcome.entry_price_usd.map(|price| price.get()), entry);

        let counted = counted(&path);
        let peak = counted.iter().copied().fold(entry, f64::max);
        close(outcome.max_gain_pct, (peak / entry - 1.0) * 100.0);
        let low = path.iter().map(|(_, price)| *price).fold(entry, f64::min);
        close(outcome.max_drawdown_pct, (low / entry - 1.0) * 100.0);
        let deepest = (0..path.len())
            .map(|trough| {
                let before = counted[..trough].iter().copied().fold(entry, f64::max);
                path[trough].1 / before
            })
            .fold(1.0, f64::min);
        close(outcome.drawdown_from_peak_pct, (deepest - 1.0) * 100.0);
        let pumped = counted.iter().position(|price| *price > entry * 1.5).map(|index| at(path[index].0));
        prop_assert_eq!(outcome.pumped_at, pumped as Option<Timestamp>);
        prop_assert_eq!(outcome.fell_80, Some(low < entry * 0.2));

        same(outcome.return_1h_pct, return_at(&path, entry, 60.0, 5.0));
        same(outcome.return_6h_pct, return_at(&path, entry, 360.0, 15.0));
        same(outcome.return_24h_pct, return_at(&path, entry, 1_440.0, 60.0));
    }
}
