//! What recording fast must not change.

use std::time::Duration;

use anyhow::{Context, Result};
use domain::order::Order;
use futures::TryStreamExt;
use futures::future::try_join_all;
use store::alerts::{AlertedBetween, ListQuery, NewAlert, Recording};
use store::observations::Reception;

use crate::bench::Bench;
use crate::market::{START, alert, batch, look, minutes, new, path, token};
use crate::observations::{equals_a_fresh_fold, follow};

pub async fn a_stored_price_that_no_fold_has_seen_is_neither_doubled_nor_overwritten(bench: &Bench) -> Result<()> {
    let followed = follow(bench, 1).await?;
    let record = async |prices: &[f64]| {
        let now = START.plus(minutes(9));
        let report = bench.store.observations().record(batch(path(1, prices)), now, &bench.rules).await?;
        anyhow::Ok(report.receptions)
    };
    record(&[1.0]).await?;
    let later = START.plus(minutes(1));
    let at = if bench.is_sqlite() { later.micros().to_string() } else { format!("'{later}'") };
    let seen = look(later, 1.5);
    bench
        .behind_its_back(&format!(
            "INSERT INTO price_snapshots (token_id, observed_at, source, price_usd, market_cap_usd, liquidity_usd,
                                          holder_count, dex_name, pool)
             SELECT token_id, {at}, '{}', 1.5, 1500000, 50000, 120, 'raydium', 'pool-1' FROM tokens",
            seen.source
        ))
        .await?;
    assert_eq!(record(&[1.0, 1.5]).await?, [Reception::Duplicate; 2]);
    assert_eq!(record(&[1.0, 1.6, 1.2]).await?, [Reception::Duplicate, Reception::Conflict, Reception::Accepted]);
    assert_eq!(bench.count("price_snapshots").await?, 3);
    assert_eq!(record(&[1.0, 1.5, 1.2, 1.3]).await?[3], Reception::Accepted);
    let late = vec![(token(1), look(START.plus(Duration::from_secs(90)), 1.1))];
    bench.store.observations().record(batch(late), START.plus(minutes(9)), &bench.rules).await?;
    equals_a_fresh_fold(bench, followed.id).await
}

pub async fn lists_by_outcome_hold_open_and_sealed_ones_in_one_order(bench: &Bench) -> Result<()> {
    let mut alerts = Vec::new();
    for number in 0..60 {
        let mut alert = alert(number, START.plus(minutes(u64::from(number % 3))));
        alert.tracking_window = (number % 2 == 0).then(|| minutes(30));
        alerts.push(NewAlert { recorded_at: START, ..new(alert) });
    }
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let now = START.plus(Duration::from_hours(2));
    let mut prices = Vec::new();
    for number in 0..50 {
        prices.extend(path(
            number,
            &[1.0, 1.0, 1.0, 1.0 + f64::from(number % 7) / 4.0, 1.1, 1.1 + f64::from(number % 5)],
        ));
    }
    bench.store.observations().record(batch(prices), now, &bench.rules).await?;
    for order in
        ["max_gain_pct desc", "status, last_price_usd", "snapshot_count desc, alerted_at", "is_rug", "coverage"]
    {
        let order = Order::parse(order)?;
        let query = ListQuery { order: order.clone(), ..ListQuery::default() };
        let listed: Vec<_> = bench.store.alerts().list(query).try_collect().await?;
        assert_eq!(listed.len(), 60, "{order}");
        assert!(listed.is_sorted_by(|a, b| order.compare(a, b).is_le()), "{order}");
        let open = listed.iter().filter(|record| record.outcome.sealed_at.is_none()).count();
        assert_eq!((open, listed.iter().filter(|record| record.outcome.max_gain_pct > Some(0.0)).count()), (35, 50));
    }
    Ok(())
}

