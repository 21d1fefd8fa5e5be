//! What watchers are told.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use domain::outcome::{Happening, OutcomeStatus};
use futures::future::try_join_all;
use store::events::{Cursor, CursorProblem, Event, What};
use store::{Store, StoreError};
use tokio::task::yield_now;

use crate::bench::Bench;
use crate::market::{Dice, START, alert, batch, look, minutes, new, path, token};

const PUMP: [f64; 8] = [1.0, 1.0, 1.5, 2.0, 2.0, 1.2, 1.2, 1.2];

/// All that is told after `cursor`, once everything is final.
async fn told_after(store: &Store, cursor: Cursor) -> Result<Vec<Event>> {
    let mut reader = store.events().after(cursor).await?;
    let mut events = Vec::new();
    loop {
        let page = reader.next(3).await?;
        assert_eq!(page.cursor, page.events.last().map_or(page.cursor, |last| last.cursor));
        let done = page.events.is_empty() && !page.more_to_come;
        events.extend(page.events);
        if done {
            return Ok(events);
        }
        yield_now().await;
    }
}

pub async fn everything_that_happens_is_told_in_order(bench: &Bench) -> Result<()> {
    let begin = bench.store.events().newest().await?;
    let alert = new(alert(1, START));
    bench.store.alerts().record(alert.clone(), &bench.rules).await?;
    let recorded = batch(path(1, &PUMP));
    let mut happened =
        bench.store.observations().record(recorded, START.plus(minutes(9)), &bench.rules).await?.happenings;
    assert!(happened.len() >= 3, "{happened:?}");
    let sealed_at = START.plus(minutes(60 * 60));
    happened.extend(bench.store.outcomes().seal_due(sealed_at, 10, &bench.rules).await?);

    let told = told_after(&bench.store, begin).await?;
    let mut expected = vec![(START, What::AlertRecorded)];
    expected.extend(happened.into_iter().map(|happened| match happened.happening {
        told @ (Happening::PriceMoved { at, .. } | Happening::NewPeak { at, .. }) => (at, What::Happened(told)),
        told => (sealed_at, What::Happened(told)),
    }));
    assert_eq!(told.iter().map(|event| (event.at, event.what.clone())).collect::<Vec<_>>(), expected);
    let lost = Happening::TrackingComplete { status: OutcomeStatus::Lost };
    assert_eq!(told.last().context("sealed")?.what, What::Happened(lost));
    for event in told {
        assert_eq!((event.alert_id, &event.token), (alert.alert.id, &alert.alert.token));
    }
    Ok(())
}

pub async fn an_alert_recorded_again_is_told_once(bench: &Bench) -> Result<()> {
    let begin = bench.store.events().newest().await?;
    // Prices that are there first make things happen with the recording.
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    bench.store.observations().record(batch(path(1, &PUMP)), START.plus(minutes(9)), &bench.rules).await?;
    let before = told_after(&bench.store, begin).await?.len();
    let again = new(alert(1, START));
    for _ in 0..2 {
        bench.store.alerts().record_many(vec![again.clone(), again.clone()], &bench.rules).await?;
    }
    let told = told_after(&bench.store, begin).await?.split_off(before);
    assert_eq!(told[0].what, What::AlertRecorded);
    assert!(matches!(told[1].what, What::Happened(Happening::PriceMoved { .. } | Happening::NewPeak { .. })));
    assert_eq!(told.iter().filter(|event| event.what == What::AlertRecorded).count(), 1);
    Ok(())
}

