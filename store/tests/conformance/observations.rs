//! Storing prices, and what they make of outcomes.

use std::time::Duration;

use anyhow::{Context, Result};
use domain::alert::{Alert, AlertId};
use domain::observation::Observation;
use domain::outcome::{Happening, Outcome};
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use futures::TryStreamExt;
use store::alerts::NewAlert;
use store::observations::{Batch, BatchReport, Reception};

use crate::bench::Bench;
use crate::market::{Dice, START, alert, batch, look, minutes, new, path, price, token};

pub async fn follow(bench: &Bench, number: u32) -> Result<Alert> {
    let alert = alert(number, START);
    bench.store.alerts().record(new(alert.clone()), &bench.rules).await?;
    Ok(alert)
}

async fn record(bench: &Bench, observations: Vec<(TokenKey, Observation)>) -> Result<BatchReport> {
    let now = START.plus(Duration::from_hours(1));
    Ok(bench.store.observations().record(batch(observations), now, &bench.rules).await?)
}

async fn outcome(bench: &Bench, id: AlertId) -> Result<Outcome> {
    Ok(bench.store.alerts().get(id).await?.context("recorded")?.outcome)
}

/// The stored outcome is, bit for bit, what a fresh fold of the stored prices gives.
pub async fn equals_a_fresh_fold(bench: &Bench, id: AlertId) -> Result<()> {
    let refold = bench.store.outcomes().refold(id, &bench.rules).await?.context("recorded")?;
    assert_eq!(refold.stored_state, refold.fresh_state);
    assert_eq!(refold.stored, refold.fresh);
    Ok(())
}

pub async fn the_same_observation_again_changes_nothing(bench: &Bench) -> Result<()> {
    let alert = follow(bench, 1).await?;
    let seen = path(1, &[1.0, 1.2, 1.1]);
    assert_eq!(record(bench, seen.clone()).await?.receptions, [Reception::Accepted; 3]);
    let before = outcome(bench, alert.id).await?;
    let again = record(bench, seen.clone()).await?;
    assert_eq!(again.receptions, [Reception::Duplicate; 3]);
    assert_eq!(again.happenings, []);
    let twice = vec![seen[0].clone(), (token(1), look(START.plus(minutes(9)), 1.0)), seen[0].clone()];
    let answers = record(bench, twice).await?.receptions;
    assert_eq!(answers, [Reception::Duplicate, Reception::Accepted, Reception::Duplicate]);
    assert_eq!(outcome(bench, alert.id).await?.snapshot_count, before.snapshot_count + 1);
    equals_a_fresh_fold(bench, alert.id).await
}

pub async fn the_last_price_of_a_token_is_the_median_of_three_recent_ones(bench: &Bench) -> Result<()> {
    for number in 1..=3 {
        follow(bench, number).await?;
    }
    record(bench, path(1, &[9.0, 9.0, 1.0, 50.0, 2.0])).await?;
    record(bench, path(2, &[3.0])).await?;
    let asked = [token(1), token(2), token(3), token(4)];
    let last = bench.store.observations().last_prices(&asked, START).await?;
    assert_eq!(last.len(), 2, "the others have no price");
    let all = path(1, &[9.0, 9.0, 1.0, 50.0, 2.0]);
    assert_eq!(last[&token(1)], (price(2.0), all[4].1.observed_at));
    assert_eq!(last[&token(2)].0, price(3.0));
    let later = all[4].1.observed_at.plus(Duration::from_millis(1));
    assert!(bench.store.observations().last_prices(&asked, later).await?.is_empty());
    Ok(())
}

pub async fn other_values_under_the_same_key_are_refused(bench: &Bench) -> Result<()> {
    let alert = follow(bench, 1).await?;
    record(bench, path(1, &[1.0, 1.2])).await?;
    let before = outcome(bench, alert.id).await?;
    let other_price = record(bench, path(1, &[1.0, 1.3])).await?;
    assert_eq!(other_price.receptions, [Reception::Duplicate, Reception::Conflict]);
    let mut other_pool = path(1, &[1.0, 1.2]);
    other_pool[0].1.pool = None;
    assert_eq!(record(bench, other_pool).await?.receptions, [Reception::Conflict, Reception::Duplicate]);
    let mut within = path(1, &[1.0, 1.2, 1.3]);
    within[2].1.observed_at = START.plus(minutes(9));
    within.push((token(1), look(START.plus(minutes(9)), 1.4)));
    assert_eq!(record(bench, within).await?.receptions[2..], [Reception::Accepted, Reception::Conflict]);
    assert_eq!(outcome(bench, alert.id).await?.snapshot_count, before.snapshot_count + 1);
    // Another source is another key.
    let mut other_source = path(1, &[1.0, 1.25]);
    other_source.iter_mut().for_each(|(_, seen)| seen.source = "jupiter".into());
    assert_eq!(record(bench, other_source).await?.receptions, [Reception::Accepted; 2]);
    equals_a_fresh_fold(bench, alert.id).await
}

