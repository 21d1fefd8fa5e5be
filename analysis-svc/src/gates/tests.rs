use super::*;
use crate::dataset::{Bitmap, Snapshot};
use crate::sample::{labelled, noise, record, snapshot};
use proptest::prelude::*;

/// Alerts over several days, some without a known exit.
fn market(alerts: u32) -> Snapshot {
    snapshot((0..alerts).map(|number| {
        let mut record = labelled(number, noise(number, 1) < 0.3, noise(number, 2) < 0.2);
        record.outcome.exit_return_pct =
            (noise(number, 3) < 0.9).then(|| (1.0 / noise(number, 4).max(1e-4)) * 20.0 - 60.0);
        record
    }))
}

fn rows(snapshot: &Snapshot, bits: &[bool]) -> Bitmap {
    Bitmap::of(snapshot.len(), |row| bits[row % bits.len()])
}

proptest! {
    #[test]
    fn the_tally_of_the_kept_and_of_the_dropped_add_up(bits in prop::collection::vec(any::<bool>(), 1..400)) {
        let snapshot = market(300);
        let replay = Replay::of(&snapshot);
        let (all, kept) = (Bitmap::of(300, |_| true), rows(&snapshot, &bits));
        let (whole, part) = (replay.tally(&all), replay.tally(&kept));
        prop_assert_eq!(whole - part, replay.tally(&all.and_not(&kept)));
        prop_assert_eq!(replay.by_day(&kept).tally(), part);
        prop_assert_eq!(part.alerts, kept.count());
    }

    #[test]
    fn a_random_cut_that_keeps_all_is_what_there_is(bits in prop::collection::vec(any::<bool>(), 1..400)) {
        let snapshot = market(300);
        let replay = Replay::of(&snapshot);
        let from = rows(&snapshot, &bits);
        let (thinned, tally) = (replay.by_day(&from).thinned_to(&from), replay.tally(&from));
        prop_assert_eq!((thinned.alerts, thinned.winners), (f64::from(tally.alerts), f64::from(tally.winners)));
        prop_assert!((thinned.capped_pct - tally.capped.pct()).abs() < 1e-6);
        prop_assert!(thinned.capped_deviation_pct < 1e-9);
    }
}

#[test]
fn the_expectation_and_the_spread_of_a_random_cut_are_those_of_all_its_draws() {
    // Two days of five and four alerts (72 a day, so the first day's are cut off by choosing rows): keep 2 and 1 of them.
    let returns = [10.0, -40.0, 900.0, -5.0, 30.0, 7.0, -60.0, 55.0, 410.0];
    let places = [0, 1, 2, 3, 4, 72, 73, 74, 75];
    let snapshot = snapshot(places.iter().zip(returns).map(|(&place, exit)| {
        let mut record = record(place);
        record.outcome.exit_return_pct = Some(exit);
        record
    }));
    let replay = Replay::of(&snapshot);
    let (from, kept) = (Bitmap::of(9, |_| true), Bitmap::of(9, |row| [1, 3, 8].contains(&row)));
    let mut sums = Vec::new();
    for a in 0..5 {
        for b in a + 1..5 {
            for c in 5..9 {
                sums.push([a, b, c].map(|row: usize| returns[row].min(400.0)).iter().sum::<f64>());
            }
        }
    }
    let mean = sums.iter().sum::<f64>() / sums.len() as f64;
    let variance = sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / sums.len() as f64;
    let thinned = replay.by_day(&from).thinned_to(&kept);
    assert!((thinned.capped_pct - mean).abs() < 1e-9, "{thinned:?} where all draws have {mean}");
    assert!((thinned.capped_deviation_pct - variance.sqrt()).abs() < 1e-9, "{thinned:?} against {}", variance.sqrt());
    assert!((thinned.alerts - 3.0).abs() < 1e-12);
}
