//! What to follow, and sealing.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};
use domain::alert::Decision;
use domain::outcome::{Happening, OutcomeStatus};
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use store::alerts::NewAlert;
use store::observations::Batch;
use store::outcomes::FollowedToken;
use store::pools::PinnedPool;

use crate::bench::Bench;
use crate::market::{START, alert, batch, look, minutes, new, path, token};
use crate::observations::equals_a_fresh_fold;

const WINDOW: Duration = Duration::from_hours(48);

fn pool(address: &str, at: Timestamp) -> PinnedPool {
    PinnedPool { address: address.into(), dex_name: Some("raydium".into()), pinned_at: at }
}

async fn followed(bench: &Bench, now: Timestamp) -> Result<HashMap<TokenKey, FollowedToken>> {
    let list = bench.store.outcomes().follow_list(now).await?;
    Ok(list.into_iter().map(|followed| (followed.token, followed)).collect())
}

pub async fn only_open_windows_are_followed(bench: &Bench) -> Result<()> {
    let mut shadow = alert(3, START);
    shadow.decision = Decision::Shadow;
    let mut import = alert(4, START.minus(Duration::from_hours(100)));
    import.tracking_window = Some(Duration::from_hours(24));
    let alerts = [
        alert(1, START.minus(WINDOW)),
        alert(2, START.minus(Duration::from_hours(47))),
        alert(2, START),
        shadow,
        import,
    ];
    let recorded = alerts.map(|alert| NewAlert { recorded_at: START, ..new(alert) }).to_vec();
    bench.store.alerts().record_many(recorded, &bench.rules).await?;
    let now = START.plus(minutes(1));
    let list = followed(bench, now).await?;
    let mut tokens: Vec<_> = list.keys().copied().collect();
    tokens.sort();
    assert_eq!(tokens, [token(2), token(3)]);
    let two = &list[&token(2)];
    assert_eq!((two.newest_alerted_at, two.until), (START, START.plus(WINDOW)));
    assert_eq!((two.alerted, list[&token(3)].alerted), (true, false));
    assert_eq!(&*two.symbol, "T2");
    assert_eq!((two.last_observed_at, &two.pool), (None, &None));
    assert!(followed(bench, START.plus(WINDOW)).await?.is_empty());
    Ok(())
}

pub async fn open_outcomes_say_how_far_they_have_come(bench: &Bench) -> Result<()> {
    let alerts = [alert(0, START), alert(1, START)];
    let (pumps, other) = (alerts[0].id, alerts[1].id);
    bench.store.alerts().record_many(alerts.map(new).to_vec(), &bench.rules).await?;
    let seen = batch(path(0, &[1.0, 1.1, 1.7, 1.8]));
    bench.store.observations().record(seen, START.plus(minutes(4)), &bench.rules).await?;
    let young = bench.store.outcomes().young().await?;
    let pumped: HashMap<_, _> = young.iter().map(|young| (young.id, young.outcome.pumped_at.is_some())).collect();
    assert_eq!(pumped, HashMap::from([(pumps, true), (other, false)]));
    assert!(young.iter().all(|young| young.alerted_at == START && young.outcome.status == OutcomeStatus::Tracking));
    let sealed_at = START.plus(WINDOW).plus(Duration::from_hours(1));
    bench.store.outcomes().seal_due(sealed_at, 10, &bench.rules).await?;
    assert_eq!(bench.store.outcomes().young().await?, []);
    Ok(())
}

