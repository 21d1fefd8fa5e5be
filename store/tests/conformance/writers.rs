//! Several writers at once.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::TryStreamExt;
use futures::future::try_join_all;
use store::alerts::{ListQuery, Recording};
use store::observations::Reception;
use tokio::task::yield_now;

use crate::bench::Bench;
use crate::market::{Dice, START, alert, batch, look, minutes, new, token};
use crate::observations::equals_a_fresh_fold;

pub async fn two_writers_folding_one_token_lose_no_update(bench: &Bench) -> Result<()> {
    let ids = [alert(1, START), alert(1, START.plus(minutes(2))), alert(2, START)];
    let alerts = ids.iter().cloned().map(new).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let stores = [bench.another().await?, bench.another().await?];
    let rules = &bench.rules;
    let writing = stores.iter().enumerate().map(async |(writer, store)| -> Result<()> {
        for second in 0..60 {
            let observations = [1, 2]
                .map(|number| {
                    let mut seen = look(START.plus(Duration::from_secs(second * 10)), 1.0 + second as f64 / 100.0);
                    seen.source = ["one", "two"][writer].into();
                    (token(number), seen)
                })
                .to_vec();
            let report = store.observations().record(batch(observations), START.plus(minutes(20)), rules).await?;
            assert_eq!(report.receptions, [Reception::Accepted; 2]);
        }
        Ok(())
    });
    try_join_all(writing).await?;
    assert_eq!(bench.count("price_snapshots").await?, 240);
    for (alert, expected) in ids.iter().zip([120, 96, 120]) {
        let outcome = bench.store.alerts().get(alert.id).await?.context("recorded")?.outcome;
        assert_eq!(outcome.snapshot_count, expected);
        equals_a_fresh_fold(bench, alert.id).await?;
    }
    Ok(())
}

pub async fn writers_that_touch_the_same_tokens_in_any_order_all_come_through(bench: &Bench) -> Result<()> {
    let stores = [bench.another().await?, bench.another().await?];
    let rules = &bench.rules;
    let writing = (0..6_u32).map(async |writer| -> Result<()> {
        let store = &stores[writer as usize % 2];
        let mut dice = Dice::new(u64::from(writer) + 1);
        for round in 0..8_u64 {
            let mut tokens: Vec<u32> = (0..12).collect();
            dice.shuffle(&mut tokens);
            let alerts = tokens[..4].iter().map(|number| new(alert(*number, START))).collect();
            store.alerts().record_many(alerts, rules).await?;
            let observations = tokens
                .iter()
                .map(|number| {
                    let mut seen = look(START.plus(minutes(round)), 1.0);
                    seen.source = format!("writer-{writer}").into();
                    (token(*number), seen)
                })
                .collect();
            store.observations().record(batch(observations), START.plus(minutes(60)), rules).await?;
        }
        Ok(())
    });
    try_join_all(writing).await?;
    assert_eq!(bench.count("alerts").await?, 6 * 8 * 4);
    let all: Vec<_> = bench.store.alerts().list(ListQuery::default()).try_collect().await?;
    for record in all {
        equals_a_fresh_fold(bench, record.alert.id).await?;
    }
    Ok(())
}

pub async fn one_alert_recorded_by_many_at_once_is_stored_once(bench: &Bench) -> Result<()> {
    let stores = [bench.another().await?, bench.another().await?];
    for number in 0..5 {
        let alert = new(alert(number, START));
        let answers = try_join_all(
            (0..8).map(async |writer: usize| stores[writer % 2].alerts().record(alert.clone(), &bench.rules).await),
        )
        .await?;
        let first = answers.iter().filter(|answer| matches!(answer, Recording::New { .. })).count();
        let again = answers.iter().filter(|answer| matches!(answer, Recording::Duplicate { .. })).count();
        assert_eq!((first, again), (1, 7));
    }
    assert_eq!(bench.count("alerts").await?, 5);
    Ok(())
}

