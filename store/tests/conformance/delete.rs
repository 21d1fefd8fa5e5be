//! Forgetting alerts.

use anyhow::{Context, Result};
use futures::TryStreamExt;
use futures::future::try_join_all;
use store::alerts::Recording;
use store::dataset::{Load, Revision};

use crate::bench::Bench;
use crate::dataset::settled;
use crate::market::{START, alert, batch, minutes, new, path, token};
use crate::observations::equals_a_fresh_fold;

pub async fn a_deleted_alert_is_gone_with_all_that_is_its_own_and_nothing_else(bench: &Bench) -> Result<()> {
    let [gone, same_token, other] = [alert(1, START), alert(1, START), alert(2, START)].map(new);
    let all = vec![gone.clone(), same_token.clone(), other.clone()];
    bench.store.alerts().record_many(all, &bench.rules).await?;
    let prices = [path(1, &[1.0, 1.5, 2.0]), path(2, &[1.0])].concat();
    bench.store.observations().record(batch(prices), START.plus(minutes(3)), &bench.rules).await?;
    assert!(bench.store.alerts().delete(gone.alert.id, START.plus(minutes(4))).await?);

    assert_eq!(bench.store.alerts().get(gone.alert.id).await?, None);
    for table in ["alerts", "alert_ids", "outcomes"] {
        assert_eq!(bench.count(table).await?, 2, "{table}");
    }
    assert_eq!(bench.count("price_snapshots").await?, 4);
    let begin = bench.store.events().newest().await?;
    // All that is left of what was told: the two that stay were recorded, and one of them moved.
    assert!(bench.count("events").await? >= 3);
    // The next price is folded into those that are left.
    bench
        .store
        .observations()
        .record(batch(path(1, &[1.0, 1.5, 2.0, 9.0])), START.plus(minutes(5)), &bench.rules)
        .await?;
    for kept in [same_token, other] {
        equals_a_fresh_fold(bench, kept.alert.id).await?;
    }
    let page = bench.store.events().after(begin).await?.next(100).await?;
    assert!(page.events.iter().all(|event| event.alert_id != gone.alert.id));
    Ok(())
}

pub async fn an_alert_is_deleted_once(bench: &Bench) -> Result<()> {
    let once = new(alert(1, START));
    bench.store.alerts().record(once.clone(), &bench.rules).await?;
    let stores = [bench.another().await?, bench.another().await?];
    let deleting = stores.iter().map(async |store| store.alerts().delete(once.alert.id, START).await);
    let deleted = try_join_all(deleting).await?;
    assert_ne!(deleted[0], deleted[1], "by one of two");
    assert!(!bench.store.alerts().delete(once.alert.id, START).await?);
    Ok(())
}

pub async fn the_dataset_hears_of_a_deleted_alert(bench: &Bench) -> Result<()> {
    let alerts: Vec<_> = (0..3).map(|number| new(alert(number, START))).collect();
    bench.store.alerts().record_many(alerts.clone(), &bench.rules).await?;
    let before = settled(bench).await?;
    // The latest change goes with its alert, and must not be taken for an earlier one.
    for gone in &alerts {
        bench.store.alerts().delete(gone.alert.id, START).await?;
    }
    let after = settled(bench).await?;
    assert_ne!(after, before);
    let Load { revision, mut removed, records } = bench.store.dataset().load(before).await?;
    let mut expected: Vec<_> = alerts.iter().map(|gone| gone.alert.id).collect();
    removed.sort_unstable();
    expected.sort_unstable();
    assert_eq!((revision, removed), (after, expected));
    assert!(records.try_collect::<Vec<_>>().await?.is_empty());

    let Load { removed, records, .. } = bench.store.dataset().load(after).await?;
    assert!(removed.is_empty() && records.try_collect::<Vec<_>>().await?.is_empty());
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    assert_ne!(settled(bench).await?, after);
    let Load { removed, .. } = bench.store.dataset().load(Revision::default()).await?;
    assert!(removed.is_empty(), "a first load has nothing to remove");
    Ok(())
}

pub async fn a_deleted_alert_may_be_recorded_again(bench: &Bench) -> Result<()> {
    let again = new(alert(1, START));
    let before = settled(bench).await?;
    for _ in 0..2 {
        let recorded = bench.store.alerts().record(again.clone(), &bench.rules).await?;
        assert!(matches!(recorded, Recording::New { .. }), "{recorded:?}");
        assert!(bench.store.alerts().delete(again.alert.id, START).await?);
    }
    let mut other = again.clone();
    other.request_hash = [9; 32];
    bench.store.alerts().record(other, &bench.rules).await?;
    settled(bench).await?;
    let Load { removed, records, .. } = bench.store.dataset().load(before).await?;
    let records: Vec<_> = records.try_collect().await?;
    assert_eq!(records.first().context("recorded again")?.alert.id, again.alert.id);
    assert!(removed.len() <= 1, "{removed:?}");
    Ok(())
}

pub async fn a_token_whose_only_alert_is_deleted_is_followed_no_more(bench: &Bench) -> Result<()> {
    let [gone, kept] = [alert(1, START), alert(2, START)].map(new);
    bench.store.alerts().record_many(vec![gone.clone(), kept], &bench.rules).await?;
    bench.store.alerts().delete(gone.alert.id, START).await?;
    let followed = bench.store.outcomes().follow_list(START).await?;
    assert_eq!(followed.iter().map(|followed| followed.token).collect::<Vec<_>>(), [token(2)]);
    let happened = bench.store.outcomes().seal_due(START.plus(minutes(60 * 60)), 10, &bench.rules).await?;
    assert_eq!(happened.len(), 1);
    Ok(())
}