pub async fn following_goes_on_where_it_was_after_a_restart(bench: &Bench) -> Result<()> {
    let alerts = (0..3).map(|number| new(alert(number, START))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let mut seen = path(0, &[1.0, 1.1]);
    seen.extend(path(1, &[1.0, 1.1, 1.2, 1.3]));
    let written = Batch { observations: seen, pools: vec![(token(1), pool("pool-1", START))] };
    bench.store.observations().record(written, START.plus(minutes(4)), &bench.rules).await?;

    let restarted = bench.another().await?;
    let list = restarted.outcomes().follow_list(START.plus(minutes(5))).await?;
    let list: HashMap<_, _> = list.into_iter().map(|followed| (followed.token, followed)).collect();
    assert_eq!(list[&token(0)].last_observed_at, Some(START.plus(minutes(1))));
    assert_eq!(list[&token(1)].last_observed_at, Some(START.plus(minutes(3))));
    assert_eq!(list[&token(2)].last_observed_at, None);
    assert_eq!(list[&token(1)].pool, Some(pool("pool-1", START)));
    Ok(())
}

pub async fn a_pool_is_pinned_with_the_batch_and_the_last_pin_counts(bench: &Bench) -> Result<()> {
    let alerts = (0..2).map(|number| new(alert(number, START))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let later = START.plus(minutes(1));
    let pins = vec![
        (token(0), pool("old", START)),
        (token(9), pool("of nobody", START)),
        (token(0), pool("new", later)),
        (token(1), pool("bad\0", START)),
    ];
    let written = Batch { observations: Vec::new(), pools: pins };
    bench.store.observations().record(written, START, &bench.rules).await?;
    let tokens: Vec<_> = (0..10).map(token).collect();
    let pools = bench.store.pools().get(&tokens).await?;
    assert_eq!(pools, HashMap::from([(token(0), pool("new", later))]));
    bench.store.pools().pin(vec![(token(1), pool("other", later))]).await?;
    assert_eq!(bench.store.pools().get(&tokens).await?.len(), 2);
    assert!(bench.store.pools().get(&[]).await?.is_empty());
    Ok(())
}

pub async fn what_is_due_is_sealed_once(bench: &Bench) -> Result<()> {
    let alerts: Vec<_> = (0..5).map(|number| new(alert(number, START.plus(minutes(u64::from(number)))))).collect();
    bench.store.alerts().record_many(alerts.clone(), &bench.rules).await?;
    let first_due = START.plus(WINDOW + minutes(10));
    assert_eq!(bench.store.outcomes().next_seal_due().await?, Some(first_due));
    let now = START.plus(Duration::from_hours(60));
    let mut complete = Vec::new();
    loop {
        let happened = bench.store.outcomes().seal_due(now, 2, &bench.rules).await?;
        if happened.is_empty() {
            break;
        }
        assert!(happened.len() <= 2);
        complete.extend(happened);
    }
    assert_eq!(complete.len(), 5);
    for what in &complete {
        assert_eq!(what.happening, Happening::TrackingComplete { status: OutcomeStatus::NoData });
    }
    assert_eq!(bench.store.outcomes().next_seal_due().await?, None);
    for new in alerts {
        let outcome = bench.store.alerts().get(new.alert.id).await?.context("recorded")?.outcome;
        assert_eq!(outcome.status, OutcomeStatus::NoData);
        // When it was due, not when somebody came round to it.
        assert_eq!(outcome.sealed_at, Some(new.alert.alerted_at.plus(WINDOW + minutes(10))));
        equals_a_fresh_fold(bench, new.alert.id).await?;
    }
    Ok(())
}

pub async fn nothing_is_sealed_before_it_is_due(bench: &Bench) -> Result<()> {
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let just_before = START.plus(WINDOW + minutes(10)).minus(Duration::from_micros(1));
    assert_eq!(bench.store.outcomes().seal_due(just_before, 10, &bench.rules).await?, []);
    let due = START.plus(WINDOW + minutes(10));
    assert_eq!(bench.store.outcomes().seal_due(due, 10, &bench.rules).await?.len(), 1);
    Ok(())
}

pub async fn an_import_is_sealed_with_the_prices_that_it_brings_along(bench: &Bench) -> Result<()> {
    let mut import = alert(1, START.minus(Duration::from_hours(1_000)));
    import.tracking_window = Some(Duration::from_hours(24));
    let id = import.id;
    bench.store.alerts().record(NewAlert { recorded_at: START, ..new(import.clone()) }, &bench.rules).await?;
    assert_eq!(bench.store.outcomes().next_seal_due().await?, Some(START));
    // The last look of its own tracker, at the very end of its window, is part of it. They come in two batches.
    let looks = [(0, 1.0), (6, 1.6), (24, 2.4)]
        .map(|(hour, usd)| (token(1), look(import.alerted_at.plus(Duration::from_hours(hour)), usd)));
    for some in looks.chunks(2) {
        bench.store.observations().record(batch(some.to_vec()), START, &bench.rules).await?;
    }
    let outcome = bench.store.alerts().get(id).await?.context("recorded")?.outcome;
    assert_eq!(outcome.status, OutcomeStatus::Complete);
    assert_eq!((outcome.snapshot_count, outcome.sealed_at), (3, Some(START)));
    assert_eq!(bench.store.outcomes().seal_due(START.plus(minutes(10)), 10, &bench.rules).await?, []);
    equals_a_fresh_fold(bench, id).await
}