pub async fn alerts_recorded_together_are_each_answered_for_themselves(bench: &Bench) -> Result<()> {
    let first = new(alert(0, START));
    bench.store.alerts().record(first.clone(), &bench.rules).await?;
    let mut other_rules = bench.rules.clone();
    other_rules.tracking_window = Duration::from_hours(2);
    let recording = (0..200_u32).map(async |number| {
        let mut one = new(alert(number, START));
        let rules = if number % 3 == 0 { &other_rules } else { &bench.rules };
        match number % 5 {
            1 => one = first.clone(),
            2 => one.alert.id = first.alert.id,
            3 => one.alert.token.name = "\0".to_owned(),
            _ => {}
        }
        one.request_hash[0] = if number % 5 == 2 { 9 } else { 1 };
        let id = one.alert.id;
        let answer = bench.store.alerts().record(one, rules).await?;
        let expected = match number % 5 {
            1 => Recording::Duplicate { peak_taken: false },
            2 => Recording::Conflict { id },
            3 => Recording::NulInText { field: "token.name" },
            _ => Recording::New { happenings: Vec::new() },
        };
        assert_eq!(answer, expected, "{number}");
        Ok::<_, anyhow::Error>((number, id))
    });
    for (number, id) in try_join_all(recording).await? {
        if matches!(number % 5, 0 | 4) {
            let hours = if number % 3 == 0 { 2 } else { 48 };
            let followed = bench.store.outcomes().follow_list(START).await?;
            let until = followed.iter().find(|one| one.token == token(number)).context("followed")?.until;
            // Token 0 has the first alert besides.
            assert!(number == 0 || until == START.plus(Duration::from_hours(hours)), "{number}");
            assert!(bench.store.alerts().get(id).await?.is_some());
        }
    }
    Ok(())
}

pub async fn outcomes_sealed_by_two_at_once_are_sealed_once(bench: &Bench) -> Result<()> {
    let alerts = (0..40).map(|number| new(alert(number % 10, START))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let stores = [bench.another().await?, bench.another().await?];
    let now = START.plus(Duration::from_hours(60));
    let sealing = stores.iter().map(async |store| store.outcomes().seal_due(now, 100, &bench.rules).await);
    let happened = try_join_all(sealing).await?;
    assert_eq!(happened.iter().map(Vec::len).sum::<usize>(), 40);
    Ok(())
}

pub async fn a_call_that_is_given_up_midway_leaves_nothing_half_done(bench: &Bench) -> Result<()> {
    let mut recorded = Vec::new();
    for yields in 0..60_u32 {
        let alerts: Vec<_> = (0..3).map(|number| new(alert(yields * 3 + number, START))).collect();
        let seen = alerts.iter().map(|new| (new.alert.token.key, look(START.plus(minutes(1)), 1.0))).collect();
        let work = async {
            bench.store.alerts().record_many(alerts.clone(), &bench.rules).await?;
            bench.store.observations().record(batch(seen), START.plus(minutes(2)), &bench.rules).await
        };
        let give_up = async {
            for _ in 0..yields * 20 {
                yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = give_up => {}
            done = work => drop(done?),
        }
        recorded.extend(alerts);
    }
    let (alerts, outcomes) = (bench.count("alerts").await?, bench.count("outcomes").await?);
    assert_eq!((alerts, alerts), (outcomes, bench.count("alert_ids").await?));
    assert_eq!(alerts % 3, 0, "all of a call or none");
    assert_eq!(bench.count("price_snapshots").await? % 3, 0);
    for new in recorded {
        if bench.store.alerts().get(new.alert.id).await?.is_some() {
            equals_a_fresh_fold(bench, new.alert.id).await?;
        }
    }
    // Nothing stands in the way of those who come after.
    for number in 0..4 {
        bench.store.alerts().record(new(alert(number, START)), &bench.rules).await?;
    }
    Ok(())
}