pub async fn a_reader_goes_on_from_any_cursor_without_gap_or_repetition(bench: &Bench) -> Result<()> {
    let begin = bench.store.events().newest().await?;
    let alerts = (0..20).map(|number| new(alert(number, START))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let all = told_after(&bench.store, begin).await?;
    assert_eq!(all.len(), 20);
    for (index, event) in all.iter().enumerate() {
        // As a client keeps it.
        let kept: Cursor = event.cursor.to_string().parse()?;
        assert_eq!(told_after(&bench.another().await?, kept).await?, all[index + 1..]);
    }
    Ok(())
}

pub async fn a_new_reader_begins_behind_what_was_there(bench: &Bench) -> Result<()> {
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let newest = bench.store.events().newest().await?;
    assert_eq!(told_after(&bench.store, newest).await?, []);
    let later = new(alert(2, START));
    bench.store.alerts().record(later.clone(), &bench.rules).await?;
    let told = told_after(&bench.store, newest).await?;
    assert_eq!(told.iter().map(|event| event.alert_id).collect::<Vec<_>>(), [later.alert.id]);
    assert_eq!(bench.store.events().newest().await?, told[0].cursor);
    Ok(())
}

pub async fn pruned_events_are_out_of_reach_and_the_later_ones_stay(bench: &Bench) -> Result<()> {
    let begin = bench.store.events().newest().await?;
    for minute in 0..6 {
        bench.store.alerts().record(new(alert(1, START.plus(minutes(minute)))), &bench.rules).await?;
    }
    let all = told_after(&bench.store, begin).await?;
    let mut slow = bench.store.events().after(begin).await?;
    assert_eq!(bench.store.events().prune(START).await?, 0);
    assert_eq!(bench.store.events().prune(START.plus(minutes(3))).await?, 3);

    let pruned = |error: StoreError| matches!(error, StoreError::Cursor(CursorProblem::Pruned));
    assert!(slow.next(10).await.is_err_and(pruned), "also one that is under way");
    for early in [begin, all[1].cursor] {
        assert!(bench.store.events().after(early).await.is_err_and(pruned));
    }
    assert_eq!(told_after(&bench.store, all[2].cursor).await?, all[3..]);
    // Where nothing is left, one goes on behind what was there.
    assert_eq!(bench.store.events().prune(START.plus(minutes(60))).await?, 3);
    assert_eq!(bench.store.events().newest().await?, all[5].cursor);
    bench.store.alerts().record(new(alert(2, START)), &bench.rules).await?;
    assert_eq!(told_after(&bench.store, all[5].cursor).await?.len(), 1);
    Ok(())
}

pub async fn a_cursor_from_elsewhere_is_refused(bench: &Bench) -> Result<()> {
    let other = if bench.is_sqlite() { Bench::sqlite().await? } else { Bench::postgres().await? };
    let foreign = other.store.events().newest().await?;
    let refused = bench.store.events().after(foreign).await;
    assert!(matches!(refused.err(), Some(StoreError::Cursor(CursorProblem::Foreign))));

    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let mut text = bench.store.events().newest().await?.to_string();
    text.push_str("00");
    let refused = bench.store.events().after(text.parse()?).await;
    assert!(matches!(refused.err(), Some(StoreError::Cursor(CursorProblem::Ahead))));
    Ok(())
}

pub async fn whoever_writes_wakes_those_who_watch(bench: &Bench) -> Result<()> {
    let mut written = bench.store.events().written();
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    written.changed().await?;
    bench.store.observations().record(batch(path(1, &PUMP)), START.plus(minutes(9)), &bench.rules).await?;
    written.changed().await?;
    // Nothing happens, nobody is woken.
    bench.store.observations().record(batch(path(1, &PUMP)), START.plus(minutes(9)), &bench.rules).await?;
    assert!(!written.has_changed()?);
    bench.store.outcomes().seal_due(START.plus(minutes(60 * 60)), 10, &bench.rules).await?;
    written.changed().await?;
    Ok(())
}

/// Three writers in two processes, and two readers that drop what they do at random and go on from the last cursor.
pub async fn readers_that_come_and_go_see_every_event_of_many_writers_once_in_order(bench: &Bench) -> Result<()> {
    const ROUNDS: u64 = 25;
    let stores = [bench.another().await?, bench.another().await?];
    let begin = bench.store.events().newest().await?;
    let writing = (0..3_u32).map(async |writer| -> Result<()> {
        let store = &stores[writer as usize % 2];
        let mut dice = Dice::new(u64::from(writer) + 1);
        for round in 0..ROUNDS {
            let number = u32::try_from(dice.below(4))?;
            let mut alert = new(alert(number, START));
            alert.alert.config_revision = Some(format!("{writer}-{round}"));
            store.alerts().record(alert, &bench.rules).await?;
            let mut seen = look(START.plus(minutes(round)), 1.0 + dice.below(300) as f64 / 100.0);
            seen.source = format!("writer-{writer}").into();
            let now = START.plus(minutes(60));
            store.observations().record(batch(vec![(token(number), seen)]), now, &bench.rules).await?;
        }
        Ok(())
    });
    let reading = (0..2_u64).map(async |seed| -> Result<Vec<Event>> {
        let mut dice = Dice::new(seed + 77);
        let (mut cursor, mut events, mut recorded) = (begin, Vec::new(), 0);
        while recorded < 3 * ROUNDS {
            let mut reader = bench.store.events().after(cursor).await?;
            for _ in 0..dice.below(6) {
                let page = reader.next(1 + dice.below(9)).await?;
                recorded += page.events.iter().filter(|event| event.what == What::AlertRecorded).count() as u64;
                cursor = page.cursor;
                events.extend(page.events);
                yield_now().await;
            }
        }
        Ok(events)
    });
    let (_, read) = tokio::try_join!(try_join_all(writing), try_join_all(reading))?;

    let all = told_after(&bench.store, begin).await?;
    for events in read {
        assert_eq!(events, all[..events.len()], "every event once, and in one order for all");
    }
    let mut first: BTreeMap<_, &What> = BTreeMap::new();
    for event in &all {
        first.entry(event.alert_id).or_insert(&event.what);
    }
    assert_eq!(first.len() as u64, 3 * ROUNDS);
    assert!(
        first.values().all(|what| **what == What::AlertRecorded),
        "nothing happens to an alert before it is recorded"
    );
    Ok(())
}

/// A transaction that wrote an event before others, and commits it after them, is not skipped; one that is rolled back
/// holds nobody up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_committed_late_is_not_missed() -> Result<()> {
    use sqlx::Connection;
    let bench = Bench::postgres().await?;
    let first = new(alert(1, START));
    bench.store.alerts().record(first.clone(), &bench.rules).await?;
    let begin = bench.store.events().newest().await?;
    for commits in [true, false] {
        let mut slow = sqlx::PgConnection::connect(&bench.url).await?;
        let mut transaction = slow.begin().await?;
        sqlx::query("SELECT * FROM tokens FOR NO KEY UPDATE").execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO events (token_id, alert_id, kind, happened_at, recorded_at)
             SELECT token_id, alert_id, 'rug_cleared', now(), now() FROM alerts WHERE alert_id = $1",
        )
        .bind(first.alert.id.0)
        .execute(&mut *transaction)
        .await?;
        let mut reader = bench.store.events().after(begin).await?;
        let before = told_after_all_that_is_final(&mut reader).await?;
        let others = [10 + u32::from(commits), 20 + u32::from(commits)];
        for number in others {
            bench.store.alerts().record(new(alert(number, START)), &bench.rules).await?;
        }
        for _ in 0..3 {
            let page = reader.next(100).await?;
            assert!(page.events.is_empty() && page.more_to_come, "{page:?}");
        }
        if commits {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        let after = told_after(&bench.store, reader.cursor()).await?;
        let told = [before, after].concat();
        assert_eq!(told, told_after(&bench.store, begin).await?);
        let late = told.iter().filter(|event| matches!(event.what, What::Happened(Happening::RugCleared { .. })));
        assert_eq!(late.count(), 1, "the first was committed, the second was not");
    }
    Ok(())
}

