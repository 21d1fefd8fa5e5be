//! Lists: every order, every page.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use domain::alert::{AlertId, Decision, ExtraValue};
use domain::field::Field;
use domain::order::Order;
use domain::quantity::{AmountUsd, Percent};
use domain::record::AlertRecord;
use futures::{StreamExt, TryStreamExt};
use store::StoreError;
use store::alerts::{AlertedBetween, ListQuery};

use crate::bench::Bench;
use crate::market::{Dice, START, alert, batch, look, minutes, new, token};

/// Alerts with many equal and many unknown values, some of them tracked to the end.
async fn fill(bench: &Bench, count: u32) -> Result<()> {
    let mut dice = Dice::new(11);
    let mut alerts = Vec::new();
    for number in 0..count {
        let mut alert = alert(number % 40, START.plus(minutes(dice.below(6))));
        alert.features.final_score = (dice.below(4) != 0).then(|| i32::try_from(dice.below(4)).unwrap_or(0));
        alert.features.lp_locked = [None, Some(false), Some(true)][usize::try_from(dice.below(3))?];
        alert.features.dex_name =
            (dice.below(3) != 0).then(|| ["raydium", "Pumpfun", ""][number as usize % 3].to_owned());
        alert.features.top10_concentration = Percent::new(f64::from(u32::try_from(dice.below(5))?) * 12.5).ok();
        alert.entry.liquidity_usd = AmountUsd::new(f64::from(number % 7)).ok().filter(|_| number % 5 != 0);
        alert.token.symbol = ["", "AAA", "b", "Z"][usize::try_from(dice.below(4))?].to_owned();
        alert.decision = [Decision::Alerted, Decision::Shadow][usize::try_from(dice.below(2))?];
        match dice.below(5) {
            0 => drop(alert.extra.insert("mark".to_owned(), ExtraValue::Boolean(true))),
            1 => drop(alert.extra.insert("mark".to_owned(), ExtraValue::Number(f64::from(number % 3)))),
            2 => drop(alert.extra.insert("mark".to_owned(), ExtraValue::Text("x".to_owned()))),
            _ => {}
        }
        alerts.push(new(alert));
    }
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    let mut seen = Vec::new();
    for number in 0..count.min(30) {
        for minute in 0..8 {
            let usd = 1.0 + f64::from(u32::try_from(dice.below(4))?) / 4.0;
            seen.push((token(number), look(START.plus(minutes(minute)), usd)));
        }
    }
    let now = START.plus(Duration::from_hours(72));
    bench.store.observations().record(batch(seen), now, &bench.rules).await?;
    bench.store.outcomes().seal_due(now, usize::try_from(count / 2)?, &bench.rules).await?;
    Ok(())
}

async fn all(bench: &Bench, order: &Order) -> Result<Vec<AlertRecord>> {
    let query = ListQuery { order: order.clone(), ..ListQuery::default() };
    Ok(bench.store.alerts().list(query).try_collect().await?)
}

fn ids(records: &[AlertRecord]) -> Vec<AlertId> {
    records.iter().map(|record| record.alert.id).collect()
}

pub async fn lists_are_in_the_order_of_the_domain_for_every_field(bench: &Bench) -> Result<()> {
    fill(bench, 120).await?;
    let names = Field::names().chain(["extra.mark", "dex_name desc, final_score", "lp_locked desc, extra.mark"]);
    for name in names {
        for direction in ["", " desc"] {
            let order = Order::parse(&format!("{name}{direction}"))?;
            let listed = all(bench, &order).await?;
            assert_eq!(listed.len(), 120, "{order}");
            let mut sorted = listed.clone();
            sorted.sort_by(|a, b| order.compare(a, b));
            assert_eq!(ids(&listed), ids(&sorted), "{order}");
        }
    }
    Ok(())
}

pub async fn pages_cover_everything_once_however_many_keys_are_equal(bench: &Bench) -> Result<()> {
    fill(bench, 60).await?;
    let orders = [
        "",
        "alerted_at",
        "final_score",
        "final_score desc",
        "symbol desc",
        "max_gain_pct desc",
        "status",
        "lp_locked, liquidity_usd desc",
        "extra.mark desc",
        "exit_liquidity_assumed",
        "address desc",
        "alert_id",
    ];
    for order in orders {
        let order = Order::parse(order)?;
        let whole = all(bench, &order).await?;
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let query = ListQuery { order: order.clone(), after: after.take(), ..ListQuery::default() };
            let page: Vec<_> = bench.store.alerts().list(query).take(7).try_collect().await?;
            let Some(last) = page.last() else { break };
            after = Some(order.position(last));
            paged.extend(page);
        }
        assert_eq!(ids(&paged), ids(&whole), "{order}");
        assert_eq!(ids(&paged).into_iter().collect::<BTreeSet<_>>().len(), 60, "{order}");
    }
    Ok(())
}

pub async fn a_list_goes_on_behind_a_chunk(bench: &Bench) -> Result<()> {
    let alerts =
        (0..1_500).map(|number| new(alert(number % 9, START.plus(minutes(u64::from(number / 100)))))).collect();
    bench.store.alerts().record_many(alerts, &bench.rules).await?;
    for order in ["", "final_score", "alerted_at"] {
        let listed = all(bench, &Order::parse(order)?).await?;
        assert_eq!(ids(&listed).into_iter().collect::<BTreeSet<_>>().len(), 1_500, "{order}");
    }
    let streamed: Vec<_> = bench.store.alerts().stream(AlertedBetween::default()).try_collect().await?;
    assert_eq!(streamed.len(), 1_500);
    assert!(streamed.is_sorted_by_key(|record| (record.alert.alerted_at, record.alert.id)));
    Ok(())
}

pub async fn a_window_is_half_open(bench: &Bench) -> Result<()> {
    for minute in 0..4 {
        bench.store.alerts().record(new(alert(1, START.plus(minutes(minute)))), &bench.rules).await?;
    }
    let window = AlertedBetween { start: Some(START.plus(minutes(1))), end: Some(START.plus(minutes(3))) };
    let inside: Vec<_> = bench.store.alerts().stream(window).try_collect().await?;
    let moments: Vec<_> = inside.iter().map(|record| record.alert.alerted_at).collect();
    assert_eq!(moments, [START.plus(minutes(1)), START.plus(minutes(2))]);
    Ok(())
}

pub async fn a_position_of_another_list_is_refused(bench: &Bench) -> Result<()> {
    fill(bench, 3).await?;
    let by_score = Order::parse("final_score")?;
    let first = all(bench, &by_score).await?;
    for other in ["symbol", "alerted_at, symbol", "extra.mark, symbol"] {
        let order = Order::parse(other)?;
        let query = ListQuery { order, after: Some(by_score.position(&first[0])), ..ListQuery::default() };
        let refused = bench.store.alerts().list(query).try_collect::<Vec<_>>().await;
        assert!(matches!(refused, Err(StoreError::Position { .. })), "{other}: {refused:?}");
    }
    Ok(())
}