pub async fn a_repetition_of_what_was_refused_is_refused_too(bench: &Bench) -> Result<()> {
    follow(bench, 1).await?;
    let at = START.plus(minutes(1));
    record(bench, vec![(token(1), look(at, 1.0))]).await?;
    let stray = (token(9), look(at, 1.0));
    let [other, right] = [2.0, 1.0].map(|price| (token(1), look(at, price)));
    let batch = vec![stray.clone(), other.clone(), stray, other, right];
    let expected = [
        Reception::UnknownToken,
        Reception::Conflict,
        Reception::UnknownToken,
        Reception::Conflict,
        Reception::Duplicate,
    ];
    assert_eq!(record(bench, batch).await?.receptions, expected);
    Ok(())
}

pub async fn what_cannot_be_stored_is_answered_and_the_rest_is_stored(bench: &Bench) -> Result<()> {
    let alert = follow(bench, 1).await?;
    let now = START.plus(Duration::from_hours(1));
    let with = |change: &dyn Fn(&mut Observation)| {
        let mut seen = look(START.plus(minutes(3)), 1.0);
        change(&mut seen);
        (token(1), seen)
    };
    let observations = vec![
        with(&|seen| seen.source = "a\0b".into()),
        with(&|seen| seen.source = "".into()),
        with(&|seen| seen.source = "x".repeat(65).into()),
        with(&|seen| seen.pool = Some("\0".into())),
        with(&|seen| seen.observed_at = Timestamp::from_seconds(1_500_000_000)),
        with(&|seen| seen.observed_at = now.plus(Duration::from_hours(25))),
        (token(99), look(START, 1.0)),
        with(&|_| {}),
    ];
    let report = bench.store.observations().record(batch(observations), now, &bench.rules).await?;
    use Reception::{Accepted, Invalid, OutsideRetention, UnknownToken};
    let expected = [Invalid, Invalid, Invalid, Invalid, OutsideRetention, OutsideRetention, UnknownToken, Accepted];
    assert_eq!(report.receptions, expected);
    assert_eq!(outcome(bench, alert.id).await?.snapshot_count, 1);
    assert_eq!(bench.count("tokens").await?, 1);
    Ok(())
}

pub async fn an_observation_is_kept_to_the_millisecond(bench: &Bench) -> Result<()> {
    follow(bench, 1).await?;
    let finer = Timestamp::from_micros(START.micros() + 5_999);
    let same = Timestamp::from_micros(START.micros() + 5_001);
    let observations = vec![(token(1), look(finer, 1.0)), (token(1), look(same, 1.0))];
    assert_eq!(record(bench, observations).await?.receptions, [Reception::Accepted, Reception::Duplicate]);
    let stored: Vec<_> = bench.store.observations().prices(token(1), START, finer).try_collect().await?;
    assert_eq!(stored[0].observed_at, Timestamp::from_micros(START.micros() + 5_000));
    Ok(())
}

pub async fn any_order_of_arrival_gives_what_the_order_of_time_gives(bench: &Bench) -> Result<()> {
    let prices = [1.0, 1.3, 1.9, 2.6, 1.4, 0.9, 1.1, 40.0, 1.2, 0.4, 0.1, 0.1, 0.15, 3.0, 3.1, 2.9];
    let mut dice = Dice::new(5);
    let mut outcomes = Vec::new();
    for number in 0..6 {
        let alert = follow(bench, number).await?;
        let mut seen = path(number, &prices);
        if number > 0 {
            dice.shuffle(&mut seen);
        }
        while !seen.is_empty() {
            let size = usize::try_from(dice.below(4) + 1)?.min(seen.len());
            record(bench, seen.drain(..size).collect()).await?;
            equals_a_fresh_fold(bench, alert.id).await?;
        }
        outcomes.push(outcome(bench, alert.id).await?);
    }
    for other in &outcomes[1..] {
        assert_eq!(other, &outcomes[0]);
    }
    Ok(())
}

pub async fn an_observation_after_the_seal_is_folded_in(bench: &Bench) -> Result<()> {
    let alert = follow(bench, 1).await?;
    record(bench, path(1, &[1.0, 1.1, 1.2])).await?;
    let later = START.plus(Duration::from_hours(50));
    bench.store.outcomes().seal_due(later, 10, &bench.rules).await?;
    let sealed = outcome(bench, alert.id).await?;
    assert!(sealed.sealed_at.is_some());
    let late = vec![(token(1), look(START.plus(minutes(3)), 1.6)), (token(1), look(START.plus(minutes(4)), 1.6))];
    let report = bench.store.observations().record(batch(late), later, &bench.rules).await?;
    assert_eq!(report.receptions, [Reception::Accepted; 2]);
    let again = outcome(bench, alert.id).await?;
    assert_eq!(again.snapshot_count, 5);
    assert_eq!(again.sealed_at, sealed.sealed_at);
    assert!(again.max_gain_pct > sealed.max_gain_pct);
    // It was told that the tracking is complete when it was.
    assert!(!report.happenings.iter().any(|what| matches!(what.happening, Happening::TrackingComplete { .. })));
    equals_a_fresh_fold(bench, alert.id).await
}

