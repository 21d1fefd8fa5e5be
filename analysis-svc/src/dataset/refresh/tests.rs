use super::*;
use crate::sample::record;
use store::Rules;
use store::alerts::NewAlert;

async fn store_with(alerts: u32) -> anyhow::Result<(tempfile::TempDir, Store)> {
    let folder = tempfile::tempdir()?;
    let store = Store::connect(format!("sqlite://{}", folder.path().join("test.db").display())).await?;
    store.migrate().await?;
    add(&store, 0..alerts).await?;
    Ok((folder, store))
}

async fn add(store: &Store, numbers: std::ops::Range<u32>) -> anyhow::Result<()> {
    let alerts = numbers.map(|number| {
        let record = record(number);
        NewAlert { request_hash: [0; 32], recorded_at: record.recorded_at, alert: record.alert }
    });
    store.alerts().record_many(alerts.collect(), &Rules::default()).await?;
    Ok(())
}

#[tokio::test]
async fn many_who_ask_at_once_wait_for_one_load() -> anyhow::Result<()> {
    let (_folder, store) = store_with(50).await?;
    let dataset = Dataset::new(store.clone(), &Policy::default(), usize::MAX);
    let askers = (0..20).map(|_| dataset.snapshot());
    let snapshots = futures::future::try_join_all(askers).await?;
    assert!(snapshots.iter().all(|snapshot| snapshot.len() == 50 && Arc::ptr_eq(snapshot, &snapshots[0])));
    assert!(dataset.begun.load(Ordering::SeqCst) <= 2, "one load, and one for those who came while it went on");
    assert!(dataset.bytes() > 50 * 100 && dataset.load_time() > Duration::ZERO);
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn a_load_ends_when_nobody_waits_for_it_and_the_next_one_begins_anew() -> anyhow::Result<()> {
    let (_folder, store) = store_with(50).await?;
    let dataset = Dataset::new(store.clone(), &Policy::default(), usize::MAX);
    // Polled until the load has begun, and dropped.
    {
        let mut asking = Box::pin(dataset.snapshot());
        while dataset.begun.load(Ordering::SeqCst) == 0 {
            tokio::select! {
                biased;
                snapshot = &mut asking => { snapshot?; }
                () = tokio::task::yield_now() => {}
            }
        }
    }
    assert!(dataset.loading.lock().unwrap().as_ref().is_none_or(|(_, work)| work.upgrade().is_none()));
    assert_eq!(dataset.snapshot().await?.len(), 50);
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn what_was_made_ready_before_the_question_is_what_the_question_gets() -> anyhow::Result<()> {
    let (_folder, store) = store_with(50).await?;
    let dataset = Dataset::new(store.clone(), &Policy::default(), usize::MAX);
    let ready = crate::ahead::make_ready(&dataset).await?;
    let begun = dataset.begun.load(Ordering::SeqCst);
    assert!(Arc::ptr_eq(&dataset.snapshot().await?, &ready));
    assert_eq!(dataset.begun.load(Ordering::SeqCst), begun, "nothing was read for the question");
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn a_reader_keeps_the_revision_that_it_began_with() -> anyhow::Result<()> {
    let (_folder, store) = store_with(10).await?;
    let dataset = Dataset::new(store.clone(), &Policy::default(), usize::MAX);
    let before = dataset.snapshot().await?;
    let (id, first) = (before.revision().id.clone(), before.alert_id(0));
    add(&store, 10..15).await?;
    let after = dataset.snapshot().await?;
    assert_eq!((before.len(), &before.revision().id, before.alert_id(0)), (10, &id, first));
    assert_eq!(after.len(), 15);
    assert_ne!(after.revision().id, id);
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_the_bound_is_named() -> anyhow::Result<()> {
    let (_folder, store) = store_with(50).await?;
    let dataset = Dataset::new(store.clone(), &Policy::default(), 5_000);
    let refused = dataset.snapshot().await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("50 alerts") && refused.contains("dataset_memory_mb"), "{refused}");
    store.close().await;
    Ok(())
}