async fn told_after_all_that_is_final(reader: &mut store::events::EventReader) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for _ in 0..1_000 {
        let page = reader.next(100).await?;
        if page.events.is_empty() && !page.more_to_come {
            return Ok(events);
        }
        events.extend(page.events);
        yield_now().await;
    }
    bail!("it never becomes final")
}

/// Its watchers may know of events that were not copied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_another_servers_database_tells_all_its_own_events() -> Result<()> {
    let bench = Bench::postgres().await?;
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let copied = bench.store.events().newest().await?;
    for number in 2..5 {
        bench.store.alerts().record(new(alert(number, START)), &bench.rules).await?;
    }
    let known_elsewhere = bench.store.events().newest().await?;
    // The copy was made before these.
    bench.behind_its_back("DELETE FROM events WHERE event_id > 1; SELECT setval('events_event_id_seq', 1)").await?;
    bench.behind_its_back("UPDATE outcomes SET dataset_change = 9000000000000").await?;
    bench.store.migrate().await?;
    let here = new(alert(9, START));
    bench.store.alerts().record(here.clone(), &bench.rules).await?;
    for cursor in [copied, known_elsewhere] {
        let told = told_after(&bench.store, cursor).await?;
        assert_eq!(told.iter().map(|event| event.alert_id).collect::<Vec<_>>(), [here.alert.id]);
    }
    Ok(())
}