pub async fn one_row_serves_every_alert_of_a_token(bench: &Bench) -> Result<()> {
    let mut ids = Vec::new();
    for minute in 0..5 {
        let alert = alert(1, START.plus(minutes(minute)));
        ids.push(alert.id);
        bench.store.alerts().record(new(alert), &bench.rules).await?;
    }
    record(bench, path(1, &[1.0, 1.1, 1.2, 1.3, 1.4, 1.5])).await?;
    assert_eq!(bench.count("price_snapshots").await?, 6);
    for (alert, expected) in ids.into_iter().zip([6, 5, 4, 3, 2]) {
        assert_eq!(outcome(bench, alert).await?.snapshot_count, expected);
        equals_a_fresh_fold(bench, alert).await?;
    }
    Ok(())
}

pub async fn an_observation_of_a_far_week_finds_a_place(bench: &Bench) -> Result<()> {
    let far = Timestamp::from_seconds(1_583_000_000);
    let mut old = alert(1, far);
    old.tracking_window = Some(Duration::from_hours(24 * 21));
    bench.store.alerts().record(NewAlert { recorded_at: START, ..new(old.clone()) }, &bench.rules).await?;
    // The last millisecond of a week, the first of the next, and one two weeks later.
    let monday = Timestamp::from_seconds(1_583_107_200);
    let moments = [monday.minus(Duration::from_millis(1)), monday, monday.plus(Duration::from_hours(24 * 14))];
    let seen = moments.map(|at| (token(1), look(at, 1.0))).to_vec();
    assert_eq!(record(bench, seen).await?.receptions, [Reception::Accepted; 3]);
    let stored: Vec<_> = bench.store.observations().prices(token(1), far, START).try_collect().await?;
    assert_eq!(stored.iter().map(|seen| seen.observed_at).collect::<Vec<_>>(), moments);
    equals_a_fresh_fold(bench, old.id).await
}

pub async fn random_batches_leave_what_a_fresh_fold_gives(bench: &Bench) -> Result<()> {
    let mut dice = Dice::new(23);
    let mut ids = Vec::new();
    for number in 0..8 {
        for _ in 0..=dice.below(2) {
            let mut alert = alert(number, START.plus(minutes(dice.below(30))));
            if dice.below(4) == 0 {
                alert.tracking_window = Some(minutes(45));
            }
            ids.push(alert.id);
            bench.store.alerts().record(new(alert), &bench.rules).await?;
        }
    }
    let mut now = START;
    for round in 0..25 {
        let mut observations = Vec::new();
        for _ in 0..dice.below(40) {
            let at = START.plus(Duration::from_millis(dice.below(70 * 60_000)));
            let usd = [0.05, 0.5, 1.0, 1.1, 1.4, 2.0, 8.0, 300.0][usize::try_from(dice.below(8))?];
            let mut seen = look(at, usd);
            seen.source = ["dexscreener", "jupiter"][usize::try_from(dice.below(2))?].into();
            seen.liquidity_usd = [None, Some(20_000.0), Some(500.0)][usize::try_from(dice.below(3))?]
                .and_then(|usd| domain::quantity::AmountUsd::new(usd).ok());
            seen.price_usd = price(usd);
            observations.push((token(u32::try_from(dice.below(9))?), seen));
        }
        bench.store.observations().record(batch(observations), now, &bench.rules).await?;
        if round == 15 {
            now = START.plus(Duration::from_hours(49));
            bench.store.outcomes().seal_due(now, 100, &bench.rules).await?;
        }
    }
    for id in ids {
        equals_a_fresh_fold(bench, id).await?;
    }
    Ok(())
}

pub async fn prices_are_read_back_in_order(bench: &Bench) -> Result<()> {
    follow(bench, 1).await?;
    let mut observations: Vec<_> = (0..4_500)
        .map(|second| {
            let mut seen = look(START.plus(Duration::from_millis(second / 3 * 500)), 1.0);
            seen.source = ["a", "b", "c"][usize::try_from(second % 3).unwrap_or(0)].into();
            (token(1), seen)
        })
        .collect();
    let expected: Vec<_> = observations.iter().map(|(_, seen)| seen.clone()).collect();
    Dice::new(3).shuffle(&mut observations);
    record(bench, observations).await?;
    let (from, to) = (START, START.plus(Duration::from_hours(2)));
    let all: Vec<_> = bench.store.observations().prices(token(1), from, to).try_collect().await?;
    assert_eq!(all, expected);
    let from = START.plus(Duration::from_millis(500));
    let to = START.plus(Duration::from_secs(1));
    let some: Vec<_> = bench.store.observations().prices(token(1), from, to).try_collect().await?;
    assert_eq!(some, expected[3..6]);
    let none: Vec<_> = bench.store.observations().prices(token(2), from, to).try_collect().await?;
    assert_eq!(none, []);
    Ok(())
}

pub async fn an_empty_batch_is_no_error(bench: &Bench) -> Result<()> {
    let report = bench.store.observations().record(Batch::default(), START, &bench.rules).await?;
    assert!(report.receptions.is_empty() && report.happenings.is_empty());
    assert_eq!(bench.store.alerts().record_many(Vec::new(), &bench.rules).await?, []);
    Ok(())
}