/// What an earlier version wrote when an alert was recorded: every flag and number in bytes of its own.
fn first_format_of_a_new_alert(recorded: &NewAlert) -> Vec<u8> {
    let mut state = vec![1];
    state.extend(recorded.alert.alerted_at.micros().to_le_bytes());
    state.extend([172_800_u64.to_le_bytes().as_slice(), &[0; 4]].concat());
    state.extend([&[1], 60_u64.to_le_bytes().as_slice(), &[0; 4]].concat());
    state.extend([&[1], 1.0_f64.to_le_bytes().as_slice(), &[0]].concat());
    state.extend(recorded.recorded_at.micros().to_le_bytes());
    state.extend(1_i32.to_le_bytes());
    // Nothing seen, held or accepted; no entry, extreme, return, exit or rug; an empty hour; no coverage, no seal.
    state.extend([0; 1 + 5 + 5 + 1 + 5 + 4 + 1 + 2 + 8 + 13 + 8 + 1]);
    let checksum = state.iter().fold(u32::MAX, |mut crc, byte| {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()));
        crc
    });
    state.extend((!checksum).to_le_bytes());
    state
}

pub async fn an_open_outcome_of_an_earlier_version_goes_on(bench: &Bench) -> Result<()> {
    let recorded = new(alert(1, START));
    let id = recorded.alert.id;
    bench.store.alerts().record(recorded.clone(), &bench.rules).await?;
    let hex: String = first_format_of_a_new_alert(&recorded).iter().map(|byte| format!("{byte:02x}")).collect();
    let state = if bench.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'") };
    // It kept every column up to date; nobody does so any more.
    bench
        .behind_its_back(&format!(
            "UPDATE outcomes SET state = {state}, max_gain_pct = 900, is_rug = true, snapshot_count = 7, coverage = 1"
        ))
        .await?;
    equals_a_fresh_fold(bench, id).await?;
    let told = async || anyhow::Ok(bench.store.alerts().get(id).await?.context("recorded")?.outcome);
    assert_eq!(told().await?.max_gain_pct, None);
    bench.store.observations().record(batch(path(1, &[1.0, 1.2, 1.2])), START.plus(minutes(3)), &bench.rules).await?;
    assert_eq!((told().await?.snapshot_count, told().await?.is_rug), (3, Some(false)));
    equals_a_fresh_fold(bench, id).await?;
    bench.store.outcomes().seal_due(START.plus(Duration::from_hours(60)), 10, &bench.rules).await?;
    assert_eq!((told().await?.snapshot_count, told().await?.is_rug), (3, None));
    equals_a_fresh_fold(bench, id).await
}

pub async fn a_token_may_have_ten_thousand_alerts(bench: &Bench) -> Result<()> {
    let alerts: Vec<_> = (0..10_000).map(|number| new(alert(1, START.plus(Duration::from_millis(number))))).collect();
    for some in alerts.chunks(2_500) {
        bench.store.alerts().record_many(some.to_vec(), &bench.rules).await?;
    }
    // In order, and then one that comes late.
    for minute in [1, 3, 2] {
        let seen = vec![(token(1), look(START.plus(minutes(minute)), 1.0))];
        bench.store.observations().record(batch(seen), START.plus(minutes(4)), &bench.rules).await?;
    }
    let all = bench.store.alerts().stream(AlertedBetween::default());
    let counted = all.try_fold(0, async |sum, record| Ok(sum + i64::from(record.outcome.snapshot_count))).await?;
    assert_eq!(counted, 30_000);
    for place in [0, 5_000, 9_999] {
        equals_a_fresh_fold(bench, alerts[place].alert.id).await?;
    }
    Ok(())
}

pub async fn a_hundred_alerts_of_one_millisecond_are_a_hundred_alerts(bench: &Bench) -> Result<()> {
    let alerts: Vec<_> = (0..100).map(|number| new(alert(number % 4, START))).collect();
    let recording = alerts.iter().map(async |new| bench.store.alerts().record(new.clone(), &bench.rules).await);
    let answers = try_join_all(recording).await?;
    assert!(answers.iter().all(|answer| matches!(answer, Recording::New { .. })));
    for number in 0..4 {
        bench.store.observations().record(batch(path(number, &[1.0, 1.1])), START, &bench.rules).await?;
    }
    for (table, expected) in [("alerts", 100), ("outcomes", 100), ("alert_ids", 100), ("tokens", 4)] {
        assert_eq!(bench.count(table).await?, expected, "{table}");
    }
    for new in &alerts {
        equals_a_fresh_fold(bench, new.alert.id).await?;
    }
    Ok(())
}
